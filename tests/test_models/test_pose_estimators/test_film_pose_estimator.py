"""Monte Carlo dropout and calibrated deviations in a real network."""

import copy

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty.calibration import Calibration
from spondylo_mmpose.uncertainty.calibration_file import write_calibration
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures('one_thread')

ONES = (1.0,)
QUANTILES = {'all': ONES, 'S1': ONES, 'others': ONES}
FILM = torch.Generator().manual_seed(3)
FILM = torch.randn(2, 3, 128, 128, generator=FILM)


@pytest.fixture(scope='module')
def config():
    return Config.fromfile(ROOT / 'tests' / 'configs' / 'tiny_maht_net.py')


@pytest.fixture
def build(config):
    def make(dropout=0.2, **test_cfg):
        init_default_scope('mmpose')
        node = copy.deepcopy(config.model)
        node.neck.dropout = node.head.dropout = dropout
        node.test_cfg = dict(presence_threshold=0.0, **test_cfg)
        torch.manual_seed(0)
        return MODELS.build(node).eval()

    return make


@torch.no_grad()
def predict(model):
    films = [PoseDataSample(metainfo={'warp_mat': np.eye(3)[:2]}) for _ in FILM]
    return model(FILM, films, mode='predict')


def calibration(**changes):
    values = dict(
        coverages=(0.9,),
        scales={'S1': 3.0, 'others': 2.0},
        shares=None,
        size=40.0,
        corner_quantiles=QUANTILES,
        slip_quantiles=QUANTILES,
    )
    return Calibration(**values | changes)


def test_dropout_moves_corners_and_nothing_else(build):
    model = build(mc_dropout=4)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    often = predict(model)
    assert [module.training for module in model.modules()] == modes
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    model.test_cfg.pop('mc_dropout')
    once = predict(model)
    for one, other in zip(once, often, strict=True):
        assert one.std_origin == 'learned'
        assert other.std_origin == 'mc_dropout=4'
        assert other.pred_instances.keypoints.shape == (12, 4, 2)
        assert (one.pred_instances.keypoints != other.pred_instances.keypoints).any()
        # The learned variance alone is 16 px² to begin with.
        assert other.pred_instances.keypoint_stds.max() > 5


def test_slots_counted_from_the_top_name_nothing(build):
    upward, downward = (
        predict(build(**settings))[0].pred_instances
        for settings in ({}, {'count_from': 'top'})
    )
    assert upward.slots.tolist() == downward.slots_from_top.tolist() == [*range(12)]
    assert 'slots' not in downward


@pytest.mark.parametrize('part', ['neck', 'head'])
def test_each_attention_layer_is_stochastic_by_itself(build, config, part):
    init_default_scope('mmpose')
    node = copy.deepcopy(config.model)
    node.neck.dropout = node.head.dropout = 0.0
    node[part].dropout = 0.3
    node.test_cfg = dict(presence_threshold=0.0, mc_dropout=2)
    torch.manual_seed(0)
    model = MODELS.build(node).eval()
    with torch.no_grad():
        one, other = model._passes([FILM])
    assert not torch.allclose(one.presence, other.presence)
    assert not torch.allclose(one.variances, other.variances, rtol=1e-7)


def test_passes_are_those_of_the_seed(build):
    model = build(mc_dropout=3, mc_dropout_seed=5)
    first = predict(model)[1].pred_instances
    torch.rand(7)
    again = predict(model)[1].pred_instances
    assert (first.keypoints == again.keypoints).all()
    assert (first.keypoint_stds == again.keypoint_stds).all()
    model.test_cfg['mc_dropout_seed'] = 6
    other = predict(model)[1].pred_instances
    assert (first.keypoints != other.keypoints).any()


def test_the_mirrored_film_goes_with_every_pass(build):
    model = build(mc_dropout=2, flip_test=True, output_heatmaps=True)
    told = predict(model)[0]
    assert told.pred_fields.heatmaps.shape == (48, 32, 32)
    assert torch.allclose(told.pred_fields.heatmaps.sum((1, 2)), torch.ones(48))


def test_dropout_needs_layers_that_drop(build):
    with pytest.raises(SpondyloError, match='no dropout layer'):
        predict(build(dropout=0.0, mc_dropout=2))
    with pytest.raises(ValueError, match='two or more'):
        predict(build(mc_dropout=1))


def test_a_calibration_corrects_deviations(build, tmp_path):
    path = str(write_calibration(tmp_path / 'u.json', calibration()))
    plain = predict(build())[0].pred_instances.keypoint_stds
    told = predict(build(uncertainty=path))[0]
    assert told.std_origin == 'calibrated from learned'
    factors = np.array([3.0] + [2.0] * 11)[:, None]
    assert told.pred_instances.keypoint_stds == pytest.approx(plain * factors)


def test_a_calibration_of_other_deviations_is_refused(build, tmp_path):
    path = write_calibration(tmp_path / 'u.json', calibration())
    with pytest.raises(SpondyloError, match=r'u\.json: was learned with learned, but'):
        predict(build(mc_dropout=2, uncertainty=str(path)))
    with pytest.raises(SpondyloError, match='no-such'):
        predict(build(uncertainty='no-such.json'))


def test_films_without_vertebrae_need_no_deviations(build, tmp_path):
    shares = {'S1': (0.1,) * 4, 'others': (0.1,) * 4}
    for number, changes in enumerate((dict(), dict(scales=None, shares=shares))):
        path = tmp_path / f'{number}.json'
        write_calibration(path, calibration(**changes))
        model = build(uncertainty=str(path))
        model.test_cfg['presence_threshold'] = 2.0
        told = predict(model)[0].pred_instances
        assert told.keypoint_stds.shape == (0, 4)


def test_deviations_of_crops_are_in_px_of_the_film(build):
    """MMPose moves corners from the crop to the film, but not deviations."""
    model = build()
    crop = PoseDataSample(
        metainfo={'input_scale': np.array([50.0, 100.0]), 'input_size': (200, 100)}
    )
    with torch.no_grad():
        feats = model.extract_feat(FILM)
        (told, _) = model.head.predict(feats, [crop, PoseDataSample()], model.test_cfg)
        (expected, _) = model.head.told(model.head.answers(feats), model.test_cfg)
    assert told.keypoint_stds == pytest.approx(expected.keypoint_stds / 2)
    assert (told.keypoints == expected.keypoints).all()
