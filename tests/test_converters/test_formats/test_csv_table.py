import numpy as np
import pytest

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.data_root import read_root
from spondylo_mmpose.converters.formats.csv_table import CORNER_COLUMNS, CsvTable
from spondylo_mmpose.converters.registry import detect
from spondylo_mmpose.errors import SpondyloError
from tests.test_converters.helpers import jpeg, make_spine, write_tree

NEEDED = ['file', *(name for names in CORNER_COLUMNS for name in names[:2])]


def table(spine, file='train/a.jpg', **columns):
    """Lines of a table with the least columns, and some more."""
    lines = [[*NEEDED, *columns]]
    for i, quad in enumerate(spine):
        cells = ['' if np.isnan(v) else str(v) for v in quad.ravel()]
        lines.append([file, *cells, *(str(values[i]) for values in columns.values())])
    return lines


def text(lines, delimiter=','):
    return '\n'.join(delimiter.join(line) for line in lines).encode()


def read(tmp_path, content, **files):
    tree = {'vertebrae.csv': content, 'images/train/a.jpg': jpeg(), **files}
    source = write_tree(tmp_path / 'src', tree)
    report = convert(CsvTable(), source, tmp_path / 'out')
    return read_root(tmp_path / 'out').films, report


@pytest.mark.parametrize('delimiter', [',', ';'])
def test_least_table_downward(tmp_path, delimiter):
    spine = make_spine()
    content = b'\xef\xbb\xbf' + text(table(spine[::-1]), delimiter)
    (film,), report = read(tmp_path, content)
    np.testing.assert_array_equal(film.corners, spine)
    assert film.levels == ['S1', 'L5', 'L4', 'L3', 'L2', 'L1']
    assert film.level_origin == 'assumed_lowest_is_S1'
    assert (film.split, film.pixel_spacing_mm) == ('train', None)
    assert report.counts() == {}


def test_levels_and_gaps_of_the_table_hold(tmp_path):
    spine = make_spine()[[1, 3]]
    lines = table(spine, level=['L5', 'L3'], order=[1, 3])
    (film,), _ = read(tmp_path, text(lines))
    assert (film.levels, film.orders) == (['L5', 'L3'], [1, 3])
    assert film.level_origin == 'file'


def test_half_a_vertebra_has_empty_cells(tmp_path):
    spine = make_spine()
    spine[0, 2:] = np.nan
    (film,), report = read(tmp_path, text(table(spine)))
    np.testing.assert_array_equal(film.corners, spine)
    assert report.counts() == {}


def test_spacing_needs_both_axes_and_names_its_origin(tmp_path):
    spine = make_spine(2)
    columns = {'pixel_spacing_x_mm': [0.1, 0.1], 'pixel_spacing_y_mm': [0.2, 0.2]}
    (film,), _ = read(tmp_path / 'a', text(table(spine, **columns)))
    assert film.pixel_spacing_mm == (0.1, 0.2)
    assert film.pixel_spacing_origin == 'table:vertebrae.csv'
    columns['pixel_spacing_y_mm'] = ['', '']
    (film,), _ = read(tmp_path / 'b', text(table(spine, **columns)))
    assert (film.pixel_spacing_mm, film.pixel_spacing_origin) == (None, None)


@pytest.mark.parametrize(
    ('columns', 'field'),
    [
        ({'patient_id': ['P1', 'P2']}, 'patient_id'),
        ({'sex': ['F', 'M']}, 'sex'),
        ({'age': ['45Y', '45Y']}, 'age'),
        ({'age': ['45.5', '45.5']}, 'age'),
        ({'pixel_spacing_x_mm': ['0.1 mm', ''], 'pixel_spacing_y_mm': ['0.1', '']},
         'pixel_spacing_x_mm'),
        ({'pixel_spacing_x_mm': ['0', '0'], 'pixel_spacing_y_mm': ['0.1', '0.1']},
         'pixel_spacing_mm'),
    ],
)  # fmt: skip
def test_what_a_table_tells_of_a_film_is_never_dropped_in_silence(
    tmp_path, columns, field
):
    (film,), report = read(tmp_path, text(table(make_spine(2), **columns)))
    (item,) = report.items['fact_malformed']
    assert item['field'] == field
    assert report.counts() == {'fact_malformed': 1}
    assert (film.patient_id, film.sex, film.age) == ('a', None, None)
    assert film.pixel_spacing_mm is None


def test_one_row_may_tell_what_holds_for_the_film(tmp_path):
    lines = table(make_spine(2), patient_id=['', 'P7'], age=['', '45'])
    (film,), report = read(tmp_path, text(lines))
    assert (film.patient_id, film.age) == ('P7', 45)
    assert report.counts() == {}


def test_one_bad_cell_costs_one_vertebra(tmp_path):
    lines = table(make_spine())
    lines[2][1] = 'oops'
    (film,), report = read(tmp_path, text(lines))
    assert film.orders == [0, 1, 2, 3, 4]
    assert report.counts() == {'corner_malformed': 1}


def test_split_however_it_is_written(tmp_path):
    lines = table(make_spine(2), 'a.jpg', split=['Valid', 'Valid'])
    (film,), report = read(tmp_path, text(lines), **{'images/a.jpg': jpeg(grey=9)})
    assert film.split == 'val'
    assert report.counts() == {'image_without_label': 1}


def test_row_without_film_or_split_is_told(tmp_path):
    lines = table(make_spine())
    lines += [
        ['', *lines[1][1:]],
        ['../a.jpg', *lines[1][1:]],
        ['a.jpg', *lines[1][1:]],
    ]
    films, report = read(tmp_path, text(lines))
    assert len(films) == 1
    assert report.counts() == {'labels_unreadable': 2, 'label_without_image': 1}


def test_film_without_image_is_told(tmp_path):
    lines = table(make_spine()) + table(make_spine(), 'train/b.jpg')[1:]
    films, report = read(tmp_path, text(lines))
    assert len(films) == 1
    assert report.counts() == {'label_without_image': 1}


def test_size_that_disagrees_costs_the_film(tmp_path):
    spine = make_spine()
    lines = table(spine, width=[800] * 6, height=[640] * 6)
    with pytest.raises(SpondyloError, match='1 size_disagrees'):
        read(tmp_path, text(lines))


@pytest.mark.parametrize(
    'content', [b'', b'\xff\xfe', b'a,b\n1,2\n', b'file\n"', text([NEEDED])]
)
def test_other_tables_are_not_taken(tmp_path, content):
    tree = {'other.csv': content, 'images/train/a.jpg': jpeg()}
    with open_source(write_tree(tmp_path, tree)) as source:
        assert not CsvTable().matches(source)
        assert detect(source) is None


def test_table_is_detected(tmp_path):
    tree = {'v.csv': text(table(make_spine())), 'images/train/a.jpg': jpeg()}
    with open_source(write_tree(tmp_path, tree)) as source:
        assert detect(source).name == 'csv'


@pytest.mark.parametrize('level', ['l5', 'L5 ', ' Lumbar 5'])
def test_levels_however_they_are_written(tmp_path, level):
    lines = table(make_spine()[[1, 2, 4]], level=[level, 'l4', 'L2'])
    (film,), report = read(tmp_path, text(lines))
    assert (film.levels, film.orders) == (['L5', 'L4', 'L2'], [0, 1, 3])
    assert report.counts() == {}


@pytest.mark.parametrize(
    ('levels', 'known', 'unknown'),
    [
        (['S1', 'L6', 'L4'], ['S1', None, 'L4'], [1]),
        (['1', '2', '3'], [None, None, None], [0, 1, 2]),
        (['S1', '', ''], ['S1', None, None], [1, 2]),
    ],
)
def test_level_that_is_not_understood_is_told(tmp_path, levels, known, unknown):
    (film,), report = read(tmp_path, text(table(make_spine(3), level=levels)))
    assert (film.levels, film.level_origin) == (known, 'file')
    assert report.counts() == {'level_unknown': 1}
    assert report.items['level_unknown'][0]['vertebrae'] == unknown


@pytest.mark.parametrize(
    ('file', 'split'),
    [
        ('b.jpg', 'train'),
        ('test.jpg', 'train'),
        ('valid/b.jpg', 'val'),
        ('site 2/Testing/b.jpg', 'test'),
    ],
)
def test_folder_tells_the_split_where_no_column_does(tmp_path, file, split):
    tree = {'v.csv': text(table(make_spine(), file)), f'images/{file}': jpeg()}
    report = convert(CsvTable(), write_tree(tmp_path / 'src', tree), tmp_path / 'out')
    (film,) = read_root(tmp_path / 'out').films
    assert (film.split, film.file_name) == (split, f'{split}/{file}')
    assert report.counts() == {}


def test_films_of_one_name_stay_two(tmp_path):
    lines = table(make_spine(), 'a.jpg') + table(make_spine(4), 'train/a.jpg')[1:]
    films, report = read(tmp_path, text(lines), **{'images/a.jpg': jpeg(grey=7)})
    assert {film.file_name: len(film.corners) for film in films} == {
        'train/images/a.jpg': 6,
        'train/images/train/a.jpg': 4,
    }
    assert report.counts() == {}


def test_decimal_commas_where_semicolons_divide(tmp_path):
    spine = make_spine() + 0.25
    columns = {'pixel_spacing_x_mm': ['0.5'] * 6, 'pixel_spacing_y_mm': ['0.25'] * 6}
    lines = table(spine, **columns)
    lines = [lines[0]] + [[cell.replace('.', ',') if cell != 'train/a.jpg' else cell
                           for cell in line] for line in lines[1:]]  # fmt: skip
    (film,), report = read(tmp_path / 'a', text(lines, ';'))
    np.testing.assert_array_equal(film.corners, spine)
    assert film.pixel_spacing_mm == (0.5, 0.25)
    assert report.counts() == {}
    # A comma in a name is no decimal one.
    lines = table(make_spine(), 'train/a,1.jpg', patient_id=['1,5'] * 6)
    more = {'images/train/a,1.jpg': jpeg(grey=7)}
    films, _ = read(tmp_path / 'b', text(lines, ';'), **more)
    (film,) = [film for film in films if film.file_name == 'train/a,1.jpg']
    assert film.patient_id == '1,5'


def test_capitals_in_the_names_of_columns(tmp_path):
    lines = table(make_spine())
    lines[0] = [f' {name.upper()}' for name in lines[0]]
    (film,), _ = read(tmp_path, text(lines))
    np.testing.assert_array_equal(film.corners, make_spine())
