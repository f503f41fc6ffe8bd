import json

import pytest

from spondylo_mmpose.calibration.spacing import Refusal, Spacing
from spondylo_mmpose.calibration.table import SpacingTable
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError


def film(name='train/3209-F-073Y1_jpg.rf.ab.jpg', size=(640, 640), **more):
    return Film(name, *size, 'train', **more)


@pytest.fixture
def table(tmp_path):
    def make(text, name='spacing.csv', **arguments):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return SpacingTable(path, **arguments)

    return make


HEAD = 'filename,pixel_spacing_mm\n'
KEYS = [
    'train/3209-F-073Y1_jpg.rf.ab.jpg',
    '3209-F-073Y1_jpg.rf.ab.jpg',
    '3209-F-073Y1_jpg.rf.ab',
    '3209-F-073Y1',
    '3209-F-073Y1.jpg',
    '3209-F-073Y',
    'p9',
]


@pytest.mark.parametrize('key', KEYS)
def test_names_of_a_film(table, tmp_path, key):
    method = table(f'{HEAD}{key},0.175\nother,0.2\n')
    outcome = method(film(patient_id='p9'), tmp_path)
    assert outcome == Spacing((0.175, 0.175), 'table:spacing.csv')
    assert method.unused() == 1


def test_surest_name_wins(table, tmp_path):
    text = HEAD + ''.join(f'{key},0.{i + 1}\n' for i, key in enumerate(KEYS[:4]))
    assert table(text)(film(), tmp_path).mm == (0.1, 0.1)


def test_axes_apart_and_other_forms(table, tmp_path):
    text = '\ufeffFile; Spacing_X_mm; spacing_y_mm\n3209-F-073Y1; 0.2; 0.3\n'
    assert table(text)(film(), tmp_path).mm == (0.2, 0.3)
    content = {'images': {'3209-F-073Y1.jpg': {'spacing': [0.2, 0.3]}}}
    assert table(content, 'a.json')(film(), tmp_path).mm == (0.2, 0.3)


def test_decimal_commas_of_a_spreadsheet(table, tmp_path):
    text = 'filename;pixel_spacing_mm;original_width;original_height\n'
    method = table(f'{text}"a, b.jpg";0,175;1280,0;640\n', original=True)
    assert method(film('train/a, b.jpg'), tmp_path).mm == pytest.approx((0.35, 0.175))


def test_films_of_one_name_need_paths_unless_they_are_copies(table, tmp_path):
    one, other = film('train/a.png', group='g'), film('val/a.png', group='h')
    method = table(f'{HEAD}a.png,0.2\n')
    method.prepare([one, other])
    refused = method(one, tmp_path)
    assert refused == Refusal('other films have its name; the table needs paths')
    method = table(f'{HEAD}train/a.png,0.2\n')
    method.prepare([one, other])
    assert method(one, tmp_path).mm == (0.2, 0.2)
    assert isinstance(method(other, tmp_path), Refusal)
    method = table(f'{HEAD}a.png,0.2\n')
    method.prepare([one, film('val/a.png', group='g')])
    assert method(one, tmp_path).mm == (0.2, 0.2)


def test_unknown_film(table, tmp_path):
    outcome = table(f'{HEAD}x,0.175\n')(film(), tmp_path)
    assert outcome == Refusal('not in the table')


def test_repeated_rows_may_agree_but_not_contradict(table, tmp_path):
    key = '3209-F-073Y1'
    same = table(f'{HEAD}{key},0.2\n{key}.jpg,0.2\n')
    assert same(film(), tmp_path).mm == (0.2, 0.2)
    different = table(f'{HEAD}{key},0.2\n{key}.jpg,0.3\n')
    outcome = different(film(), tmp_path)
    assert outcome.reason == 'rows of the table contradict each other'
    assert outcome.detail == {'rows': [key, f'{key}.jpg']}


def test_spacing_of_the_original_is_scaled_on_each_axis(table, tmp_path):
    text = f'{HEAD}3209-F-073Y1,0.175\n'
    stretched = film(original_size=(1600, 2560))
    # 0.175 * 1600 / 640 and 0.175 * 2560 / 640.
    outcome = table(text, original=True)(stretched, tmp_path)
    assert outcome.mm == pytest.approx((0.4375, 0.7))
    assert table(text)(stretched, tmp_path).mm == (0.175, 0.175)
    unknown = table(text, original=True)(film(), tmp_path)
    assert unknown == Refusal('its original size is not known')


def test_original_size_of_the_table_wins(table, tmp_path):
    text = (
        'filename,pixel_spacing_mm,original_width,original_height\n'
        '3209-F-073Y1,0.2,1280,640\n'
    )
    method = table(text, original=True)
    assert method(film(original_size=(1600, 2560)), tmp_path).mm == (0.4, 0.2)


def test_default_is_used_only_when_asked_for(table, tmp_path):
    content = {
        'default_pixel_spacing_mm': 0.609,
        'images': {'other': {'spacing': 0.165, 'source': 'dicom'}},
    }
    refused = table(content, 'a.json')(film(), tmp_path)
    assert refused == Refusal('not in the table')
    asked = table(content, 'a.json', use_default=True)
    assert asked(film(), tmp_path) == Spacing((0.609, 0.609), 'table:a.json:default')
    assert asked(film('train/other.png'), tmp_path).origin == 'table:a.json'


@pytest.mark.parametrize('mm', ['175', '0.0001'])
def test_other_units_are_refused(table, tmp_path, mm):
    outcome = table(f'{HEAD}3209-F-073Y1,{mm}\n')(film(), tmp_path)
    assert outcome.reason == 'not plausible in mm'


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'no row'),
        (HEAD, 'no row'),
        (f'{HEAD},0.2\n', 'line 2 needs filename'),
        (f'{HEAD}a,\n', 'line 2 needs'),
        (f'{HEAD}a,0.2\nb,nan\n', 'line 3 needs'),
        (f'{HEAD}a,-1\n', 'above 0'),
        ('filename,spacing_x_mm\na,0.1\n', 'line 2 needs'),
        ('name;dpi\na;300\n', 'line 2 needs'),
        (f'{HEAD}"a,0.2\n', 'cannot be read'),
    ],
)
def test_unusable_table_is_one_line(table, text, message):
    with pytest.raises(SpondyloError, match=message) as error:
        table(text)
    assert 'spacing.csv' in str(error.value)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ([], 'no object "images"'),
        ({'images': []}, 'no object "images"'),
        ({'images': {'a': {}}}, "'a' has the spacing null"),
        ({'images': {'a': {'spacing': 0}}}, 'above 0'),
        ({'images': {'a': {'spacing': [1, 2, 3]}}}, 'two of them'),
        ({'images': {'a': {'spacing': True}}}, 'has the spacing true'),
        ({'images': {}, 'default_pixel_spacing_mm': '1'}, 'default_pixel_spacing_mm'),
    ],
)
def test_unusable_json_is_one_line(table, content, message):
    with pytest.raises(SpondyloError, match=message):
        table(content, 'a.json')


def test_missing_spreadsheet_or_default(table, tmp_path):
    with pytest.raises(SpondyloError, match='no such file'):
        SpacingTable(tmp_path / 'no.csv')
    with pytest.raises(SpondyloError, match='save it as CSV'):
        table('x', 'a.xlsx')
    with pytest.raises(SpondyloError, match='names no default'):
        table({'images': {}}, 'a.json', use_default=True)
