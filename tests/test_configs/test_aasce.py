"""Recipes for the frontal films of AASCE 2019."""

import copy

import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from spondylo_mmpose.datasets.pipeline_changes import pipeline_of
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.spine.anatomy import LEVELS
from tests.conftest import ROOT

RECIPES = sorted((ROOT / 'configs' / 'aasce').glob('*.py'))


def recipe(name):
    return load_config(ROOT / 'configs' / 'aasce' / f'{name}_aasce.py')


def steps(config, loader):
    return {step['type']: step for step in pipeline_of(config[loader].dataset)}


def test_there_are_recipes():
    assert len(RECIPES) == 5


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_schedules_end_with_the_training(path):
    config = load_config(path)
    assert config.param_scheduler[-1].end == config.train_cfg.max_epochs


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_cobb_angles_are_measured(path):
    config = load_config(path)
    for evaluator in ('val_evaluator', 'test_evaluator'):
        kinds = [metric.type for metric in config[evaluator]]
        assert any('Cobb' in kind for kind in kinds)


def test_there_is_a_slot_for_each_level_up_to_t1(own_scope):
    init_default_scope('mmpose')
    config = recipe('maht_net_t')
    slots = config.model.head.slots
    assert LEVELS[slots - 1] == 'T1'
    assert steps(config, 'train_dataloader')['SlotTargets']['slots'] == slots
    with torch.device('meta'):
        MODELS.build(copy.deepcopy(config.model))


def test_films_are_tall_in_training_and_tests():
    config = recipe('maht_net_t')
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        assert steps(config, loader)['FilmAffine']['input_size'] == (256, 640)
