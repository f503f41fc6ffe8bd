from dataclasses import replace

import numpy as np
import pytest
from mmengine.config import Config

from spondylo_mmpose.engine.run_facts import NamedDigest
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.heatmaps import (
    HeatmapModel,
    heatmap_tile,
    largest_change,
)
from spondylo_mmpose.reporting.sections.heatmaps import heatmaps_part
from tests.test_reporting.helpers import untrained_run

CODEC = dict(type='UDPHeatmap', input_size=(64, 64), heatmap_size=(16, 16), sigma=1.5)
PIPELINE = [
    dict(type='LoadRadiograph'),
    dict(type='GetBBoxCenterScale', padding=1.5),
    dict(type='TopdownAffine', input_size=(64, 64), use_udp=True),
    dict(type='PackPoseInputs'),
]
HEATMAP_HEAD = dict(
    type='HeatmapHead', in_channels=512, out_channels=4, deconv_out_channels=(8, 8, 8),
    deconv_kernel_sizes=(4, 4, 4), loss=dict(type='KeypointMSELoss'), decoder=CODEC,
)  # fmt: skip
SIMCC_HEAD = dict(
    type='SimCCHead', in_channels=512, out_channels=4, input_size=(64, 64),
    in_featuremap_size=(2, 2), deconv_out_channels=None,
    loss=dict(type='KLDiscretLoss'),
    decoder=dict(type='SimCCLabel', input_size=(64, 64), sigma=2.0),
)  # fmt: skip
REGRESSION_HEAD = dict(
    type='RegressionHead', in_channels=512, num_joints=4,
    loss=dict(type='SmoothL1Loss'),
    decoder=dict(type='RegressionLabel', input_size=(64, 64)),
)  # fmt: skip


def make_run(folder, head):
    """A run of an untrained model on one film, and its checkpoint."""
    model = dict(
        type='TopdownPoseEstimator',
        data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0.0], std=[255.0]),
        backbone=dict(type='ResNet', depth=18),
        neck=dict(type='GlobalAveragePooling') if head is REGRESSION_HEAD else None,
        head=head,
    )
    config = Config(
        {'model': model, 'test_dataloader': {'dataset': {'pipeline': PIPELINE}}}
    )
    return untrained_run(folder, config, (160, 200))


def test_heatmaps_lie_over_the_whole_crop(tmp_path):
    run, checkpoint = make_run(tmp_path, HEATMAP_HEAD)
    (crop,) = HeatmapModel(run, checkpoint).draw_from(run.records)
    assert crop.heatmaps.shape == (4, 16, 16)
    assert crop.pixels.shape == (64, 64, 3)
    assert not crop.is_product
    # The box is 40 by 30 px, made square and padded by 1.5: 60 px around (80, 65).
    np.testing.assert_allclose(crop.start, [50, 35])
    np.testing.assert_allclose(crop.on_crop(np.array([[80.0, 65.0]])), [[32, 32]])
    # A crop pixel knows its place: the film is drawn from there.
    assert heatmap_tile(crop, 128).shape == (128, 128, 3)
    # The run predicted 5 px beside the truth, the untrained network somewhere else.
    moved = replace(crop, corners=crop.record.predicted + [0, 2.5])
    assert largest_change([moved]) == pytest.approx(2.5)


def test_a_part_of_the_page_is_made(tmp_path):
    run, checkpoint = make_run(tmp_path, HEATMAP_HEAD)
    part = heatmaps_part(run, checkpoint, films=6)
    assert 'epoch_1.pth' in part.items[0].text
    (picture,) = part.items[2].pictures
    assert picture.source.startswith('data:image/jpeg')
    assert 'MRE of 5.00 px' in picture.caption
    assert len(heatmaps_part(run, checkpoint, films=0).items) == 1


def test_distributions_along_x_and_y_are_shown_as_their_product(tmp_path):
    run, checkpoint = make_run(tmp_path, SIMCC_HEAD)
    part = heatmaps_part(run, checkpoint, films=1)
    assert 'their product is drawn' in part.items[0].text


def test_a_model_without_heatmaps_is_told_in_one_line(tmp_path):
    run, checkpoint = make_run(tmp_path, REGRESSION_HEAD)
    with pytest.raises(SpondyloError, match='RegressionHead gives no heatmaps'):
        heatmaps_part(run, checkpoint, films=1)


def test_other_weights_than_those_tested_are_refused(tmp_path):
    run, checkpoint = make_run(tmp_path, HEATMAP_HEAD)

    class Facts:
        checkpoint = NamedDigest('best.pth', 'ab' * 32)

    with pytest.raises(SpondyloError, match=r'is not the checkpoint .* best\.pth'):
        HeatmapModel(replace(run, facts=Facts()), checkpoint)
    with pytest.raises(SpondyloError, match='has no config'):
        HeatmapModel(replace(run, config=None), checkpoint)
    with pytest.raises(SpondyloError, match='no such checkpoint'):
        HeatmapModel(run, tmp_path / 'none.pth')
