"""A narrow RTMDet learns films by heart: every vertebra and nothing else."""

import copy

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS
from torch import nn

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.evaluation import SpineDetectionMetric
from tests.conftest import ROOT


def load_films(config, pipeline, number):
    node = config.test_dataloader.dataset | dict(ann_file='annotations/train.json')
    films = DATASETS.build({**copy.deepcopy(node), 'pipeline': pipeline})
    return pseudo_collate([films[i] for i in range(number)])


def learn(model, films, steps):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.3  # the default would follow for longer than this takes
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 4e-3, steps, pct_start=0.2
    )
    model.train()
    for _ in range(steps):
        batch = model.data_preprocessor(copy.deepcopy(films), True)
        losses = model.loss(batch['inputs'], batch['data_samples'])
        optimiser.zero_grad()
        sum(sum(part) for part in losses.values()).backward()
        optimiser.step()
        schedule.step()
    return batch


@pytest.mark.parametrize(
    ('number', 'steps'), [(2, 150), pytest.param(4, 300, marks=pytest.mark.slow)]
)
def test_every_vertebra_and_nothing_else(phantoms, one_thread, number, steps):
    torch.manual_seed(0)
    np.random.seed(0)
    config = load_config(
        ROOT / 'tests' / 'configs' / 'tiny_detector.py', {'data_root': str(phantoms)}
    )
    init_default_scope('mmdet')
    pipeline = config.test_dataloader.dataset.pipeline
    with_targets = [pipeline[0], dict(type='mmpose.HullBoxes'), *pipeline[2:]]
    model = MODELS.build(config.model)
    model.init_weights()
    batch = learn(model, load_films(config, with_targets, number), steps)
    with torch.no_grad():
        for _ in range(10):  # batch norm takes over the last weights' statistics
            model.bbox_head(model.extract_feat(batch['inputs']))
        model.eval()
        samples = model.test_step(load_films(config, pipeline, number))
    metric = SpineDetectionMetric()
    metric.process({}, [sample.to_dict() for sample in samples])
    values = metric.evaluate(number)
    assert values['spine/vertebrae'] > 5 * number
    assert values['spine/precision'] == values['spine/recall'] == 100
    assert values['spine/count_accuracy'] == 100
