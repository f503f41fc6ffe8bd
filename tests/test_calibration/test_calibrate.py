import json
import shutil

import numpy as np
import pytest

from spondylo_mmpose.calibration.calibrate import ESTIMATED, KNOWN, calibrate
from spondylo_mmpose.calibration.distances import Distance
from spondylo_mmpose.calibration.prior import AnatomicalPrior
from spondylo_mmpose.calibration.ruler import KnownDistances, read_distances
from spondylo_mmpose.calibration.table import SpacingTable
from spondylo_mmpose.calibration.tags import DicomTags
from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError
from tests.test_converters.helpers import make_spine
from tests.test_exporters.helpers import write_root
from tests.test_imaging.helpers import dicom


def film(name, **more):
    return Film(name, 640, 640, name.split('/')[0], make_spine(), **more)


@pytest.fixture
def root(tmp_path):
    films = [
        film('train/a.png'),
        film('train/b.png', pixel_spacing_mm=(0.1, 0.2), pixel_spacing_origin='given'),
        film('val/c.png', original_size=(1280, 1920)),
    ]
    return write_root(tmp_path / 'root', films)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / 'mm.csv'
    path.write_text('filename,pixel_spacing_mm\na,0.3\nb,0.4\n')
    return SpacingTable(path)


def images(folder):
    """Image entries by file name."""
    entries = [
        entry
        for split in ('train', 'val')
        for entry in json.loads((folder / f'{split}.json').read_text())['images']
    ]
    return {entry['file_name']: entry for entry in entries}


def contents(root):
    return {p: p.read_bytes() for p in root.rglob('*') if p.is_file()}


def test_new_annotation_set_has_the_spacings_and_nothing_else_changed(root, table):
    before = contents(root)
    report = calibrate(root, table, out='mm')
    assert report.films == {
        'spacing': {'table:mm.csv': ['train/a.png']},
        'kept': {'given': ['train/b.png']},
        'refused': {'not in the table': ['val/c.png']},
    }
    assert {path: before[path] for path in before} == {
        path: content for path, content in contents(root).items() if path in before
    }
    old, new = images(root / 'annotations'), images(root / 'annotations/mm')
    assert new['train/a.png'] == {
        **old['train/a.png'],
        'pixel_spacing_mm': [0.3, 0.3],
        'pixel_spacing_origin': 'table:mm.csv',
    }
    assert new['train/b.png'] == old['train/b.png']
    assert new['val/c.png'] == old['val/c.png']
    for split in ('train', 'val'):
        path = root / 'annotations/mm' / f'{split}.json'
        read_annotation_file(path)
        first = json.loads((root / 'annotations' / f'{split}.json').read_text())
        second = json.loads(path.read_text())
        assert second.pop('images') is not None
        assert second == {k: v for k, v in first.items() if k != 'images'}
    record = json.loads((root / 'annotations/mm/calibration_report.json').read_text())
    assert record['counts']['refused'] == {'not in the table': 1}
    assert 'a.png' not in report.summary()


def test_in_place_and_forced(root, table):
    calibrate(root, table)
    found = images(root / 'annotations')
    assert found['train/b.png']['pixel_spacing_mm'] == [0.1, 0.2]
    calibrate(root, table, force=True)
    found = images(root / 'annotations')
    assert found['train/b.png']['pixel_spacing_mm'] == [0.4, 0.4]
    assert found['train/b.png']['pixel_spacing_origin'] == 'table:mm.csv'
    assert (root / 'calibration_report.json').is_file()


def test_estimates_never_touch_a_spacing(root):
    report = calibrate(root, AnatomicalPrior())
    assert report.films['kept'] == {'given': ['train/b.png']}
    found = images(root / 'annotations')
    assert found['train/a.png']['pixel_spacing_mm'] is None
    assert found['train/a.png']['pixel_spacing_origin'] is None
    estimate = found['train/a.png']['pixel_spacing_estimate']
    assert estimate.keys() == {'mm', 'error_percent', 'method'}
    assert found['train/b.png']['pixel_spacing_estimate'] is None
    # A second one is kept; forced, a film with a spacing gets one beside it.
    assert calibrate(root, AnatomicalPrior(1.2)).films['kept']['estimate'] == [
        'train/a.png',
        'val/c.png',
    ]
    calibrate(root, AnatomicalPrior(1.2), force=True)
    found = images(root / 'annotations')
    assert found['train/b.png']['pixel_spacing_mm'] == [0.1, 0.2]
    assert found['train/b.png']['pixel_spacing_estimate'] is not None
    assert found['train/a.png']['pixel_spacing_estimate']['mm'] == pytest.approx(
        [1.2 * v for v in estimate['mm']]
    )


def test_clear_all_or_only_some(root, table):
    calibrate(root, AnatomicalPrior(), force=True)
    report = calibrate(root, None, out='only', what=(ESTIMATED,))
    assert len(report.films['cleared']['estimate']) == 3
    found = images(root / 'annotations/only')
    assert found['train/b.png']['pixel_spacing_mm'] == [0.1, 0.2]
    assert not any(entry['pixel_spacing_estimate'] for entry in found.values())
    calibrate(root, None, what=(KNOWN, ESTIMATED))
    for entry in images(root / 'annotations').values():
        assert entry['pixel_spacing_mm'] is None
        assert entry['pixel_spacing_origin'] is None
        assert entry['pixel_spacing_estimate'] is None


def test_failed_write_leaves_everything(root, table, monkeypatch):
    before = contents(root)

    def fail(*_, **__):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('spondylo_mmpose.calibration.calibrate.write_json', fail)
    with pytest.raises((SpondyloError, OSError)):
        calibrate(root, table)
    assert contents(root) == before
    with pytest.raises((SpondyloError, OSError)):
        calibrate(root, table, out='mm')
    assert contents(root) == before


@pytest.mark.parametrize('out', ['../mm', 'a/b', '.', '', '/mm'])
def test_output_is_a_plain_name(root, table, out):
    with pytest.raises(SpondyloError, match=r'plain name|exists'):
        calibrate(root, table, out=out)


def test_output_that_is_there_is_kept(root, table):
    calibrate(root, table, out='mm')
    with pytest.raises(SpondyloError, match='exists'):
        calibrate(root, table, out='mm')


def test_split_must_stay_as_it_was_written(root, table):
    shutil.copytree(root / 'annotations', root / 'annotations/r70')
    path = root / 'annotations/r70/val.json'
    content = json.loads(path.read_text())
    content['info']['split'] = {'name': 'r70'}
    path.write_text(json.dumps(content))
    with pytest.raises(SpondyloError, match='split it again'):
        calibrate(root, table, annotations='r70', out='mm')


def test_tags_of_the_originals_are_scaled_to_the_stored_image(root, tmp_path):
    originals = tmp_path / 'dicom/sub'
    originals.mkdir(parents=True)
    pixels = np.arange(1280 * 320, dtype='<u4').astype('<u2').reshape(1280, 320)
    # Row spacing, then column spacing.
    (originals / 'a.dcm').write_bytes(dicom(pixels, PixelSpacing=[0.15, 0.14]))
    (originals / 'c.dcm').write_bytes(dicom(pixels))
    report = calibrate(root, DicomTags(tmp_path / 'dicom'), force=True)
    # 320 x 1280 px became 640 x 640: 0.14 / 2 and 0.15 * 2.
    found = images(root / 'annotations')
    assert found['train/a.png']['pixel_spacing_mm'] == pytest.approx([0.07, 0.3])
    assert found['train/a.png']['pixel_spacing_origin'] == 'dicom:PixelSpacing'
    assert report.films['refused'] == {
        'no DICOM file of its name': ['train/b.png'],
        'its DICOM file tells no spacing': ['val/c.png'],
    }


def test_pictures_have_no_tags(root):
    report = calibrate(root, DicomTags(), out='x')
    assert len(report.films['refused']) == 1
    with pytest.raises(SpondyloError, match='no such folder'):
        DicomTags(root / 'nowhere')
    with pytest.raises(SpondyloError, match='no DICOM files'):
        DicomTags(root / 'images')


def test_own_images_may_be_dicom(tmp_path):
    root = write_root(tmp_path / 'root', [film('train/a.png')])
    pixels = np.arange(640 * 640, dtype='<u4').astype('<u2').reshape(640, 640)
    content = dicom(pixels, ImagerPixelSpacing=[0.15, 0.14])
    (root / 'images/train/a.png').write_bytes(content)
    report = calibrate(root, DicomTags())
    assert report.films == {'spacing': {'dicom:ImagerPixelSpacing': ['train/a.png']}}


ACROSS, DOWN = Distance((10, 10), (110, 10), 30), Distance((5, 5), (5, 55), 25)


@pytest.mark.parametrize(
    ('distances', 'arguments', 'expected'),
    [
        ([ACROSS, DOWN], {}, (0.3, 0.5)),
        ([ACROSS], {'square': True}, (0.3, 0.3)),
        # 1280 x 1920 px became 640 x 640: a stored px is 2 wide and 3 high.
        ([ACROSS], {'square_original': True}, (0.3, 0.45)),
    ],
)
def test_known_distances(root, distances, arguments, expected):
    method = KnownDistances({'c.png': distances}, **arguments)
    report = calibrate(root, method)
    assert report.films['spacing'] == {'distance': ['val/c.png']}
    assert report.films['refused'] == {'no distance is known': ['train/a.png']}
    entry = images(root / 'annotations')['val/c.png']
    assert entry['pixel_spacing_mm'] == pytest.approx(expected)
    assert entry['pixel_spacing_origin'] == 'distance'


@pytest.mark.parametrize(
    ('distances', 'arguments', 'reason'),
    [
        ([ACROSS], {}, 'one direction alone'),
        ([ACROSS], {'square_original': True}, 'original size is not known'),
        ([ACROSS, DOWN], {'square': True}, 'contradict each other'),
        ([Distance((0, 0), (100, 0), 9000)], {'square': True}, 'not plausible'),
    ],
)
def test_distances_that_are_refused(root, distances, arguments, reason):
    report = calibrate(root, KnownDistances({'train/a.png': distances}, **arguments))
    (cause,) = [
        c for c, films in report.films['refused'].items() if 'val/c.png' not in films
    ]
    assert reason in cause


def test_table_of_distances(tmp_path):
    path = tmp_path / 'd.csv'
    path.write_text(
        'filename,x1,y1,x2,y2,mm\na.png,10,10,110,10,30\na.png,5,5,5,55,25\n'
    )
    assert read_distances(path) == {'a.png': [ACROSS, DOWN]}
    path.write_text('filename,x1,y1,x2,y2,mm\na.png,10,10,110,,30\n')
    with pytest.raises(SpondyloError, match=r'd\.csv: line 2 needs'):
        read_distances(path)
