import argparse

import pytest
from mmengine.config import Config

from spondylo_mmpose.engine import launch
from spondylo_mmpose.engine.training_hooks import add_logs
from spondylo_mmpose.engine.training_options import (
    add_training_options,
    apply_training_options,
)
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

RTMPOSE = ROOT / 'configs' / 'rtmpose_s_spondylo.py'


def parse(*options):
    parser = argparse.ArgumentParser()
    add_training_options(parser)
    return argparse.Namespace(**vars(parser.parse_args(options)), cfg_options=None)


def applied(*options):
    config = launch.load_config(RTMPOSE)
    apply_training_options(config, parse(*options))
    return config


def types(config):
    return [hook['type'] for hook in config.custom_hooks]


def hook(config, kind):
    (found,) = [one for one in config.custom_hooks if one['type'] == kind]
    return found


def test_every_training_has_the_same_hooks():
    config = applied()
    assert config.default_hooks.checkpoint.type == 'ResumableCheckpointHook'
    for kind in ('FiniteTrainingHook', 'PendingGradientsHook', 'TrainingRecordHook'):
        assert types(config).count(kind) == 1
    assert 'ResumableEarlyStoppingHook' not in types(config)
    again = Config(config.to_dict())
    apply_training_options(again, parse())
    assert types(again) == types(config)


def test_a_checkpoint_hook_of_another_kind_stays():
    config = launch.load_config(RTMPOSE)
    config.default_hooks.checkpoint.type = 'TheirHook'
    apply_training_options(config, parse())
    assert config.default_hooks.checkpoint.type == 'TheirHook'


def test_early_stopping_replaces_that_of_the_recipe():
    config = launch.load_config(RTMPOSE)
    config.custom_hooks.append(
        dict(type='EarlyStoppingHook', monitor='corner/MRE_px', patience=20)
    )
    apply_training_options(config, parse('--early-stop', '4'))
    stopping = hook(config, 'ResumableEarlyStoppingHook')
    assert (stopping.patience, stopping.monitor, stopping.rule) == (
        4, 'corner/MRE_px', 'less'
    )  # fmt: skip
    assert 'EarlyStoppingHook' not in types(config)
    with pytest.raises(SpondyloError, match='--early-stop needs validations'):
        applied('--early-stop', '4', '--no-validate')


def test_what_is_kept_frozen_and_averaged():
    config = applied(
        '--keep-best', '5', '--keep-every', '10', '--freeze-backbone', '3',
        '--ema', '0.01',
    )  # fmt: skip
    assert config.default_hooks.checkpoint.keep_best == 5
    assert config.default_hooks.checkpoint.keep_every == 10
    assert hook(config, 'FreezeBackboneHook').epochs == 3
    assert config.find_unused_parameters
    assert hook(config, 'EMAHook').momentum == 0.01
    assert 'EMAHook' in types(applied())
    assert 'EMAHook' not in types(applied('--ema', '0'))


def test_seed_and_determinism(monkeypatch):
    monkeypatch.delenv('CUBLAS_WORKSPACE_CONFIG', raising=False)
    config = applied('--seed', '7', '--deterministic')
    assert config.randomness == {'seed': 7, 'deterministic': True}
    assert config.env_cfg.cudnn_benchmark is False
    assert applied().randomness == {'seed': 42}


def test_precision_of_amp(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    config = applied('--amp', '--amp-dtype', 'bf16')
    assert config.optim_wrapper.type == 'AmpOptimWrapper'
    assert config.optim_wrapper.dtype == 'bfloat16'
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    applied('--amp', '--amp-dtype', 'bf16')
    with pytest.raises(SpondyloError, match='needs a GPU'):
        applied('--amp', '--amp-dtype', 'fp16')
    with pytest.raises(SpondyloError, match='goes with --amp'):
        applied('--amp-dtype', 'fp16')


@pytest.mark.parametrize(
    'options',
    [('--early-stop', '0'), ('--ema', '1'), ('--seed', '-1'), ('--keep-best', 'x')],
)
def test_values_out_of_range(options, capsys):
    with pytest.raises(SystemExit):
        parse(*options)
    assert options[0] in capsys.readouterr().err


def test_logs_are_added_once(monkeypatch):
    config = launch.load_config(RTMPOSE)
    config.work_dir = '/run'
    add_logs(config, tensorboard=False)
    add_logs(config, tensorboard=False)
    assert [b['type'] for b in config.visualizer.vis_backends] == [
        'LocalVisBackend', 'CsvVisBackend'
    ]  # fmt: skip
    assert config.visualizer.vis_backends[1].save_dir == '/run'


def test_tensorboard_only_where_it_is_installed(monkeypatch):
    config = Config({'work_dir': '/run'})
    monkeypatch.setattr('importlib.util.find_spec', lambda name: object())
    add_logs(config, tensorboard=True)
    assert config.visualizer.vis_backends[-1] == {
        'type': 'TensorboardVisBackend', 'save_dir': '/run/tensorboard'
    }  # fmt: skip
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)
    with pytest.raises(SpondyloError, match='pip install tensorboard'):
        add_logs(Config({'work_dir': '/run'}), tensorboard=True)
