"""MAHT-Net's recipes: sizes, crops of one vertebra, ablations."""

import copy

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs
from tests.conftest import ROOT

PARAMETERS = {
    't': 1_744_936,
    '': 2_867_288,
    'b': 39_326_312,
    'topdown': 2_848_980,
    'topdown_t': 1_473_440,
}
WHOLE = ROOT / 'configs' / 'ablations' / 'maht_net_whole.py'
ABLATIONS = sorted(set(WHOLE.parent.glob('maht_net_*.py')) - {WHOLE})


@pytest.fixture(autouse=True)
def scope(own_scope):
    init_default_scope('mmpose')


def recipe(size=''):
    name = '_'.join(part for part in ('maht_net', size, 'spondylo') if part)
    return load_config(ROOT / 'configs' / f'{name}.py')


def on_paper(config):
    """The model without its weights."""
    with torch.device('meta'):
        return MODELS.build(copy.deepcopy(config.model))


def steps(config, loader):
    return {step.type: step for step in config[loader].dataset.pipeline}


@pytest.mark.parametrize('size', PARAMETERS)
def test_parameters(size):
    model = on_paper(recipe(size))
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[size]


@pytest.mark.parametrize('size', ['t', '', 'b'])
def test_training_and_tests_see_films_alike(size):
    config = recipe(size)
    train, test = steps(config, 'train_dataloader'), steps(config, 'test_dataloader')
    assert train['FilmAffine'].input_size == test['FilmAffine'].input_size
    assert test['FilmAffine'].get('rotate', 0) == 0 < train['FilmAffine'].rotate
    assert train['SlotTargets'].slots == config.model.head.slots == 12
    assert config.model.neck.channels == config.model.head.in_channels[-1]
    assert config.train_dataloader.dataset.data_mode == 'bottomup'


@pytest.mark.parametrize('size', ['t', '', 'b'])
def test_the_last_epochs_see_films_of_the_recipes_size(size):
    config = recipe(size)
    (hook,) = (one for one in config.custom_hooks if one.type == 'GrowingInputHook')
    assert hook.first_size < config.test_dataloader.dataset.pipeline[1].input_size
    assert 0.55 < hook.switch_epoch / config.train_cfg.max_epochs < 0.7


@pytest.mark.parametrize('path', ABLATIONS, ids=lambda path: path.stem)
def test_an_ablation_is_another_network_or_another_training(path):
    config, whole = load_config(path), load_config(WHOLE)
    assert (config.model, config.train_dataloader) != (
        whole.model,
        whole.train_dataloader,
    )
    assert config.val_dataloader == whole.val_dataloader
    assert config.param_scheduler == whole.param_scheduler
    on_paper(config)


def test_ablations_see_small_films_in_training_and_test():
    config = load_config(WHOLE)
    small = {'FilmAffine': {'input_size': (320, 320)}}
    assert config.test_dataloader.dataset.pipeline_changes == small
    assert config.train_dataloader.dataset.pipeline_changes == {
        **small,
        'RandomSuperposition': None,
    }
    assert config.model == recipe('t').model
    hooks = {hook.type for hook in config.custom_hooks}
    assert 'GrowingInputHook' not in hooks


def test_all_ablations_are_here():
    assert {path.stem.removeprefix('maht_net_') for path in ABLATIONS} == {
        'argmax',
        'no_anatomy_loss',
        'no_attention',
        'no_bias',
        'no_bridge',
        'no_coordinate_loss',
        'no_presence',
        'one_level',
        'slots_from_top',
    }


def test_corners_of_a_crop_come_back_to_the_film(phantoms, monkeypatch):
    """A network that says what the targets do places corners exactly."""
    config = recipe('topdown')
    node = config.val_dataloader.dataset
    node.update(data_root=str(phantoms))
    node.pipeline.insert(-1, dict(type='SlotTargets', slots=1))
    dataset = DATASETS.build(node)
    config.model.test_cfg.flip_test = False
    model = MODELS.build(config.model).eval()
    line = torch.arange(64)
    for index in range(0, len(dataset), 6):
        sample = dataset[index]['data_samples']
        cells = (sample.gt_instance_labels.slot_corners[None] + 0.5) / 4 - 0.5
        squares = (line - cells[..., :1]) ** 2, (line - cells[..., 1:]) ** 2
        maps = -(squares[1][..., :, None] + squares[0][..., None, :]) / 4
        none = torch.full((1, 1, 4), torch.nan)
        told = SlotOutputs(maps, none[..., 0], none, ())
        monkeypatch.setattr(model.head, 'forward', lambda feats, told=told: told)
        with torch.no_grad():
            (found,) = model(torch.zeros(1, 3, 256, 256), [sample], mode='predict')
        truth = dataset.get_data_info(index)['keypoints']
        assert np.asarray(found.pred_instances.keypoints) == pytest.approx(
            truth, abs=0.02
        )
        assert len(found.pred_instances.keypoint_scores) == 1
