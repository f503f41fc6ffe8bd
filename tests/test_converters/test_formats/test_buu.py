import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.cleaning import clean
from spondylo_mmpose.converters.conversion_report import KINDS
from spondylo_mmpose.converters.formats.buu import parse_name
from spondylo_mmpose.converters.formats.buu_labels import parse_rows, split_rows
from spondylo_mmpose.converters.labels import LabelError
from spondylo_mmpose.converters.registry import FORMATS, detect

from ..helpers import jpeg, load, write_tree
from ..spine_sets import (
    BODIES,
    FRONTAL,
    LA,
    buu_films,
    convert_buu,
    plate_rows,
    rows_csv,
)


def corners_of(annotation):
    return np.array(annotation['keypoints']).reshape(4, 3)[:, :2]


def lateral(tmp_path, change):
    """Convert after a change of the lateral film's rows; its annotations by level."""
    rows = plate_rows(BODIES)
    rows = change(rows) or rows
    report = convert_buu(tmp_path, buu_films(rows))
    content = load(tmp_path / 'buu', 'train')
    ids = [i['id'] for i in content['images'] if i['view'] == 'lateral']
    found = [a for a in content['annotations'] if a['image_id'] in ids]
    return report.counts(), {a['level']: a for a in found}


def test_both_films_of_a_patient(tmp_path):
    report = convert_buu(tmp_path, buu_films())
    assert report.items == {}
    content = load(tmp_path / 'buu', 'train')
    ap, la = content['images']
    assert [ap['file_name'], la['file_name']] == [
        'train/AP/3209-F-073Y0.jpg',
        'train/LA/3209-F-073Y1.jpg',
    ]
    for film in (ap, la):
        assert (film['patient_id'], film['source']) == ('3209', 'buu')
        assert (film['sex'], film['age']) == ('F', 73)
        assert film['original_size'] == [640, 640]
        # No spacing is known, and none is made up.
        assert film['pixel_spacing_mm'] is film['pixel_spacing_origin'] is None
    assert [ap['view'], la['view']] == ['ap', 'lateral']
    assert [ap['group'], la['group']] == ['3209-F-073Y0', '3209-F-073Y1']
    vertebrae = content['annotations']
    assert [v['level'] for v in vertebrae[:5]] == ['L5', 'L4', 'L3', 'L2', 'L1']
    assert [v['level'] for v in vertebrae[5:]] == ['S1', 'L5', 'L4', 'L3', 'L2', 'L1']
    assert [v['order'] for v in vertebrae] == [*range(5), *range(6)]
    assert {v['level_origin'] for v in vertebrae} == {'dataset'}
    found = [corners_of(v) for v in vertebrae]
    np.testing.assert_array_equal(found[:5], FRONTAL)
    np.testing.assert_array_equal(found[6:], BODIES[1:])


def test_sacrum_has_two_corners_and_a_box_to_look_into(tmp_path):
    _, levels = lateral(tmp_path, lambda rows: None)
    sacrum = levels['S1']
    points = np.array(sacrum['keypoints']).reshape(4, 3)
    np.testing.assert_array_equal(points[:2, :2], BODIES[0, :2])
    assert points[:, 2].tolist() == [2, 2, 0, 0]
    assert points[2:].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert sacrum['num_keypoints'] == 2
    low, high = BODIES[0, :2].min(0), BODIES[0, :2].max(0)
    x, y, width, height = sacrum['bbox']
    assert x <= low[0] and y <= low[1]
    assert x + width >= high[0] and y + height > high[1] + 30


def test_classes_of_end_plates_are_kept_as_they_are(tmp_path):
    def classes(rows):
        rows[9][4], rows[8][4], rows[10][4] = 3, '0.0', 4

    found, levels = lateral(tmp_path, classes)
    assert found == {}
    assert levels['L5']['end_plate_classes'] == [0, 3]
    assert levels['S1']['end_plate_classes'] == [4, None]
    assert levels['L1']['end_plate_classes'] == [0, 0]


@pytest.mark.parametrize('value', ['7', '-1', '1.5', 'x', '', 'nan'])
def test_a_class_of_no_meaning_is_told(tmp_path, value):
    def classes(rows):
        rows[4][4] = value

    found, levels = lateral(tmp_path, classes)
    assert found == {'class_unexpected': 1}
    assert levels['L3']['end_plate_classes'] == [None, 0]


def swap_rows(a, b):
    def change(rows):
        rows[a], rows[b] = rows[b], rows[a]

    return change


def swap_sides(*places):
    def change(rows):
        for place in places:
            x1, y1, x2, y2, label = rows[place]
            rows[place] = [x2, y2, x1, y1, label]

    return change


def put(place, column, value):
    def change(rows):
        rows[place][column] = value

    return change


@pytest.mark.parametrize(
    ('change', 'kind', 'lost'),
    [
        (swap_rows(4, 5), 'order_disagrees', ['L3']),
        (swap_rows(5, 6), 'vertebrae_overlap', ['L4', 'L3']),
        (swap_rows(9, 10), 'vertebrae_overlap', ['L5', 'S1']),
        (swap_sides(4), 'bow_tie', ['L3']),
        (swap_sides(4, 5), 'order_disagrees', ['L3']),
        (swap_sides(10), 'order_disagrees', ['S1']),
        (put(4, 0, 'nan'), 'not_finite', ['L3']),
        (put(4, 3, 'inf'), 'not_finite', ['L3']),
        (put(4, 1, 'text'), 'corner_malformed', ['L3']),
        (put(4, 1, ''), 'corner_malformed', ['L3']),
        (put(10, 1, 'text'), 'corner_malformed', ['S1']),
        (put(4, 4, '0,0'), 'corner_malformed', ['L3']),
        (put(4, 0, 900), 'corner_outside', ['L3']),
        (put(4, 0, 1e30), 'corner_outside', ['L3']),
        (put(10, 0, -20), 'corner_outside', ['S1']),
        (
            lambda rows: rows.__setitem__(10, [300, 560, 300.5, 560, 0]),
            'corners_coincide',
            ['S1'],
        ),
        (lambda rows: rows.__setitem__(5, rows[4]), 'corners_coincide', ['L3']),
    ],
)
def test_a_faulty_row_costs_its_vertebra_alone(tmp_path, change, kind, lost):
    found, levels = lateral(tmp_path, change)
    assert found == {kind: len(lost)}
    names = ['S1', 'L5', 'L4', 'L3', 'L2', 'L1']
    expected = {n: i for i, n in enumerate(names) if n not in lost}
    assert {name: v['order'] for name, v in levels.items()} == expected


def test_end_plates_that_cross_a_narrow_disc_are_told_and_kept(tmp_path):
    # The superior end plate of L4 lies a little above the inferior one of L3.
    def change(rows):
        for column in (1, 3):
            rows[6][column] -= 33

    found, levels = lateral(tmp_path, change)
    assert found == {'vertebrae_touch': 1}
    assert len(levels) == 6


def test_vertebrae_that_changed_places_are_sorted(tmp_path):
    def change(rows):
        rows[2:4], rows[4:6] = rows[4:6], rows[2:4]

    found, levels = lateral(tmp_path, change)
    assert found == {'unsorted_file': 1}
    np.testing.assert_array_equal(corners_of(levels['L2']), BODIES[4])


def test_a_vertebra_told_twice_leaves_no_level(tmp_path):
    def change(rows):
        rows[2:4] = rows[4:6]

    found, levels = lateral(tmp_path, change)
    assert found == {'vertebra_duplicated': 1, 'vertebrae_miscounted': 1}
    assert set(levels) == {None}


@pytest.mark.parametrize(
    ('content', 'kind'),
    [
        (rows_csv(plate_rows(BODIES)[:9]), 'rows_miscounted'),
        (rows_csv(plate_rows(BODIES)[:10]), 'rows_miscounted'),
        (rows_csv(plate_rows(BODIES, partial=False)), 'rows_miscounted'),
        (b'x1,y1,x2,y2,label\n' + rows_csv(plate_rows(BODIES)), 'rows_miscounted'),
        (rows_csv(plate_rows(BODIES)[::-1]), 'encoding_undecided'),
        (b'', 'labels_empty'),
        (b' \n\n', 'labels_empty'),
        (jpeg(), 'labels_unreadable'),
        (b'\0' * 100, 'labels_unreadable'),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_costs_the_film(tmp_path, content, kind):
    files = buu_films() | {f'{LA}.csv': content}
    report = convert_buu(tmp_path, files)
    assert report.counts() == {kind: 1}
    assert report.items[kind][0]['file'] == f'{LA}.jpg'
    assert [i['view'] for i in load(tmp_path / 'buu', 'train')['images']] == ['ap']


def test_text_of_other_systems(tmp_path):
    rows = rows_csv(plate_rows(BODIES))
    content = b'\xef\xbb\xbf' + rows.replace(b'\n', b'\r\n').replace(b',', b' , ')
    report = convert_buu(tmp_path, buu_films() | {f'{LA}.csv': content + b'\r\n'})
    assert report.items == {}


def test_folder_and_name_that_disagree(tmp_path):
    wrong = 'LA/0007-M-050Y0'
    files = {f'{wrong}.jpg': jpeg(), f'{wrong}.csv': rows_csv(plate_rows(BODIES))}
    frontal = plate_rows(FRONTAL, partial=False)
    files |= {'LA/0008-M-050Y0.jpg': jpeg(), 'LA/0008-M-050Y0.csv': rows_csv(frontal)}
    report = convert_buu(tmp_path, files)
    assert report.count('view_disagrees') == 2
    films = load(tmp_path / 'buu', 'train')['images']
    assert [film['view'] for film in films] == ['lateral', 'ap']


def test_films_and_labels_without_each_other(tmp_path):
    files = buu_films() | {'LA/1-M-1Y1.jpg': jpeg(), 'LA/2-M-2Y1.csv': b'1,2,3,4,0'}
    report = convert_buu(tmp_path, files)
    assert report.counts() == {'image_without_label': 1, 'label_without_image': 1}
    assert report.totals['films'] == 2


def test_name():
    name = parse_name('0123-m-9Y0')
    assert (name.patient, name.sex, name.age, name.view) == ('123', 'M', 9, 'ap')
    assert parse_name('film_1').patient is None


def test_only_this_format_matches(tmp_path):
    with open_source(write_tree(tmp_path, buu_films())) as source:
        assert detect(source) is FORMATS['buu']
        assert [name for name, f in FORMATS.items() if f.matches(source)] == ['buu']


def check_file(content, view):
    """What becomes of a label file; every vertebra is there or its loss told."""
    try:
        rows = split_rows(content)
    except LabelError:
        return
    if len(rows) != {'ap': 10, 'lateral': 11}[view]:
        return
    notes = []
    labels = parse_rows(rows, view)
    spine = clean(labels, 640, 640, lambda kind, **detail: notes.append(kind))
    assert all(kind in KINDS for kind in notes)
    found = 0 if spine is None else len(spine.corners)
    assert found == len(labels.vertebrae) or notes
    if spine is not None:
        assert np.isfinite(spine.corners).all(-1).sum(1).min() >= 2


@given(content=st.binary(max_size=300), view=st.sampled_from(['ap', 'lateral']))
def test_random_bytes_never_crash(content, view):
    check_file(content, view)


FIELD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.floats(0, 640).map(str),
    st.text(max_size=5),
)


@given(st.data(), st.sampled_from(['ap', 'lateral']))
def test_damaged_files_never_crash_and_never_pass_silently(data, view):
    spine = BODIES if view == 'lateral' else FRONTAL
    rows = plate_rows(spine, partial=view == 'lateral')
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(0, len(rows) - 1))
        rows[row][data.draw(st.integers(0, 4))] = data.draw(FIELD)
    check_file(rows_csv(rows), view)


@given(st.binary(min_size=1, max_size=12), st.integers(0, 2000))
def test_overwritten_bytes_never_crash(damage, place):
    content = bytearray(rows_csv(plate_rows(BODIES)))
    place %= len(content)
    content[place : place + len(damage)] = damage
    check_file(bytes(content), 'lateral')
