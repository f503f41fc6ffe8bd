"""A coordinate that slips anywhere between film and corner would show here."""

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS

from spondylo_mmpose.engine.launch import start_from_scratch
from spondylo_mmpose.evaluation.metrics import SpineDetectionMetric
from spondylo_mmpose.phantom.writer import write_phantoms
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures('one_thread')]

STEPS = 150
WIDTH = 64


@pytest.fixture(scope='module')
def films(tmp_path_factory):
    """Four films at half their size, as learned from and as measured."""
    root = tmp_path_factory.mktemp('overfit') / 'films'
    write_phantoms(root, 8, seed=3, layout='coco', workers=1)
    init_default_scope('mmpose')
    config = Config.fromfile(ROOT / 'configs' / 'keypoint_rcnn_r18_spondylo.py')
    data = config.train_dataloader.dataset
    data.update(data_root=str(root), indices=4)
    # Without augmentation.
    data.pipeline = [
        ConfigDict(type='LoadRadiograph'),
        ConfigDict(type='FilmAffine', input_size=(320, 320)),
        ConfigDict(type='FilmTargets'),
        *config.spondylo_film_pack,
    ]
    return DATASETS.build(data)


@pytest.fixture(scope='module')
def model():
    """The small recipe with half its channels."""
    config = Config.fromfile(ROOT / 'configs' / 'keypoint_rcnn_r18_spondylo.py')
    start_from_scratch(config)
    narrow = dict(in_channels=WIDTH)
    config.merge_from_dict(dict(model=dict(
        backbone=dict(base_channels=32),
        neck=dict(in_channels=[32, 64, 128, 256], out_channels=WIDTH),
        rpn_head=dict(**narrow, feat_channels=WIDTH),
        roi_head=dict(
            bbox_roi_extractor=dict(out_channels=WIDTH),
            bbox_head=dict(**narrow, fc_out_channels=128),
            keypoint_roi_extractor=dict(out_channels=WIDTH),
            keypoint_head=dict(**narrow, conv_channels=WIDTH),
        ),
        train_cfg=dict(rpn_proposal=dict(nms_pre=500, max_per_img=100)),
        test_cfg=dict(rpn=dict(nms_pre=500, max_per_img=100)),
    )))  # fmt: skip
    init_default_scope('mmpose')
    torch.manual_seed(0)
    built = MODELS.build(config.model)
    built.init_weights()
    return built


def batch_of(films):
    return pseudo_collate([films[i] for i in range(len(films))])


def learn(model, films):
    batch = model.data_preprocessor(batch_of(films), True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, STEPS, pct_start=0.2)
    model.train()
    for _ in range(STEPS):
        losses = model(**batch, mode='loss')
        parts = [v for k, v in losses.items() if 'loss' in k]
        optimiser.zero_grad()
        sum(sum(v) if isinstance(v, list) else v for v in parts).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
        optimiser.step()
        rates.step()
    model.eval()


def test_four_films_are_learned_by_heart(model, films):
    assert len(films) == 4
    learn(model, films)
    metric = SpineDetectionMetric()
    with torch.no_grad():
        found = model.val_step(batch_of(films))
    metric.process(None, [sample.to_dict() for sample in found])
    told = metric.compute_metrics(metric.results)
    assert told['recall'] == 100
    assert told['precision'] == 100
    assert told['swapped_sides'] == 0
    assert told['MRE_px'] < 1.5  # px of the film, of which the input has half as many
