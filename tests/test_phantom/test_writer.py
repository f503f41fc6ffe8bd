"""Whole folders: layouts, truth, faults."""

import json

import cv2
import numpy as np
import pytest

from spondylo_mmpose.converters.conversion_report import KINDS
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom import make_phantom
from spondylo_mmpose.phantom.rendering import RAW
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.spine.anatomy import CORNERS

from ..test_converters.helpers import convert_mendeley


@pytest.fixture(scope='module')
def raw(tmp_path_factory):
    out = tmp_path_factory.mktemp('phantoms') / 'raw'
    write_phantoms(out, 5, seed=3, faults=True)
    return out


def _truth(folder):
    return json.loads((folder / 'truth.json').read_text())


def _decode(label):
    """Corners of a raw label by the documented orders, lowest vertebra first."""
    if label.suffix == '.json':
        points = np.array(json.loads(label.read_text())['keypoints'])[..., :2]
        return points[::-1, [2, 3, 0, 1]]
    rows = np.array([line.split() for line in label.read_text().splitlines()], float)
    return rows[:, 5:].reshape(-1, 4, 3)[::-1, [0, 3, 1, 2], :2] * 640


def test_both_encodings_decode_to_the_truth_within_a_pixel(raw):
    seen = set()
    for film in _truth(raw)['films']:
        if film['index'] >= 5:
            continue
        image = raw / film['file']
        (label,) = (raw / RAW / 'labels' / film['split']).glob(image.stem + '.*')
        seen.add(label.suffix)
        assert np.abs(_decode(label) - film['corners']).max() < 0.501
    assert seen == {'.json', '.txt'}


def test_a_film_does_not_depend_on_the_number_of_films(raw):
    film = next(f for f in _truth(raw)['films'] if f['index'] == 4)
    alone = make_phantom(3, 4)
    assert film['corners'] == alone.truth.corners.tolist()
    written = cv2.imread(str(raw / film['file']), cv2.IMREAD_GRAYSCALE)
    assert np.abs(written.astype(int) - alone.image).mean() < 1.5


def test_ids_do_not_collide_with_real_patients(raw):
    ids = [p.name[:4] for p in raw.rglob('*.jpg') if p.name[:4].isdigit()]
    assert ids
    assert all(9000 <= int(number) <= 9999 for number in ids)


def test_planted_faults_are_what_a_converter_finds(raw, tmp_path):
    planted = json.loads((raw / 'planted_faults.json').read_text())
    assert len(planted) == 15
    report = convert_mendeley(raw, tmp_path / 'coco', workers=1).as_dict()['faults']
    # Nothing but what was planted.
    expected = {f['kind'] for f in planted} - {'export_copies'}
    assert set(report) == expected
    for fault in planted:
        if fault['kind'] not in KINDS or fault['kind'].endswith('_seen'):
            continue
        stem = fault['file'].rsplit('/', 1)[1].rsplit('.', 1)[0]
        items = json.dumps(report[fault['kind']])
        assert stem.split('_jpg')[0] in items


def test_fault_files_are_on_the_disk(raw):
    for fault in json.loads((raw / 'planted_faults.json').read_text()):
        assert (raw / fault['file']).exists()
        if fault['kind'] == 'label_without_image':
            stem = fault['file'].rsplit('/', 1)[1].removesuffix('.json')
            assert not list(raw.rglob(stem + '.jpg'))


def test_copies_of_a_film_share_its_name_and_carry_their_labels(raw):
    planted = json.loads((raw / 'planted_faults.json').read_text())
    (fault,) = [f for f in planted if f['kind'] == 'export_copies']
    stem = fault['file'].rsplit('/', 1)[1].split('_jpg')[0]
    images = sorted((raw / RAW / 'images' / 'train').glob(stem + '_jpg*'))
    labels = sorted((raw / RAW / 'labels' / 'train').glob(stem + '_jpg*'))
    assert [p.stem for p in images] == [p.stem for p in labels]
    assert len(images) == 3


def test_splits_made_of_phantoms_are_not_replaced(tmp_path):
    write_phantoms(tmp_path / 'set', 2, layout='coco', workers=1)
    (tmp_path / 'set/annotations/r70').mkdir()
    with pytest.raises(SpondyloError, match='since annotations/r70 would be lost'):
        write_phantoms(tmp_path / 'set', 1, layout='coco', force=True, workers=1)
    assert (tmp_path / 'set/annotations/r70').is_dir()


def test_coco_layout_is_exact(tmp_path):
    out = tmp_path / 'coco'
    write_phantoms(out, 4, seed=3, layout='coco', with_spacing=True, workers=1)
    films = {f['file']: f for f in _truth(out)['films']}
    total = 0
    for split in ('train', 'val'):
        coco = json.loads((out / 'annotations' / f'{split}.json').read_text())
        assert coco['categories'][0]['keypoints'] == list(CORNERS)
        for image in coco['images']:
            truth = films['images/' + image['file_name']]
            assert (out / 'images' / image['file_name']).is_file()
            assert image['pixel_spacing_mm'] == truth['pixel_spacing_mm']
            own = [a for a in coco['annotations'] if a['image_id'] == image['id']]
            points = np.array([a['keypoints'] for a in own]).reshape(-1, 4, 3)
            assert np.abs(points[..., :2] - truth['corners']).max() < 1e-4
            assert [a['level_origin'] for a in own] == ['phantom'] * len(own)
            total += 1
    assert total == 4


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'num': 0}, 'num >= 1'),
        ({'num': 4, 'layout': 'yolo'}, 'layout'),
        ({'num': 4, 'layout': 'coco', 'faults': True}, '--faults'),
        ({'num': 4, 'val_share': 1.0}, '--val-share'),
        ({'num': 4, 'trait_share': 1.5}, '--trait-share'),
        ({'num': 5000}, '--layout coco'),
        ({'num': 10**9, 'layout': 'coco'}, 'different seeds'),
    ],
)
def test_bad_arguments_are_refused_in_one_line(tmp_path, arguments, message):
    with pytest.raises(SpondyloError, match=message):
        write_phantoms(tmp_path / 'out', **arguments)
    assert not (tmp_path / 'out').exists()
