from spondylo_mmpose.benchmarks.short_training import shorten, use_data
from spondylo_mmpose.engine.launch import load_config
from tests.conftest import ROOT


def test_a_recipe_of_epochs_becomes_one_of_iterations():
    config = load_config(ROOT / 'configs' / 'unet_spondylo.py')
    rate = config.optim_wrapper.optimizer.lr
    shorten(config, 200, validations=4)
    assert config.train_cfg == dict(by_epoch=False, max_iters=200, val_interval=50)
    rise, fall = config.param_scheduler
    assert (rise['end'], fall['begin'], fall['end']) == (30, 30, 200)
    assert config.optim_wrapper.optimizer.lr == rate
    assert config.default_hooks.checkpoint is None
    kinds = [hook.type for hook in config.custom_hooks]
    assert 'EpochSeedHook' in kinds
    assert not [kind for kind in kinds if 'EarlyStopping' in kind]


def test_very_short_ones_rise_for_a_quarter():
    config = load_config(ROOT / 'configs' / 'hrnet_w32_spondylo.py')
    shorten(config, 8)
    assert [part['end'] for part in config.param_scheduler] == [2, 8]
    shorten(config, 1)
    assert config.param_scheduler[1]['end'] > config.param_scheduler[1]['begin']


def test_data_of_joined_and_repeated_sets_too():
    config = load_config(ROOT / 'configs' / 'demo' / 'hrnet_w16_continued.py')
    use_data(config, '/elsewhere')
    joined = config.train_dataloader.dataset.datasets
    assert joined[0].data_root == joined[1].dataset.data_root == '/elsewhere'
    assert config.val_dataloader.dataset.data_root == '/elsewhere'
