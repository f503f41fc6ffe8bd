import pytest
from mmengine.config import Config

from spondylo_mmpose.engine.launch import DATALOADERS, dataset_nodes, load_config
from spondylo_mmpose.engine.smoke import make_smoke
from tests.conftest import ROOT

RECIPES = sorted((ROOT / 'configs').glob('*.py'))


def small(schedulers, epochs=100):
    config = Config({
        'train_cfg': {'max_epochs': epochs, 'dynamic_intervals': [(90, 1)]},
        'param_scheduler': schedulers,
        'custom_hooks': [
            {'type': 'PipelineSwitchHook', 'switch_epoch': 80},
            {'type': 'EMAHook', 'begin_iter': 30},
            {'type': 'EMAHook', 'begin_iter': 1},
        ],
        'default_hooks': {'logger': {}, 'checkpoint': {}},
    })  # fmt: skip
    make_smoke(config)
    return config


def test_schedules_shrink_in_proportion():
    config = small([
        {'type': 'LinearLR', 'begin': 0, 'end': 200, 'by_epoch': False},
        {'type': 'LinearLR', 'begin': 0, 'end': 5},
        {'type': 'CosineAnnealingLR', 'T_max': 95, 'begin': 5, 'end': 100},
        {'type': 'CosineAnnealingLR', 'T_max': 50, 'begin': 50, 'end': 100},
        {'type': 'MultiStepLR', 'milestones': [60, 90, 10]},
        {'type': 'ReduceOnPlateauLR', 'patience': 10},
    ])  # fmt: skip
    assert [dict(one) for one in config.param_scheduler] == [
        {'type': 'LinearLR', 'begin': 0, 'end': 2, 'by_epoch': False},
        {'type': 'CosineAnnealingLR', 'T_max': 2, 'begin': 0, 'end': 2},
        {'type': 'CosineAnnealingLR', 'T_max': 1, 'begin': 1, 'end': 2},
        {'type': 'MultiStepLR', 'milestones': [1, 2]},
        {'type': 'ReduceOnPlateauLR', 'patience': 10},
    ]
    assert config.train_cfg == {'max_epochs': 2, 'val_interval': 1}
    assert config.custom_hooks[0].switch_epoch == 1
    # MMEngine refuses averages that begin after the last step.
    assert [hook.begin_iter for hook in config.custom_hooks[1:]] == [2, 1]


def test_one_schedule_or_none():
    assert small(None).param_scheduler == []
    assert len(small({'type': 'ReduceOnPlateauLR'}).param_scheduler) == 1


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_every_recipe_becomes_small(path):
    config = load_config(path)
    make_smoke(config)
    assert config.train_cfg.max_epochs == 2
    for name in DATALOADERS:
        assert config[name].batch_size <= 4
        nodes = list(dataset_nodes(config[name].dataset))
        assert nodes
        assert all(node['indices'] <= 16 for node in nodes)
