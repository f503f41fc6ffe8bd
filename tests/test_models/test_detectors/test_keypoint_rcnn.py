import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from mmpose.registry import DATASETS, MODELS
from mmpose.structures import PoseDataSample

from spondylo_mmpose.engine.launch import start_from_scratch
from spondylo_mmpose.evaluation.film_samples import film_pair_from_sample
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures('one_thread')


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmpose')


@pytest.fixture(scope='module')
def config():
    loaded = Config.fromfile(ROOT / 'tests' / 'configs' / 'tiny_keypoint_rcnn.py')
    start_from_scratch(loaded)
    return loaded


@pytest.fixture
def model(config):
    torch.manual_seed(0)
    built = MODELS.build(config.model)
    built.init_weights()
    return built


def sample_of(boxes, trained=None):
    """A sample with a box and its four corners for each vertebra."""
    boxes = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
    x1, y1, x2, y2 = boxes.unbind(1)
    corners = torch.stack(
        [torch.stack(p, -1) for p in ((x1, y1), (x2, y1), (x1, y2), (x2, y2))], 1
    )
    sample = PoseDataSample(metainfo={'warp_mat': np.eye(3)[:2]})
    sample.gt_instance_labels = InstanceData(
        bboxes=boxes,
        keypoint_labels=corners,
        keypoint_weights=torch.ones(len(boxes), 4),
        bbox_weights=torch.ones(len(boxes)) if trained is None else trained,
    )
    return sample


def total(losses):
    parts = [v for k, v in losses.items() if 'loss' in k]
    return sum(sum(v) if isinstance(v, list) else v for v in parts)


def test_gradients_reach_every_parameter(model):
    samples = [sample_of([[20, 20, 60, 44], [22, 50, 64, 76]]), sample_of([])]
    losses = model.train()(torch.randn(2, 3, 128, 128), samples, mode='loss')
    assert {'loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'loss_bbox'} < set(losses)
    # Chance: the entropy of 56 * 56 equally likely positions is 8.05.
    assert 7 < losses['loss_keypoint'].item() < 10
    total(losses).backward()
    assert [n for n, p in model.named_parameters() if p.grad is None] == []
    assert torch.isfinite(total(losses))


def test_mixed_precision_learns_and_finds_the_same(model):
    images, samples = torch.randn(1, 3, 128, 128), [sample_of([[20, 20, 60, 44]])]
    losses = []
    for enabled in (False, True):
        torch.manual_seed(1)
        with torch.autocast('cpu', torch.bfloat16, enabled=enabled):
            losses.append(model.train()(images, samples, mode='loss'))
            (told,) = model.eval()(images, samples, mode='predict')
        assert told.pred_instances.keypoints.dtype == np.float32
    total(losses[1]).backward()
    for name in ('loss_keypoint', 'loss_cls'):
        assert losses[1][name].dtype == torch.float32
        assert losses[1][name].item() == pytest.approx(losses[0][name].item(), rel=0.03)


def test_films_of_which_nothing_is_in_view_can_be_learned_from(model):
    losses = model.train()(torch.randn(1, 3, 128, 128), [sample_of([])], mode='loss')
    assert losses['loss_keypoint'].item() == 0
    total(losses).backward()


def test_ignored_vertebrae_are_neither_found_nor_background(model, monkeypatch):
    seen = []
    monkeypatch.setattr(
        type(model.roi_head), 'loss', lambda *a: seen.extend(a[-1]) or {}
    )
    sample = sample_of(
        [[20, 20, 60, 44], [22, 50, 64, 76]], trained=torch.tensor([1.0, 0.0])
    )
    model.train()(torch.randn(1, 3, 128, 128), [sample], mode='loss')
    # Half a px more: where RoIAlign has the centre of the first pixel.
    assert seen[0].gt_instances.bboxes.tolist() == [[20.5, 20.5, 60.5, 44.5]]
    assert seen[0].gt_instances.keypoints[0, 3].tolist() == [60.5, 44.5]
    assert seen[0].ignored_instances.bboxes.tolist() == [[22.5, 50.5, 64.5, 76.5]]


def test_regions_of_corners_are_larger_than_boxes(model):
    features = [torch.zeros(1, 32, s, s) for s in (32, 16, 8, 4, 2)]
    boxes = torch.tensor([[0.0, 40, 40, 80, 60]])
    logits, regions = model.roi_head._keypoint_forward(features, boxes)
    assert logits.shape == (1, 4, 56, 56)
    assert regions.tolist() == [[30, 35, 90, 65]]  # 1.5 times each side


def test_found_vertebrae_are_told_in_px_of_the_film(model, monkeypatch):
    found = InstanceData(
        bboxes=torch.tensor([[10.5, 20.5, 30.5, 40.5]]),
        scores=torch.tensor([0.9]),
        keypoints=torch.tensor(
            [[[10.5, 20.5], [30.5, 20.5], [10.5, 40.5], [30.5, 40.5]]]
        ),
        keypoint_scores=torch.full((1, 4), 0.5),
    )
    monkeypatch.setattr(type(model.roi_head), 'predict', lambda *a, **k: [found])
    sample = PoseDataSample(
        metainfo={'warp_mat': np.array([[0.5, 0, 10], [0, 0.25, 0]])}
    )
    with torch.no_grad():
        (told,) = model.eval()(torch.zeros(1, 3, 128, 128), [sample], mode='predict')
    told = told.pred_instances
    np.testing.assert_allclose(told.bboxes, [[0, 80, 40, 160]])
    np.testing.assert_allclose(
        told.keypoints, [[[0, 80], [40, 80], [0, 160], [40, 160]]]
    )
    assert told.bbox_scores.tolist() == pytest.approx([0.9])
    assert told.keypoint_scores.shape == (1, 4)


def test_nothing_found_and_the_networks_alone(model, config):
    model.roi_head.test_cfg.score_thr = 1.1
    images = torch.zeros(2, 3, 128, 128)
    samples = [PoseDataSample(metainfo={'warp_mat': np.eye(3)[:2]}) for _ in images]
    with torch.no_grad():
        for told in model.eval()(images, samples, mode='predict'):
            assert told.pred_instances.keypoints.shape == (0, 4, 2)
            assert told.pred_instances.bboxes.shape == (0, 4)
        (outputs,) = model(images[:1], None, mode='tensor')
    scores, boxes, heatmaps = outputs
    assert scores.shape[1] == 2
    assert len(scores) == len(boxes)
    assert heatmaps.shape[1:] == (4, 56, 56)


def test_the_data_sets_own_films(model, config, phantoms):
    data = config.train_dataloader.dataset.copy()
    data.update(data_root=str(phantoms))
    films = DATASETS.build(data)
    np.random.seed(0)
    batch = pseudo_collate([films[0], films[1]])
    losses = model.train()(**model.data_preprocessor(batch, True), mode='loss')
    assert torch.isfinite(total(losses))

    data = config.val_dataloader.dataset.copy()
    data.update(data_root=str(phantoms))
    films = DATASETS.build(data)
    with torch.no_grad():
        (told,) = model.eval().val_step(pseudo_collate([films[0]]))
    film, prediction = film_pair_from_sample(told.to_dict())
    assert len(film.corners) == len(told.raw_ann_info) > 0
    assert len(prediction.corners) == len(told.pred_instances.bboxes)


@pytest.mark.parametrize(
    ('name', 'millions'),
    [('keypoint_rcnn_spondylo', 59.08), ('keypoint_rcnn_r18_spondylo', None)],
)
def test_recipes_build_without_the_network(name, millions):
    recipe = Config.fromfile(ROOT / 'configs' / f'{name}.py')
    start_from_scratch(recipe)
    init_default_scope('mmpose')
    built = MODELS.build(recipe.model).train()
    total_parameters = sum(p.numel() for p in built.parameters()) / 1e6
    if millions is not None:
        assert total_parameters == pytest.approx(millions, abs=0.01)
    # From random weights every layer learns, batch norm's statistics too.
    assert all(p.requires_grad for p in built.parameters())
    norms = [m for m in built.backbone.modules() if 'BatchNorm' in type(m).__name__]
    assert norms
    assert all(norm.training for norm in norms)
