"""The detector's recipes: stock networks, and boxes that come back where they were."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS, init_default_scope
from mmengine.utils import get_installed_path

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.engine.launch import load_config, start_from_scratch
from spondylo_mmpose.evaluation import SpineDetectionMetric
from tests.conftest import ROOT
from tests.helpers import write_coco_root

STOCK = '.mim/configs/rtmdet/rtmdet_{}_8xb32-300e_coco.py'
PARAMETERS = {'tiny': 4_873_179, 's': 8_856_351, 'm': 24_663_447}


def recipe(name='rtmdet', options=None):
    init_default_scope('mmdet')
    return load_config(ROOT / 'configs' / f'{name}_spondylo.py', options)


@pytest.mark.parametrize('size', PARAMETERS)
def test_networks_are_the_stock_ones_with_one_class(size):
    ours = recipe('rtmdet' if size == 'tiny' else f'rtmdet_{size}').model
    stock = Path(get_installed_path('mmdet')) / STOCK.format(size)
    theirs = Config.fromfile(stock).model
    theirs.bbox_head.num_classes = 1
    for part in (theirs.backbone, theirs.neck, theirs.bbox_head):
        part.norm_cfg.type = 'BN'
    with torch.device('meta'):
        models = [MODELS.build(one) for one in (ours, theirs)]
    shapes = [{k: v.shape for k, v in one.state_dict().items()} for one in models]
    assert shapes[0] == shapes[1]
    # The one difference; why is written in the recipe.
    assert models[0].bbox_head.exp_on_reg
    assert models[1].bbox_head.exp_on_reg == (size == 'm')
    parameters = sum(weight.numel() for weight in models[0].parameters())
    assert parameters == PARAMETERS[size]


@pytest.mark.parametrize(('name', 'side'), [('rtmdet', 640), ('rtmdet_320', 320)])
def test_training_and_tests_see_films_alike(name, side):
    config = recipe(name)
    train = {step.type: step for step in config.train_dataloader.dataset.pipeline}
    test = {step.type: step for step in config.test_dataloader.dataset.pipeline}
    assert train['mmpose.BottomupRandomAffine'].input_size == (side, side)
    assert train['mmpose.BottomupRandomAffine'].scale_type == 'long'  # aspect kept
    assert train['mmpose.BottomupRandomAffine'].pad_val == 0
    assert test['Resize'].scale == test['Pad'].size == (side, side)
    assert test['Resize'].keep_ratio
    assert set(test['Pad'].pad_val.img) == {0}
    # Colours of grey films are not played with, films not mixed.
    assert not {'YOLOXHSVRandomAug', 'CachedMosaic', 'CachedMixUp'} & {*train, *test}
    assert config.val_dataloader == config.test_dataloader


def test_from_scratch_needs_no_network_and_learns_faster():
    config = recipe()
    assert config.model.backbone.init_cfg.type == 'Pretrained'
    before = config.optim_wrapper.optimizer.lr
    start_from_scratch(config)
    assert config.model.backbone.init_cfg is None
    assert config.optim_wrapper.optimizer.lr > before


def perfect_outputs(boxes, side, strides=(8, 16, 32)):
    """What a network would say that knew the boxes ``(N, 4)``, px of the input."""
    scores, distances = [], []
    for stride in strides:
        cells = side // stride
        y, x = torch.meshgrid(*[torch.arange(cells) * stride] * 2, indexing='ij')
        score = torch.full((1, 1, cells, cells), -10.0)
        distance = torch.zeros(1, 4, cells, cells)
        for x1, y1, x2, y2 in boxes.tolist():
            inside = (x > x1) & (x < x2) & (y > y1) & (y < y2)
            score[0, 0, inside] = 4.0
            told = torch.stack([x - x1, y - y1, x2 - x, y2 - y]).float()
            # Where two boxes overlap the later one is told.
            distance[0, :, inside] = told[:, inside]
        scores.append(score)
        distances.append(distance)
    return scores, distances


def tilted_spine(width, height):
    """Six vertebrae from corner to corner, each turned a little."""
    quad = np.array([[-45, -20], [40, -28], [-40, 28], [45, 20]])
    quad = quad * [width / 640, height / 640]
    places = np.linspace([0.25, 0.9], [0.7, 0.08], 6) * [width, height]
    return places[:, None] + quad


def test_what_a_perfect_network_says_is_every_vertebra_and_nothing_else(tmp_path):
    """From the annotation to the box in px of the film: no coordinate slips."""
    films = [
        Film(f'{w}.png', w, h, 'val', corners=tilted_spine(w, h), patient_id=str(w))
        for w, h in ((640, 640), (700, 500), (360, 900), (200, 180))
    ]
    write_coco_root(tmp_path, films, greys=[90] * len(films))
    config = recipe('rtmdet_320', {'data_root': str(tmp_path)})
    with torch.device('meta'):
        model = MODELS.build(config.model)
    node = copy.deepcopy(config.test_dataloader.dataset)
    # Targets before the film is resized, so that they come to px of the input.
    node.pipeline.insert(1, dict(type='mmpose.HullBoxes'))
    samples = [one['data_samples'] for one in DATASETS.build(node)]
    for sample in samples:
        (sample.pred_instances,) = model.bbox_head.predict_by_feat(
            *perfect_outputs(sample.gt_instances.bboxes.tensor, side=320),
            batch_img_metas=[sample.metainfo],
            rescale=True,
        )
        true = torch.tensor([one['bbox'] for one in sample.instances])
        apart = torch.cdist(true, sample.pred_instances.bboxes, p=float('inf'))
        assert apart.shape == (6, 6)
        assert apart.min(1).values.max() < 0.01
    metric = SpineDetectionMetric()
    metric.process({}, [sample.to_dict() for sample in samples])
    values = metric.evaluate(len(samples))
    assert values['spine/F1'] == values['spine/count_accuracy'] == 100
