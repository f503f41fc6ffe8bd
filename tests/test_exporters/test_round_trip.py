"""What an export wrote, read again by the converter of its format."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import facts_of
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.data_root import read_root
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.exporters.export import export_dataset
from tests.test_converters.helpers import make_spine
from tests.test_exporters.helpers import INFO, by_name, hard_films, spine, write_root

READER = {
    'coco': 'coco',
    'mendeley': 'mendeley',
    'yolo-pose': 'mendeley',
    'labelme': 'labelme',
    'csv': 'csv',
}
"""Format of the converter that reads each export."""

EVERYTHING = ('coco', 'labelme', 'csv')


def again(tmp_path, name, root):
    """The data set after an export and a conversion, and the export's report."""
    report = export_dataset(name, root, tmp_path / 'out')
    convert(FORMATS[READER[name]], tmp_path / 'out', tmp_path / 'back')
    return read_root(tmp_path / 'back'), report


def assert_same_corners(films, expected):
    assert sorted(by_name(films)) == sorted(by_name(expected))
    for film in expected:
        other = by_name(films)[film.file_name]
        assert (other.width, other.height, other.split) == (640, 640, film.split)
        np.testing.assert_allclose(other.corners, film.corners, rtol=0, atol=0.01)


@pytest.mark.parametrize('name', READER)
def test_corners_of_hard_films_come_back(tmp_path, name):
    films = hard_films()
    back, _ = again(tmp_path, name, write_root(tmp_path / 'root', films))
    assert_same_corners(back.films, films)
    for film in back.films:
        content = back.image(film).read_bytes()
        assert content == (tmp_path / 'root/images' / film.file_name).read_bytes()


@pytest.mark.parametrize('name', EVERYTHING)
def test_facts_levels_and_gaps_come_back(tmp_path, name):
    films = hard_films()[:2]
    back, report = again(tmp_path, name, write_root(tmp_path / 'root', films))
    assert report.losses == []
    for film in films:
        other = by_name(back.films)[film.file_name]
        assert (other.levels, other.level_origin) == (film.levels, film.level_origin)
        assert other.orders == list(film.orders or range(5))
        known = facts_of(film)
        assert {key: facts_of(other)[key] for key in known} == known


@pytest.mark.parametrize('name', ['mendeley', 'yolo-pose'])
def test_what_a_format_cannot_hold_is_told(tmp_path, name):
    root = write_root(tmp_path / 'root', hard_films())
    back, report = again(tmp_path, name, root)
    assert report.losses[:2] == [
        'not stored by this format: age, group, level, original_size, patient_id, '
        'pixel_spacing_mm, pixel_spacing_origin, sex, source, view',
        '1 films lack a vertebra between others; this format tells no gaps, so that '
        'its neighbours seem to be neighbours of each other',
    ]
    # And so it is.
    gap = by_name(back.films)['train/same.png']
    assert gap.orders == [0, 1, 2, 3]
    # Three films are called so, which does not make them one patient's.
    assert gap.patient_id.endswith('train/same')


@pytest.mark.parametrize('name', READER)
def test_films_stay_those_of_their_author(tmp_path, name):
    root = write_root(tmp_path / 'root', hard_films())
    back, _ = again(tmp_path, name, root)
    # The labels are laid out like those of a published data set; the films are not it.
    assert back.info.description == INFO.description
    assert (back.info.url, back.info.contributor) == ('', '')
    assert back.info.licence == INFO.licence
    if name not in EVERYTHING:
        assert [film.original_size for film in back.films] == [None] * 5


@pytest.mark.parametrize('name', READER)
def test_second_round_changes_nothing(tmp_path, name):
    root = write_root(tmp_path / 'root', hard_films())
    again(tmp_path, name, root)
    first = json.loads((tmp_path / 'back/annotations/train.json').read_text())
    again(tmp_path / 'second', name, tmp_path / 'back')
    second = json.loads((tmp_path / 'second/back/annotations/train.json').read_text())
    assert second['annotations'] == first['annotations']
    assert second['images'] == first['images']


@pytest.mark.parametrize('name', READER)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    number=st.integers(1, 7),
    sacral=st.floats(0, 50),
    stretch=st.floats(0.8, 1.8),
    facing=st.sampled_from(['left', 'right']),
    shift=st.floats(-1, 1),
    hidden=st.sampled_from([None, (2, 3)]),
)
def test_any_film_comes_back(
    tmp_path_factory, name, number, sacral, stretch, facing, shift, hidden
):
    corners = make_spine(number, sacral, stretch, facing) + 0.25 + shift
    if hidden and number > 2:
        corners[0, list(hidden)] = np.nan
    film = Film('train/a.png', 640, 640, 'train', corners)
    tmp_path = tmp_path_factory.mktemp('any')
    back, _ = again(tmp_path, name, write_root(tmp_path / 'root', [film]))
    assert_same_corners(back.films, [film])


def test_yolo_trainer_gets_eight_bit_pngs(tmp_path):
    from PIL import Image

    film = Film('train/deep.tif', 640, 640, 'train', spine())
    root = write_root(tmp_path / 'root', [film])
    deep = np.linspace(0, 4000, 640 * 640).reshape(640, 640).astype(np.uint16)
    Image.fromarray(deep).save(root / 'images/train/deep.tif')
    back, report = again(tmp_path, 'yolo-pose', root)
    assert report.converted == ['train/deep.tif']
    assert report.losses[-1] == '1 films of more than 8 bits or DICOM became 8-bit PNG'
    with Image.open(tmp_path / 'out/images/train/deep.png') as image:
        assert (image.mode, image.size) == ('L', (640, 640))
        assert image.getextrema() == (0, 255)
    np.testing.assert_allclose(back.films[0].corners, film.corners, rtol=0, atol=0.01)
