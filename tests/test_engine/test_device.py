import logging
from types import SimpleNamespace

import mmengine.device
import mmengine.device.utils
import pytest
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.runner import Runner

from spondylo_mmpose.engine.device import DEVICES, choose_device, uses_cuda
from spondylo_mmpose.engine.launch import enable_amp
from spondylo_mmpose.errors import SpondyloError


@pytest.fixture(params=[True, False], ids=['gpu', 'no gpu'])
def gpu(request, monkeypatch):
    """A machine with or without a GPU, as far as questions about it go."""
    monkeypatch.setattr('torch.cuda.is_available', lambda: request.param)
    monkeypatch.setattr('torch.backends.mps.is_available', lambda: False)
    found = 'cuda' if request.param else 'cpu'
    monkeypatch.setattr(mmengine.device.utils, 'DEVICE', found)
    return request.param


def test_auto_takes_what_is_there(gpu):
    # As a config has it that was saved by a run on a CPU.
    config = Config(dict(device='cpu'))
    choose_device(config, 'auto')
    assert uses_cuda(config) == gpu
    assert mmengine.device.get_device() == ('cuda' if gpu else 'cpu')


def test_a_gpu_can_be_left_alone(gpu):
    config = Config(dict(optim_wrapper=dict(type='OptimWrapper')))
    choose_device(config, 'cpu')
    assert not uses_cuda(config)
    assert mmengine.device.get_device() == 'cpu'
    # What follows from the device follows from the choice.
    enable_amp(config)
    assert config.optim_wrapper.type == 'CpuAmpOptimWrapper'


def test_a_device_that_is_missing_is_one_line(gpu):
    there = {'cpu', 'cuda'} if gpu else {'cpu'}
    for name in set(DEVICES) - {'auto'}:
        if name in there:
            choose_device(Config(), name)
            assert mmengine.device.get_device() == name
        else:
            with pytest.raises(
                SpondyloError, match=f'--device {name}: .*leave the option'
            ):
                choose_device(Config(), name)


class Moved(BaseModel):
    """Tells where it is sent."""

    def to(self, device):
        self.device = device
        return self

    def forward(self, inputs, data_samples=None, mode='tensor'):
        """Nothing; it is never run."""


def test_the_runner_asks_for_it(monkeypatch):
    """The name of a device that no machine has shows that it was asked for."""
    monkeypatch.setattr(mmengine.device.utils, 'DEVICE', 'chosen')
    alone = SimpleNamespace(distributed=False, logger=logging.getLogger('runs'))
    assert Runner.wrap_model(alone, None, Moved()).device == 'chosen'
