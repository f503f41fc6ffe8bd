import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs, mean_outputs

HEAD = dict(
    type='VertebralAttentionHead',
    in_channels=[8, 16],
    slots=2,
    layers=1,
    heads=2,
    decoder_channels=8,
    heatmap_levels=1,
)


@pytest.fixture(autouse=True)
def scope(own_scope):
    init_default_scope('mmpose')


def ensemble(*members):
    torch.manual_seed(0)
    return MODELS.build(dict(type='SlotEnsembleHead', members=members)).eval()


def maps():
    return [torch.randn(1, 8, 12, 10), torch.randn(1, 16, 6, 5)]


def test_each_member_reads_its_own_maps_and_the_mean_is_told():
    head = ensemble(HEAD, HEAD)
    first, second = maps(), maps()
    with torch.no_grad():
        told = head([*first, *second])
        one, other = head.members[0](first), head.members[1](second)
    assert (one.heatmaps - other.heatmaps).abs().max() > 1e-3
    assert torch.equal(told.heatmaps, (one.heatmaps + other.heatmaps) / 2)
    assert torch.equal(told.presence, (one.presence + other.presence) / 2)
    variances = (one.log_variances + other.log_variances) / 2
    assert torch.equal(told.log_variances, variances)
    assert told.coarse == ()


def test_the_mean_of_three():
    values = [torch.full((1, 2), float(v)) for v in (1, 2, 6)]
    told = mean_outputs([SlotOutputs(v, v + 1, v + 2, (v,)) for v in values])
    assert [one.tolist() for one in told[:3]] == [[[v, v]] for v in (3.0, 4.0, 5.0)]


def test_it_says_whether_it_tells_presence():
    silent = HEAD | dict(presence_loss=None)
    assert ensemble(HEAD, HEAD).tells_presence
    assert not ensemble(silent, silent).tells_presence
    with pytest.raises(ValueError, match=r'answer alike.*\(2, 4, False\)'):
        ensemble(HEAD, silent)


def test_members_answer_for_the_same_slots_and_cells():
    for other in (dict(slots=3), dict(stride=8)):
        with pytest.raises(ValueError, match='answer alike'):
            ensemble(HEAD, HEAD | other)


def test_it_is_not_trained():
    with pytest.raises(SpondyloError, match='train its members'):
        ensemble(HEAD, HEAD).loss([*maps(), *maps()], [])
