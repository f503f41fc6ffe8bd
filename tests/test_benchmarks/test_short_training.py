import shutil

import pytest

from spondylo_mmpose.benchmarks import short_training
from spondylo_mmpose.benchmarks.short_training import (
    shorten,
    train_briefly,
    use_data,
)
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.utils.io import read_json, write_json
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


@pytest.fixture
def trained(tmp_path, phantoms, one_thread, monkeypatch):
    """Train in one folder; gives the metrics and the steps that were made."""
    root = tmp_path / 'films'
    shutil.copytree(phantoms, root)

    def train(iterations=4, stop=None, **changes):
        steps = []

        class Watched(short_training._KeepMetrics):
            def before_train_iter(self, runner, batch_idx, data_batch=None):
                if runner.iter == stop:
                    raise KeyboardInterrupt
                steps.append(runner.iter)

        config = load_config(ROOT / 'tests' / 'configs' / 'tiny_unet.py')
        use_data(config, root)
        config.train_dataloader.batch_size = 2
        config.val_dataloader.dataset.indices = 4
        config.merge_from_dict(changes)
        with monkeypatch.context() as patch:
            patch.setattr(short_training, '_KeepMetrics', Watched)
            try:
                result = train_briefly(
                    config, iterations, workers=0, work_dir=tmp_path / 'run'
                )[1]
            except KeyboardInterrupt:
                result = None
        return result, steps

    return train


def test_the_same_run_goes_on_and_is_measured_once_it_is_over(trained):
    assert trained(stop=2) == (None, [0, 1])
    whole, steps = trained()
    assert steps == [2, 3]
    assert [step for step, _ in whole['history']] == [4]
    again, steps = trained()
    assert steps == []
    ((step, metrics),) = again['history']
    # In mm nothing is measured on phantoms without a spacing.
    expected = pytest.approx(whole['history'][0][1], rel=0, abs=0, nan_ok=True)
    assert (step, metrics) == (4, expected)


def test_another_run_begins_anew(trained, tmp_path):
    trained(stop=2)
    rate = {'optim_wrapper.optimizer.lr': 1e-4}
    # Killed before its first checkpoint: there is nothing to go on from.
    assert trained(**rate, stop=0) == (None, [])
    assert not list((tmp_path / 'run').glob('iter_*.pth'))
    assert trained(**rate)[1] == [0, 1, 2, 3]
    assert trained(2, **rate)[1] == [0, 1]
    path = tmp_path / 'films' / 'annotations' / 'train.json'
    content = read_json(path)
    write_json(path, {**content, 'annotations': content['annotations'][1:]})
    assert trained(2, **rate)[1] == [0, 1]
    assert trained(2, **rate)[1] == []
