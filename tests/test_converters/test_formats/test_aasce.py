import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.cleaning import clean
from spondylo_mmpose.converters.conversion_report import KINDS
from spondylo_mmpose.converters.formats.aasce import (
    NUMBER,
    SAME_PATIENT,
    _labels,
    patient_and_group,
)
from spondylo_mmpose.converters.registry import FORMATS, detect
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import LEVELS

from ..helpers import jpeg, load, write_tree
from ..spine_sets import SIZE, aasce_files, convert_aasce, frontal_spine, landmark_row

NAME = 'sunhl-1th-09-Jan-2017-197 A AP.jpg'
UPWARD = list(LEVELS[1:])


def convert_changed(tmp_path, change):
    """Kinds of faults and annotations of one film after a change of its vertebrae."""
    listed = frontal_spine()
    listed = change(listed) if change else listed
    report = convert_aasce(tmp_path, aasce_files({NAME: landmark_row(listed)}))
    return report.counts(), load(tmp_path / 'aasce', 'train')['annotations']


def test_film(tmp_path):
    report = convert_aasce(tmp_path, aasce_files({NAME: landmark_row(frontal_spine())}))
    assert report.items == {}
    content = load(tmp_path / 'aasce', 'train')
    assert content['licenses'] == []
    (film,) = content['images']
    assert film['file_name'] == f'train/{NAME}'
    assert (film['patient_id'], film['group']) == ('aasce-197', 'aasce-197 A')
    assert (film['source'], film['view']) == ('aasce', 'ap')
    assert film['cobb_angles_deg'] == [30.5, 20, 10]
    assert film['original_size'] == list(SIZE)
    vertebrae = content['annotations']
    assert [v['level'] for v in vertebrae] == UPWARD
    assert [v['order'] for v in vertebrae] == list(range(NUMBER))
    assert {v['level_origin'] for v in vertebrae} == {'dataset'}
    found = np.array([v['keypoints'] for v in vertebrae]).reshape(-1, 4, 3)
    # Six decimals of a share of 1000 px.
    np.testing.assert_allclose(found[..., :2], frontal_spine()[::-1], atol=0.0006)


def test_vertebra_added_at_the_end_but_standing_first_is_sorted(tmp_path):
    found, vertebrae = convert_changed(tmp_path, lambda s: np.roll(s, -1, axis=0))
    assert found == {'unsorted_file': 1}
    assert [v['level'] for v in vertebrae] == UPWARD
    assert vertebrae[-1]['keypoints'][1] == pytest.approx(40, abs=0.01)


def test_last_vertebra_told_twice_leaves_no_levels(tmp_path):
    def change(spine):
        spine[16] = spine[15] + 3
        return spine

    found, vertebrae = convert_changed(tmp_path, change)
    assert found == {'vertebra_duplicated': 1, 'vertebrae_miscounted': 1}
    assert [v['order'] for v in vertebrae] == list(range(16))
    assert {v['level'] for v in vertebrae} == {None}


def test_quad_over_the_whole_film_has_no_place_but_its_own_number(tmp_path):
    def change(spine):
        # The inferior end plate of L5 is put at the top of the film.
        spine[16, 2:, 1] = 20
        return spine

    found, vertebrae = convert_changed(tmp_path, change)
    assert found == {'vertebra_oversized': 1}
    assert [v['level'] for v in vertebrae] == UPWARD[1:]
    assert [v['order'] for v in vertebrae] == list(range(1, NUMBER))


def test_two_bodies_in_one_place_are_left_out(tmp_path):
    def change(spine):
        spine[5] = spine[6] - [0, 20]
        # Upright boxes may overlap; this is a body.
        spine[5, [1, 3], 1] += 3
        return spine

    found, vertebrae = convert_changed(tmp_path, change)
    assert found == {'vertebrae_overlap': 2}
    levels = [v['level'] for v in vertebrae]
    assert levels == [name for name in UPWARD if name not in ('T6', 'T7')]


def test_vertebra_upside_down_is_left_out(tmp_path):
    def change(spine):
        spine[14] = spine[14, [2, 3, 0, 1]]
        return spine

    found, vertebrae = convert_changed(tmp_path, change)
    assert found == {'order_disagrees': 1}
    assert 'L3' not in [v['level'] for v in vertebrae]


ROW = landmark_row(frontal_spine())


def replaced(place, text):
    fields = ROW.split(',')
    fields[place] = text
    return ','.join(fields)


@pytest.mark.parametrize(
    ('row', 'kind', 'lost'),
    [
        (replaced(0, '1.2'), 'corner_outside', 'T1'),
        (replaced(68, '-0.1'), 'corner_outside', 'T1'),
        (replaced(67, 'nan'), 'not_finite', 'L5'),
        (replaced(135, 'inf'), 'not_finite', 'L5'),
        (replaced(135, 'x'), 'corner_malformed', 'L5'),
        (replaced(4, ''), 'corner_malformed', 'T2'),
    ],
)
def test_a_wrong_value_costs_its_vertebra(tmp_path, row, kind, lost):
    report = convert_aasce(tmp_path, aasce_files({NAME: row}))
    assert report.counts() == {kind: 1}
    vertebrae = load(tmp_path / 'aasce', 'train')['annotations']
    assert [v['level'] for v in vertebrae] == [n for n in UPWARD if n != lost]


@pytest.mark.parametrize('row', [f'{ROW},0.5', ROW.rsplit(',', 1)[0], '', 'x'])
def test_a_row_of_another_length_costs_its_film(tmp_path, row):
    films = {NAME: row or ',', NAME.replace('197', '198'): ROW}
    report = convert_aasce(tmp_path, aasce_files(films))
    assert report.counts() == {'labels_unreadable': 1}
    assert report.items['labels_unreadable'][0]['file'] == f'data/training/{NAME}'
    assert report.totals['films'] == 1


@pytest.mark.parametrize(
    ('table', 'lines'), [('filenames', 1), ('filenames', 3), ('landmarks', 1)]
)
def test_tables_of_different_length_cannot_be_paired(tmp_path, table, lines):
    files = aasce_files({NAME: ROW, NAME.replace('197', '198'): ROW})
    path = f'labels/training/{table}.csv'
    text = files[path].decode().splitlines()
    files[path] = '\n'.join((text * 2)[:lines]).encode()
    with pytest.raises(SpondyloError, match='1 labels_unreadable'):
        convert_aasce(tmp_path, files)


@pytest.mark.parametrize(
    ('angles', 'number'),
    [([], 1), (['1,2,3'], 1), (['1,2,3', '1,2'], 1), (['1,2,x', '1,2,nan'], 2)],
)
def test_angles_that_do_not_fit_are_left_out(tmp_path, angles, number):
    films = {NAME: ROW, NAME.replace('197', '198'): ROW}
    report = convert_aasce(tmp_path, aasce_files(films, angles))
    assert report.counts() == {'angles_unusable': number}
    assert load(tmp_path / 'aasce', 'train')['images'][1]['cobb_angles_deg'] is None


@pytest.mark.parametrize('broken', [None, b'\xff\xfe\xff'])
@pytest.mark.parametrize('table', ['filenames', 'landmarks'])
def test_missing_or_unreadable_table(tmp_path, table, broken):
    files = aasce_files({NAME: ROW})
    files[f'labels/training/{table}.csv'] = broken
    if broken is None:
        del files[f'labels/training/{table}.csv']
    with pytest.raises(SpondyloError, match='1 labels_unreadable'):
        convert_aasce(tmp_path, files)


def test_films_and_rows_without_each_other(tmp_path):
    films = dict.fromkeys(('a.jpg', 'b.jpg', 'c.jpg', '../../x.jpg'), ROW)
    files = aasce_files(films)
    del files['data/training/b.jpg'], files['data/training/../../x.jpg']
    files['data/training/d.jpg'] = jpeg()
    files['labels/training/filenames.csv'] += b'\na.jpg'
    files['labels/training/landmarks.csv'] += b'\n' + ROW.encode()
    files['labels/training/angles.csv'] += b'\n1,2,3\n\n'
    report = convert_aasce(tmp_path, files)
    assert report.counts() == {
        'file_duplicated': 1,
        'image_without_label': 1,
        'label_without_image': 2,
    }
    missing = report.items['label_without_image']
    assert {item['image'] for item in missing} == {'b.jpg', '../../x.jpg'}
    names = [i['file_name'] for i in load(tmp_path / 'aasce', 'train')['images']]
    assert names == ['train/a.jpg', 'train/c.jpg']


def test_films_for_testing_need_no_labels(tmp_path):
    files = aasce_files({NAME: ROW}) | {'data/test/01-July-2019-12.jpg': jpeg()}
    assert convert_aasce(tmp_path, files).items == {}
    content = load(tmp_path / 'aasce', 'test')
    assert content['annotations'] == []
    assert content['images'][0]['patient_id'] == '01-July-2019-12'


@pytest.mark.parametrize(
    ('stem', 'patient', 'group'),
    [
        ('sunhl-1th-09-Jan-2017-197 A AP', '197', '197 A'),
        ('sunhl-1th-11-Jan-2017-254 E AP', '254', '254 E'),
        ('sunhl-1th-22-Nov-2016-142 A AP (2)', '142', '142 A'),
        ('sunhl-1th-21-Nov-2016-138 D AP2', '138', '138 D'),
        ('sunhl-1th-20-Jul-2016-coronal6', 'coronal6', 'coronal6'),
        # Found to be of a patient who has a number already.
        ('sunhl-1th-20-Jul-2016-coronal8', '5', 'coronal8'),
        ('sunhl-1th-22-Nov-2016-153 B AP', '78', '153 B'),
    ],
)
def test_patient_and_group(stem, patient, group):
    assert patient_and_group(stem) == (f'aasce-{patient}', f'aasce-{group}')


def test_same_patients_lead_to_one_number():
    assert not SAME_PATIENT.keys() & set(SAME_PATIENT.values())


def test_only_this_format_matches(tmp_path):
    files = aasce_files({NAME: ROW})
    with open_source(write_tree(tmp_path, files)) as source:
        assert detect(source) is FORMATS['aasce']
        assert [name for name, f in FORMATS.items() if f.matches(source)] == ['aasce']


FIELD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.floats(0, 1).map(str),
    st.text(max_size=5).filter(lambda text: ',' not in text),
)


@given(st.dictionaries(st.integers(0, 135), FIELD, max_size=20))
def test_damaged_rows_never_crash_and_never_pass_silently(damage):
    fields = ROW.split(',')
    for place, field in damage.items():
        fields[place] = field
    notes = []
    labels = _labels(fields, *SIZE)
    spine = clean(labels, *SIZE, lambda kind, **detail: notes.append(kind))
    assert all(kind in KINDS for kind in notes)
    assert (spine is not None and len(spine.corners) == NUMBER) or notes


FAULTS = {
    'corner_outside': 1,
    'stray_box': 1,
    'vertebra_oversized': 1,
    'vertebra_duplicated': 6,
    'bow_tie': 2,
    'order_disagrees': 3,
    'vertebrae_overlap': 6,
    'vertebrae_touch': 14,
    'unsorted_file': 19,
    'vertebrae_miscounted': 7,
}
"""What was found in the 481 films, and seen there by eye."""


@pytest.mark.real
def test_real_films(real_data, tmp_path):
    from spondylo_mmpose.converters.conversion import convert

    report = convert(FORMATS['aasce'], real_data / 'aasce2019', tmp_path / 'out')
    assert report.counts() == FAULTS
    assert report.totals['films'] == 481
    assert report.totals['vertebrae'] == 481 * NUMBER - 20
    files = {
        item['file']
        for kind, items in report.items.items()
        if kind != 'vertebrae_touch'
        for item in items
    }
    assert len(files) == 31
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    # No level is named on films of which a vertebra is missing.
    unnamed = {a['image_id'] for a in content['annotations'] if a['level'] is None}
    assert len(unnamed) == 7
    assert len({i['patient_id'] for i in content['images']}) == 228
