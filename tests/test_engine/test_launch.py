from argparse import Namespace

import pytest
import torch
from mmengine.config import Config

from spondylo_mmpose.engine import launch
from spondylo_mmpose.engine.training_options import apply_training_options
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

RTMPOSE = ROOT / 'configs' / 'rtmpose_s_spondylo.py'
HRNET = ROOT / 'configs' / 'hrnet_w32_spondylo.py'


def training_options(**given):
    defaults = dict(
        amp=False, no_pretrained=False, no_validate=False, auto_scale_lr=False,
        resume=None, cfg_options=None, amp_dtype=None, seed=None, deterministic=False,
        smoke=False, early_stop=None, freeze_backbone=None, ema=None, keep_best=None,
        keep_every=None, tensorboard=False, processes=1,
    )  # fmt: skip
    return Namespace(**defaults | given)


def test_data_root_option_moves_every_loader():
    config = launch.load_config(RTMPOSE, {'data_root': '/elsewhere'})
    for name in launch.DATALOADERS:
        assert config[name].dataset.data_root == '/elsewhere'


def test_data_root_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv('SPONDYLO_DATA', '/from/environment')
    config = launch.load_config(RTMPOSE)
    assert config.train_dataloader.dataset.data_root == '/from/environment'
    monkeypatch.delenv('SPONDYLO_DATA')
    assert (
        launch.load_config(RTMPOSE).val_dataloader.dataset.data_root == 'data/spondylo'
    )


def test_dataset_nodes_of_joined_and_repeated_sets():
    leaf = {'ann_file': 'a', 'data_root': 'r'}
    joined = {'datasets': [leaf, {'times': 2, 'dataset': leaf | {'ann_file': 'b'}}]}
    assert [n['ann_file'] for n in launch.dataset_nodes(joined)] == ['a', 'b']
    assert list(launch.dataset_nodes({})) == []


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (None, 'no such config'),
        ('model = dict(', 'is no valid config'),
        ('model = undefined_name', 'is no valid config'),
        ('model = 1 / 0', 'is no valid config: ZeroDivisionError'),
        ("_base_ = 'none.py'", 'is no valid config: FileNotFoundError'),
        ('', 'names no model'),
        ("custom_imports = dict(imports=['no.such.module'])", 'is no valid config'),
    ],
)
def test_bad_config_is_one_line(tmp_path, text, message):
    path = tmp_path / 'bad.py'
    if text is not None:
        path.write_text(text)
    with pytest.raises(SpondyloError, match=message):
        launch.load_config(path)


def test_no_pretrained_drops_weights_and_applies_from_scratch():
    config = launch.load_config(HRNET)
    assert config.model.backbone.init_cfg.type == 'Pretrained'
    assert config.optim_wrapper.optimizer.lr == 1e-4
    apply_training_options(config, training_options(no_pretrained=True))
    assert config.model.backbone.init_cfg is None
    assert config.optim_wrapper.optimizer.lr == 5e-4
    assert config.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 1.0


def test_command_line_wins_over_from_scratch():
    options = {'optim_wrapper.optimizer.lr': 7e-5}
    config = launch.load_config(HRNET, options)
    apply_training_options(
        config, training_options(no_pretrained=True, cfg_options=options)
    )
    assert config.optim_wrapper.optimizer.lr == 7e-5


def test_amp_on_a_cpu_and_with_a_foreign_wrapper(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    config = launch.load_config(RTMPOSE)
    apply_training_options(config, training_options(amp=True))
    assert config.optim_wrapper.type == 'CpuAmpOptimWrapper'
    config.optim_wrapper.type = 'ApexOptimWrapper'
    with pytest.raises(SpondyloError, match='ApexOptimWrapper'):
        launch.enable_amp(config)


def test_amp_on_a_gpu(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    config = launch.load_config(RTMPOSE)
    launch.enable_amp(config)
    assert config.optim_wrapper.type == 'AmpOptimWrapper'
    assert config.optim_wrapper.loss_scale == 'dynamic'


def test_adam_is_fused_unless_it_is_told_not_to_be():
    config = launch.load_config(HRNET)
    apply_training_options(config, training_options())
    assert config.optim_wrapper.optimizer.fused is True
    off = {'optim_wrapper.optimizer.fused': False}
    config = launch.load_config(HRNET, off)
    apply_training_options(config, training_options(cfg_options=off))
    assert config.optim_wrapper.optimizer.fused is False


def test_what_cannot_be_fused_stays(monkeypatch):
    config = launch.load_config(HRNET)
    config.optim_wrapper.optimizer.type = 'Rprop'
    launch.fuse_optimizer(config)
    assert 'fused' not in config.optim_wrapper.optimizer

    class Old(torch.optim.Adam):
        def __init__(self, params, fused=None):
            raise RuntimeError('fused=True requires all the params to be on a GPU')

    monkeypatch.setattr(torch.optim, 'Adam', Old)
    config.optim_wrapper.optimizer.type = 'Adam'
    launch.fuse_optimizer(config)
    assert 'fused' not in config.optim_wrapper.optimizer


def test_no_validate():
    config = launch.load_config(RTMPOSE)
    apply_training_options(config, training_options(no_validate=True))
    assert config.val_dataloader is None
    assert 'save_best' not in config.default_hooks.checkpoint


def test_failed_download_names_the_flag():
    with (
        pytest.raises(SpondyloError, match='--no-pretrained'),
        launch.explain_download_failure(),
    ):
        raise ConnectionResetError('gone')


def test_unwritable_work_dir_is_one_line(tmp_path):
    (tmp_path / 'file').write_text('')
    config = Config({'work_dir': str(tmp_path / 'file' / 'run')})
    with pytest.raises(SpondyloError, match='--work-dir'):
        launch.build_runner(config)


def test_options_that_do_not_fit():
    with pytest.raises(SpondyloError, match='no setting data_rot; did you mean'):
        launch.load_config(RTMPOSE, {'data_rot': '/elsewhere'})
    with pytest.raises(SpondyloError, match='--cfg-options: do not fit'):
        launch.load_config(RTMPOSE, {'param_scheduler.9.begin': 1})


def test_modules_named_by_an_option_are_imported():
    option = {'custom_imports.imports': ['tests.configs.none']}
    with pytest.raises(SpondyloError, match=r'do not fit .*ImportError'):
        launch.load_config(RTMPOSE, option)
    option['custom_imports.imports'] = ['spondylo_mmpose.codecs']
    launch.load_config(RTMPOSE, option)


def test_a_part_that_cannot_be_built_is_one_line(tmp_path):
    config = launch.load_config(RTMPOSE, {'model.type': 'Nope'})
    config.work_dir = str(tmp_path)
    launch.forget_pretrained(config)
    with pytest.raises(SpondyloError, match=r'rtmpose.*KeyError: Nope is not') as error:
        launch.build_runner(config)
    assert '\n' not in str(error.value)


def test_unwritable_show_dir_is_one_line(tmp_path):
    (tmp_path / 'file').write_text('')
    options = Namespace(
        config='x.py', work_dir=None, launcher='none', device='auto',
        show_dir=str(tmp_path / 'file'),
    )  # fmt: skip
    with pytest.raises(SpondyloError, match='--show-dir'):
        launch.apply_common_options(launch.load_config(RTMPOSE), options)
