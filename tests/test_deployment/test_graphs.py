"""What goes into an ONNX graph in place of what onnxruntime is slow at."""

import pytest
import torch
from mmpose.structures import PoseDataSample

from spondylo_mmpose.deployment.graphs import SlotGraph, mirrored
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs
from tests.test_deployment.networks import described


@pytest.mark.parametrize('axis', [0, 1, 2, -1])
def test_mirrored_is_flipped(axis):
    values = torch.arange(2 * 3 * 4 * 5).view(2, 3, 4, 5)
    assert torch.equal(mirrored(values, axis), values.flip(axis))


def test_maps_of_mirrored_films_are_turned_around_as_in_torch(tmp_path):
    _, _, about = described('tiny_maht_net', tmp_path)
    assert isinstance(about.graph, SlotGraph)
    torch.manual_seed(0)
    told = torch.randn(2, 3, 4, 6, 7) * 30, torch.randn(2, 3), torch.randn(2, 3, 4)
    expected = SlotOutputs(*told, ()).unmirrored()[:3]
    for one, other in zip(about.graph.unmirrored(*told), expected, strict=True):
        assert torch.equal(one, other)


def test_the_channels_are_those_that_the_network_wants(tmp_path):
    _, network, about = described('tiny_maht_net', tmp_path)
    films = torch.randint(0, 256, (2, 8, 9, 3), dtype=torch.uint8)
    preparation = network.data_preprocessor
    samples = [PoseDataSample() for _ in films]
    data = dict(inputs=list(films.permute(0, 3, 1, 2)), data_samples=samples)
    assert torch.equal(about.graph.prepared(films), preparation(data)['inputs'])
