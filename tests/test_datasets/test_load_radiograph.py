import types

import cv2
import numpy as np
import pytest
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import TRANSFORMS

from spondylo_mmpose.datasets import LoadRadiograph
from spondylo_mmpose.datasets.film_cache import FilmCache
from spondylo_mmpose.datasets.transforms import load_radiograph
from spondylo_mmpose.errors import SpondyloError
from tests.test_imaging.helpers import dicom, ramp

GREY = np.arange(120, dtype=np.uint8).reshape(10, 12)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / 'film.png'
    cv2.imwrite(str(path), GREY)
    return str(path)


def with_cache(path, size=(12, 10)):
    cache = FilmCache({path: size})
    return {'img_path': path, 'dataset': types.SimpleNamespace(film_cache=cache)}


def test_it_replaces_load_image(path):
    ours = TRANSFORMS.build({'type': 'LoadRadiograph'})({'img_path': path})
    theirs = LoadImage()({'img_path': path})
    assert ours.keys() == theirs.keys()
    assert (ours['img'] == theirs['img']).all()
    assert ours['img'].dtype == np.uint8
    assert ours['img_shape'] == ours['ori_shape'] == theirs['ori_shape'] == (10, 12)
    assert ours['img_path'] == path


def test_dicom(tmp_path):
    file = tmp_path / 'IM0001'
    file.write_bytes(dicom(ramp(), PhotometricInterpretation='MONOCHROME1'))
    image = LoadRadiograph()({'img_path': str(file)})['img']
    assert image.shape == (32, 24, 3)
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[-1, -1].tolist() == [0, 0, 0]


@pytest.mark.parametrize('shape', [(10, 12), (10, 12, 1), (10, 12, 3)])
def test_an_array_is_taken_as_it_is(shape):
    given = np.broadcast_to(GREY[..., None], (10, 12, 3)) if len(shape) > 2 else GREY
    results = LoadRadiograph()({'img': given[..., : shape[-1]].reshape(shape)})
    assert (results['img'] == GREY[..., None]).all()
    assert results['img'].shape == (10, 12, 3)
    assert results['img_shape'] == results['ori_shape'] == (10, 12)
    assert results['img_path'] is None


def test_an_array_of_16_bits_is_windowed():
    image = LoadRadiograph()({'img': ramp(), 'img_path': 'kept'})['img']
    assert image.dtype == np.uint8
    assert (image.min(), image.max()) == (0, 255)


@pytest.mark.parametrize('shape', [(3,), (4, 4, 2), (0, 4), (2, 3, 4, 3)])
def test_another_array_is_refused(shape):
    with pytest.raises(SpondyloError, match='is no film; give'):
        LoadRadiograph()({'img': np.zeros(shape, np.uint8)})


def test_a_fault_names_the_file(tmp_path):
    with pytest.raises(SpondyloError, match=r'gone\.png: cannot be read \(No such'):
        LoadRadiograph()({'img_path': str(tmp_path / 'gone.png')})


def test_a_film_is_decoded_once(path, monkeypatch):
    decoded = []
    real = load_radiograph.read_radiograph
    monkeypatch.setattr(
        load_radiograph, 'read_radiograph', lambda p: decoded.append(p) or real(p)
    )
    results = with_cache(path)
    first = LoadRadiograph()(dict(results))['img']
    second = LoadRadiograph()(dict(results))['img']
    assert decoded == [path]
    assert (first == second).all()
    # What follows in the pipeline may draw on its film; the next one is clean.
    second[:] = 0
    assert (LoadRadiograph()(dict(results))['img'] == first).all()


@pytest.mark.parametrize('size', [(10, 12), (4, 4), (500, 500)])
def test_another_size_than_announced_is_decoded_each_time(path, size):
    results = with_cache(path, size)
    for _ in range(2):
        assert (LoadRadiograph()(dict(results))['img'][..., 0] == GREY).all()
