import pytest
import torch
from torch import nn

from spondylo_mmpose.engine.optim import CpuAmpOptimWrapper
from spondylo_mmpose.engine.optim import cpu_amp_optim_wrapper as module


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 1))


def test_forward_is_bf16_and_weights_stay_fp32(model):
    wrapper = CpuAmpOptimWrapper(
        bf16=True, optimizer=torch.optim.SGD(model.parameters(), lr=0.1)
    )
    with wrapper.optim_context(model):
        output = model(torch.ones(2, 3, 8, 8))
    assert output.dtype == torch.bfloat16
    assert not torch.is_autocast_enabled('cpu')
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    before = model[2].weight.clone()
    wrapper.update_params(output.float().pow(2).mean())
    assert model[2].weight.dtype == torch.float32
    assert (model[2].weight != before).any()


def test_accumulation_still_works(model):
    wrapper = CpuAmpOptimWrapper(
        bf16=True,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
        accumulative_counts=2,
    )
    wrapper.initialize_count_status(model, 0, 4)
    weights = [model[2].weight.clone()]
    for _ in range(2):
        with wrapper.optim_context(model):
            loss = model(torch.ones(2, 3, 8, 8)).float().pow(2).mean()
        wrapper.update_params(loss)
        weights.append(model[2].weight.clone())
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[1], weights[2])


def test_state_is_that_of_the_optimiser(model):
    wrapper = CpuAmpOptimWrapper(
        optimizer=torch.optim.AdamW(model.parameters(), lr=0.1)
    )
    assert wrapper.state_dict().keys() == wrapper.optimizer.state_dict().keys()


@pytest.mark.parametrize(
    ('has', 'dtype'), [(True, torch.bfloat16), (False, torch.float32)]
)
def test_a_cpu_without_bf16_instructions_trains_in_float32(
    model, monkeypatch, has, dtype
):
    monkeypatch.setattr(module, 'cpu_has_bf16', lambda: has)
    wrapper = CpuAmpOptimWrapper(optimizer=torch.optim.SGD(model.parameters(), lr=0.1))
    with wrapper.optim_context(model):
        assert model(torch.ones(2, 3, 8, 8)).dtype == dtype


def test_the_probe_answers_on_every_machine(monkeypatch):
    assert module.cpu_has_bf16() in (True, False)
    monkeypatch.setattr(module.platform, 'machine', lambda: 'aarch64')
    assert module.cpu_has_bf16() in (True, False)
