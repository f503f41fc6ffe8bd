"""The whole network: parts, gradients, answers, export."""

import copy

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from mmpose.registry import DATASETS, MODELS
from mmpose.structures import PoseDataSample

from spondylo_mmpose.evaluation.film_samples import film_pair_from_sample
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs
from spondylo_mmpose.spine.anatomy import SIDES_SWAPPED
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures('one_thread')

SLOTS = 12
STEPS = 120


@pytest.fixture(autouse=True)
def scope(own_scope):
    init_default_scope('mmpose')


@pytest.fixture(scope='module')
def config():
    return Config.fromfile(ROOT / 'tests' / 'configs' / 'tiny_maht_net.py')


def build(config, **head):
    config = copy.deepcopy(config)
    config.model.head.update(head)
    torch.manual_seed(0)
    return MODELS.build(config.model)


def sample(present=5, known=True):
    """Level vertebrae of 20 x 6 px, one above the other."""
    quad = torch.tensor([[50.0, 0.0], [70.0, 0.0], [50.0, 6.0], [70.0, 6.0]])
    up = torch.tensor([0.0, -9.0]) * torch.arange(SLOTS)[:, None]
    is_there = (torch.arange(SLOTS) < present).float()
    made = PoseDataSample(metainfo={'warp_mat': np.eye(3)[:2]})
    made.gt_instance_labels = InstanceData(
        slot_corners=quad + up[:, None] + torch.tensor([0.0, 118.0]),
        slot_corner_weights=is_there[:, None].expand(-1, 4).clone(),
        slot_presence=is_there,
        slot_presence_weights=torch.ones(SLOTS),
        slot_known=torch.full((SLOTS,), float(known)),
    )
    return made


LOSSES = {
    'loss_heatmap',
    'loss_heatmap_coarse',
    'loss_presence',
    'loss_coordinate',
    'loss_anatomy',
    'loss_variance',
}


def total(losses):
    return sum(value for name, value in losses.items() if name in LOSSES)


def test_parts_have_these_numbers_of_parameters():
    model = MODELS.build(
        Config.fromfile(ROOT / 'configs' / 'maht_net_spondylo.py').model
    )
    parts = dict(
        trunk=model.backbone,
        bridge=model.neck,
        attention=model.head.attention,
        decoder=model.head.decoder,
        heatmaps=model.head.to_heatmaps,
    )
    assert {k: sum(p.numel() for p in v.parameters()) for k, v in parts.items()} == {
        'trunk': 1_047_816,
        'bridge': 825_728,
        'attention': 812_056,
        'decoder': 79_776,
        'heatmaps': 68_112,
    }


def test_shapes(config):
    model = build(config).eval()
    with torch.no_grad():
        told = model(torch.randn(2, 3, 128, 96), None, mode='tensor')
    assert told.heatmaps.shape == (2, SLOTS, 4, 32, 24)
    assert [c.shape[-2:] for c in told.coarse] == [(16, 12), (8, 6)]
    assert told.presence.shape == (2, SLOTS)
    assert told.log_variances.shape == (2, SLOTS, 4)


def test_gradients_reach_every_parameter(config):
    model = build(config).train()
    losses = model(torch.randn(2, 3, 128, 128), [sample(5), sample(SLOTS)], mode='loss')
    assert set(losses) > LOSSES
    total(losses).backward()
    without = [
        n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()
    ]
    assert without == []


@pytest.mark.parametrize('left_out', ['presence', 'anatomy', 'coordinate', 'variance'])
def test_losses_can_be_left_out(config, left_out):
    model = build(config, **{f'{left_out}_loss': None}).train()
    losses = model(torch.randn(2, 3, 128, 128), [sample(), sample()], mode='loss')
    assert {*losses} & LOSSES == LOSSES - {f'loss_{left_out}'}


def test_films_without_vertebrae_cost_their_presence_alone(config):
    model = build(config).train()
    losses = model(torch.randn(2, 3, 128, 128), [sample(0), sample(0)], mode='loss')
    assert losses['loss_presence'] > 0
    assert {n for n in LOSSES if losses[n] != 0} == {'loss_presence'}
    total(losses).backward()
    assert all(
        torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None
    )


def perfect(present, stds=2.0):
    """What a network would say that knew the film of ``sample``."""
    corners = sample().gt_instance_labels.slot_corners[None]
    cells = (corners + 0.5) / 4 - 0.5
    line = torch.arange(32)
    squares = (line - cells[..., :1]) ** 2, (line - cells[..., 1:]) ** 2
    heatmaps = -(squares[1][..., :, None] + squares[0][..., None, :]) / (2 * 1.5**2)
    presence = torch.where(torch.arange(SLOTS) < present, 3.0, -3.0)[None]
    return SlotOutputs(
        heatmaps, presence, torch.full((1, SLOTS, 4), 2 * np.log(stds)), ()
    )


def test_films_of_unknown_levels_may_go_where_the_network_has_them(config, monkeypatch):
    two_up = perfect(5)
    two_up = two_up._replace(
        heatmaps=two_up.heatmaps.roll(2, 1), presence=two_up.presence.roll(2, 1)
    )
    head = build(config).head
    monkeypatch.setattr(head, 'forward', lambda feats: two_up)
    known, unknown = head.loss((), [sample()]), head.loss((), [sample(known=False)])
    assert unknown['loss_heatmap'] < 0.01 < 1 < known['loss_heatmap']
    assert unknown['loss_presence'] == pytest.approx(np.log(1 + np.exp(-3)), abs=1e-3)
    assert unknown['corner_error'] < 0.05


def test_predictions_are_vertebrae_in_px_of_the_film(config, monkeypatch):
    model = build(config).eval()
    monkeypatch.setattr(model.head, 'forward', lambda feats: perfect(5))
    film = sample()
    # The input shows the film at half its size, 10 px to the right.
    film.set_metainfo(
        {
            'warp_mat': np.array([[0.5, 0, 10], [0, 0.5, 0]]),
            'img_path': 'film.png',
            'raw_ann_info': None,
        }
    )
    (told,) = model(torch.zeros(1, 3, 128, 128), [film], mode='predict')
    found = told.pred_instances
    truth = film.gt_instance_labels.slot_corners[:5].numpy()
    assert found.keypoints == pytest.approx((truth - [10, 0]) * 2, abs=0.02)
    assert found.slots.tolist() == [0, 1, 2, 3, 4]
    assert found.bbox_scores == pytest.approx([1 / (1 + np.exp(-3))] * 5)
    assert found.keypoint_stds == pytest.approx(np.full((5, 4), 4.0))
    assert found.bboxes[0] == pytest.approx([80, 236, 120, 248], abs=0.05)
    assert found.keypoint_scores.min() > 0.9
    _, prediction = film_pair_from_sample(told.to_dict())
    assert prediction.corners.shape == (5, 4, 2)
    assert prediction.scores == pytest.approx(found.bbox_scores)


def test_a_film_without_vertebrae_gets_none(config, monkeypatch):
    model = build(config).eval()
    monkeypatch.setattr(model.head, 'forward', lambda feats: perfect(0))
    (told,) = model(torch.zeros(1, 3, 128, 128), [sample()], mode='predict')
    assert told.pred_instances.keypoints.shape == (0, 4, 2)
    assert told.pred_instances.bboxes.shape == (0, 4)


def test_whole_cells_on_request(config, monkeypatch):
    model = build(config).eval()
    model.test_cfg['subpixel'] = False
    monkeypatch.setattr(model.head, 'forward', lambda feats: perfect(5))
    (told,) = model(torch.zeros(1, 3, 128, 128), [sample()], mode='predict')
    assert ((told.pred_instances.keypoints - 1.5) % 4 == 0).all()


def test_the_mirrored_film_comes_back_mirrored(config, monkeypatch):
    """With the mirrored outputs for the mirrored film nothing changes."""
    model = build(config).eval()
    one = perfect(5)
    other = one._replace(heatmaps=one.heatmaps.flip(-1)[:, :, SIDES_SWAPPED])
    answers = iter([one, other])
    monkeypatch.setattr(model.head, 'forward', lambda feats: next(answers))
    model.test_cfg['flip_test'] = True
    (told,) = model(torch.zeros(1, 3, 128, 128), [sample()], mode='predict')
    truth = sample().gt_instance_labels.slot_corners[:5].numpy()
    assert told.pred_instances.keypoints == pytest.approx(truth, abs=0.02)


def test_heatmaps_can_be_shown(config):
    model = build(config).eval()
    model.test_cfg['output_heatmaps'] = True
    with torch.no_grad():
        (told,) = model(torch.zeros(1, 3, 128, 128), [sample()], mode='predict')
    maps = told.pred_fields.heatmaps
    assert maps.shape == (SLOTS * 4, 32, 32)
    assert torch.allclose(maps.sum((1, 2)), torch.ones(SLOTS * 4))


class Network(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, film):
        return tuple(self.model(film, None, mode='tensor')[:3])


def test_a_traced_network_answers_for_other_films(config):
    """Nothing in the forward pass depends on the data."""
    model = build(config).eval()
    one, other = torch.randn(1, 3, 128, 128), 3 * torch.randn(1, 3, 128, 128)
    network = Network(model)
    with torch.no_grad():
        traced = torch.jit.trace(network, one, check_trace=False)
        for film in (one, other):
            for ours, theirs in zip(network(film), traced(film), strict=True):
                assert torch.allclose(ours, theirs, atol=1e-4)
        assert not torch.allclose(network(one)[0], network(other)[0], atol=1e-2)


@torch.no_grad()
def predictions(model, films):
    model.eval()
    return model.val_step(pseudo_collate(films))


@pytest.mark.slow
def test_two_films_are_learned_by_heart(config, phantoms):
    """Vertebrae found and counted right: slots and coordinates slip nowhere."""
    node = copy.deepcopy(config.train_dataloader.dataset)
    node.update(data_root=str(phantoms), indices=2)
    node.pipeline = [
        step for step in node.pipeline if not step.type.startswith('Random')
    ]
    for step in node.pipeline:
        if step.type == 'FilmAffine':
            step.update(rotate=0, zoom=0, stretch=0, shift=0)
    dataset = DATASETS.build(node)
    films = [dataset[0], dataset[1]]
    config = copy.deepcopy(config)
    config.model.neck.dropout = 0
    model = build(config, dropout=0)
    batch = model.data_preprocessor(pseudo_collate(copy.deepcopy(films)), True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, STEPS, pct_start=0.2)
    model.train()
    for _ in range(STEPS):
        optimiser.zero_grad()
        total(model(**batch, mode='loss')).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        rates.step()
    for film, told in zip(films, predictions(model, films), strict=True):
        truth = np.asarray(film['data_samples'].gt_instances.keypoints)
        labels = film['data_samples'].gt_instance_labels
        assert told.pred_instances.slots.tolist() == list(range(len(truth)))
        assert len(truth) == int(labels.slot_presence.sum())
        truth = truth[np.argsort(-truth[..., 1].mean(1))]  # from the lowest upward
        errors = np.linalg.norm(told.pred_instances.keypoints - truth, axis=-1)
        assert errors.mean() < 8  # px of the film; a cell is 20 px
