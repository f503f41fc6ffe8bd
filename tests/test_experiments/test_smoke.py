import math
from argparse import Namespace

import pytest

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import find_recipes
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.smoke import (
    Outcome,
    check_falls,
    derive,
    losses,
    run_smoke,
    table,
)
from tests.conftest import ROOT


def test_losses_are_read_by_epoch(tmp_path):
    path = tmp_path / 'train.csv'
    path.write_text('step,loss,epoch\n1,0.5,1\n2,,1\n3,0.25,2\n')
    found = losses(path)
    assert found.keys() == {1, 2}
    assert found[1][0] == 0.5
    assert math.isnan(found[1][1])
    assert found[2] == [0.25]
    path.write_text('step\n1\n')
    with pytest.raises(SpondyloError, match='tells no losses'):
        losses(path)


@pytest.mark.parametrize(
    ('by_epoch', 'message'),
    [
        ({1: [2.0, 1.0], 2: [1.0, 2.0]}, 'does not fall: 1.5 in'),
        ({1: [2.0, 1.0], 2: [2.0, 1.5]}, 'does not fall'),
        ({1: [2.0, 1.0], 2: [0.5, math.nan]}, 'does not fall'),
        ({1: [2.0, 1.0]}, 'so many steps'),
        ({1: [2.0, 1.0], 2: [0.5]}, 'so many steps'),
        ({}, 'so many steps'),
    ],
)
def test_a_loss_that_does_not_fall_fails(by_epoch, message):
    with pytest.raises(SpondyloError, match=message):
        check_falls(by_epoch)


def test_a_loss_that_falls_on_average_passes():
    check_falls({1: [2.0, 1.0], 2: [0.5, 2.25]})


def test_derived_recipe_differs_in_the_log_the_batches_and_their_order(tmp_path):
    path = ROOT / 'tests' / 'configs' / 'tiny.py'
    before = load_config(path, {'data_root': str(tmp_path)}).to_dict()
    after = load_config(derive(path, tmp_path / 'new', tmp_path)).to_dict()
    assert after['custom_hooks'].pop() == {'type': 'RepeatedEpochHook'}
    assert after['custom_imports']['imports'].pop().endswith('repeated_epoch_hook')
    assert after['log_processor'].pop('window_size') == 1
    assert after['train_dataloader'].pop('batch_size') == 2
    before['train_dataloader'].pop('batch_size')
    before['log_processor'].pop('window_size', None)
    # Tuples are lists in a written config or stay; the text is the same either way.
    for name in (
        'model', 'train_dataloader', 'test_dataloader', 'custom_hooks', 'train_cfg',
        'custom_imports', 'optim_wrapper', 'param_scheduler', 'log_processor',
    ):  # fmt: skip
        assert after[name] == before[name], name


def test_both_epochs_see_films_of_one_size(tmp_path):
    path = ROOT / 'configs' / 'maht_net_t_spondylo.py'
    hooks = load_config(derive(path, tmp_path / 'new', tmp_path)).custom_hooks
    before = [hook.type for hook in load_config(path).custom_hooks]
    before.remove('GrowingInputHook')
    assert [hook.type for hook in hooks] == [*before, 'RepeatedEpochHook']


def test_recipes_are_found_not_listed():
    found = {path.stem for path in find_recipes(ROOT / 'configs')}
    assert {'unet_spondylo', 'rtmdet_spondylo', 'keypoint_rcnn_spondylo'} <= found
    with pytest.raises(SpondyloError, match='holds no recipes'):
        find_recipes(ROOT / 'docs')


def test_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / 'letter.txt').write_text('mine')
    config = ROOT / 'tests' / 'configs' / 'tiny.py'
    with pytest.raises(SpondyloError, match='no earlier trial'):
        run_smoke(Namespace(configs=[config], out=tmp_path), ROOT / 'tools')
    assert [path.name for path in tmp_path.iterdir()] == ['letter.txt']


def test_table():
    outcomes = [
        Outcome('unet', 7_556_932, 61.4, 0.25, 0.125, True),
        Outcome('other', None, 2.0, math.nan, math.nan, False),
    ]
    head, *rows = [line.split() for line in table(outcomes)]
    assert head[:3] == ['recipe', 'parameters', 'seconds']
    assert rows == [
        ['unet', '7,556,932', '61', '0.25', '0.125', 'ok'],
        ['other', '?', '2', 'nan', 'nan', 'FAILED'],
    ]
