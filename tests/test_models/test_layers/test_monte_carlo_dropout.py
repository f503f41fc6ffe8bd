import pytest
import torch
from torch import nn

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.models.layers.monte_carlo_dropout import (
    dropout_layers,
    dropout_switched_on,
)


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Dropout(0.0)
    ).eval()


def test_only_layers_that_drop_are_switched_on_and_then_off():
    net = network()
    assert dropout_layers(net) == [net[2]]
    with dropout_switched_on(net, 0):
        assert [layer.training for layer in net] == [False, False, True, False]
        assert not net.training
    assert not any(layer.training for layer in net.modules())


def test_modes_come_back_after_an_error():
    net = network()
    with pytest.raises(RuntimeError), dropout_switched_on(net, 0):
        raise RuntimeError
    assert not net[2].training
    net.train()
    with dropout_switched_on(net, 0):
        pass
    assert net[2].training


def test_norms_and_other_random_numbers_are_left_alone():
    net, film = network(), torch.randn(4, 8)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    state = torch.random.get_rng_state()
    with dropout_switched_on(net, 0):
        first, second = net(film), net(film)
    assert not torch.equal(first, second)
    assert (torch.random.get_rng_state() == state).all()
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_a_seed_drops_the_same():
    net, film = network(), torch.randn(4, 8)
    told = []
    for seed in (0, 0, 1):
        with dropout_switched_on(net, seed):
            told.append(net(film))
    assert torch.equal(told[0], told[1])
    assert not torch.equal(told[0], told[2])


def test_a_network_without_dropout_is_refused():
    with pytest.raises(SpondyloError, match='no dropout layer'):
        dropout_switched_on(nn.Linear(2, 2), 0).__enter__()
