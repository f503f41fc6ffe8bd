import numpy as np
import pytest

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.apis.network import FilmNetwork
from spondylo_mmpose.benchmarks.random_weights import draw_films, write_random
from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.film import make_phantom
from tests.conftest import ROOT

CONFIGS = ROOT / 'tests' / 'configs'


def test_six_slots_are_present_on_films_that_it_has_not_seen(tmp_path, one_thread):
    recipe = CONFIGS / 'tiny_maht_net.py'
    path = write_random(tmp_path / 'w.pth', recipe)
    every_slot = tmp_path / 'every_slot.py'
    every_slot.write_text(
        f"_base_ = '{recipe}'\nmodel = dict(test_cfg=dict(presence_threshold=0.0))\n"
    )
    model = FilmNetwork(ModelFiles(every_slot, path), device='cpu')
    found = model.find([make_phantom(3, index).image for index in range(4)])
    for one in found:
        assert np.flatnonzero(one.presence > 0.5).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_same_seed_gives_the_same(tmp_path):
    recipe = CONFIGS / 'tiny_unet.py'
    states = [
        load_checkpoint_file(write_random(tmp_path / f'{n}.pth', recipe, seed))
        for n, seed in enumerate((1, 1, 2))
    ]
    one, same, other = (state['state_dict'] for state in states)
    assert all((one[name] == same[name]).all() for name in one)
    assert any((one[name] != other[name]).any() for name in one)


def test_a_detector_wants_training(tmp_path):
    with pytest.raises(SpondyloError, match=r'detector\.py: .* name its checkpoint'):
        write_random(tmp_path / 'w.pth', CONFIGS / 'tiny_detector.py')


def test_films_in_a_file(tmp_path):
    films = np.load(draw_films(tmp_path / 'films.npy', 2, seed=4))
    assert films.shape == (2, 640, 640)
    assert (films[1] == make_phantom(4, 1).image).all()
