"""A network run by torch: how often it looks, and who may ask it at once."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.apis.network import FilmNetwork
from tests.conftest import ROOT
from tests.test_deployment.networks import build, save

CONFIGS = ROOT / 'tests' / 'configs'
pytestmark = pytest.mark.usefixtures('one_thread')


@pytest.fixture
def network(tmp_path):
    """A maker of networks that place corners on crops, in boxes of one on films."""

    def make(mirrored, passes):
        files = []
        for name, flip in (('tiny', mirrored), ('tiny_maht_net', True)):
            weights = save(tmp_path / f'{name}.pth', build(name)[1])
            config = tmp_path / f'{name}_{flip}.py'
            config.write_text(
                f"_base_ = '{CONFIGS / name}.py'\n"
                f'model = dict(test_cfg=dict(flip_test={flip}))\n'
            )
            files.append(ModelFiles(config, weights))
        return FilmNetwork(*files, device='cpu', passes=passes)

    return make


def test_quick_is_one_look_and_not_at_mirrored_crops(network, phantoms):
    path = min((phantoms / 'images').rglob('*.jpg'))
    film = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    thorough, plain = network(True, 2), network(False, 1)
    (before,) = thorough.find([film])
    (quick,) = thorough.find([film], quick=True)
    (expected,) = plain.find([film])
    assert len(expected) > 3
    np.testing.assert_array_equal(quick.corners, expected.corners)
    # What finds the boxes looks as ever.
    np.testing.assert_array_equal(quick.finder_corners, before.finder_corners)
    assert np.abs(before.corners - quick.corners).max() > 1
    # It is thorough again afterwards.
    (after,) = thorough.find([film])
    np.testing.assert_array_equal(after.corners, before.corners)
    assert thorough.facts.passes == thorough.network.passes == 2


def test_threads_find_what_one_finds(network, phantoms):
    paths = sorted((phantoms / 'images').rglob('*.jpg'))[:4]
    films = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]
    told = network(True, 2)
    asked = [(film, quick) for film in films for quick in (False, True)]
    expected = [told.find([film], quick=quick)[0] for film, quick in asked]
    filters, scope = list(warnings.filters), DefaultScope.get_current_instance()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: told.find([one[0]], quick=one[1])[0], asked))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.corners, other.corners)
    assert warnings.filters == filters
    assert DefaultScope.get_current_instance() is scope
