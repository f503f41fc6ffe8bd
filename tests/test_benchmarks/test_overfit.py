import numpy as np
import pytest

from spondylo_mmpose.benchmarks.overfit import (
    ShiftFilm,
    learn_by_heart,
    overfit,
    run_overfit,
)
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

TINY = ROOT / 'tests' / 'configs'


def test_a_film_is_moved_by_what_is_said():
    columns, rows = np.meshgrid(np.arange(40.0), np.arange(30.0))
    film = np.repeat((3 * columns + 2 * rows)[..., None], 3, -1).astype(np.float32)
    moved = ShiftFilm((0.5, -0.25))({'img': film, 'bbox': 'kept'})
    assert moved['bbox'] == 'kept'
    # What was at x - 0.5, y + 0.25 is now at x, y.
    inner = (slice(5, -5), slice(5, -5))
    assert moved['img'][inner] == pytest.approx(
        (film - 3 * 0.5 + 2 * 0.25)[inner], abs=0.1
    )


@pytest.mark.parametrize('name', ['unet', 'hrnet_w32', 'resnet50', 'rtmpose_s'])
def test_films_learned_by_heart_are_those_measured(name, phantoms):
    config = load_config(ROOT / 'configs' / f'{name}_spondylo.py')
    learn_by_heart(config, phantoms)
    train, val = config.train_dataloader.dataset, config.val_dataloader.dataset
    assert train.ann_file == val.ann_file
    assert train.data_root == val.data_root == str(phantoms)
    assert not config.model.test_cfg.flip_test
    kept = [s.type for s in train.pipeline if train.pipeline_changes.get(s.type, 1)]
    assert [kind for kind in kept if 'Random' in kind] == ['RandomBBoxTransform']
    shift = train.pipeline_changes['RandomBBoxTransform']['shift_factor']
    assert shift == (0.16 if name == 'rtmpose_s' else 0.05)


@pytest.mark.slow
@pytest.mark.usefixtures('one_thread')
def test_a_narrow_net_learns_two_films_and_follows_half_a_pixel(tmp_path, phantoms):
    config = load_config(TINY / 'tiny_unet.py')
    config.train_dataloader.dataset.indices = 8
    config.val_dataloader.dataset.indices = 8
    result = overfit(config, phantoms, iterations=120)
    assert result['vertebrae'] == 8
    assert result['MRE_px'] < 1.5
    assert result['learned'] and result['follows'], result


def test_other_recipes_are_refused(tmp_path):
    with pytest.raises(SpondyloError, match='rtmdet_spondylo: is no top-down recipe'):
        run_overfit([ROOT / 'configs' / 'rtmdet_spondylo.py'], tmp_path, 1)
