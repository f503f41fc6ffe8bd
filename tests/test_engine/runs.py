"""A training so small that tests of hooks can run it whole, in a moment."""

import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset

import spondylo_mmpose.engine.registration  # noqa: F401
from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.engine.run_folder import last_checkpoint


class Points(Dataset):
    """Twelve points on a line."""

    metainfo = {}

    def __len__(self):
        return 12

    def __getitem__(self, index):
        x = torch.tensor([index / 12.0])
        return {'x': x, 'y': 2 * x + torch.rand(1) / 10}


class Line(BaseModel):
    """A backbone with a batch norm, and a head; ``spoil`` changes its loss."""

    def __init__(self, spoil=lambda loss: loss):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(1, 3), nn.BatchNorm1d(3))
        self.head = nn.Linear(3, 1)
        self.spoil = spoil

    def forward(self, x, y, mode='tensor'):
        out = self.head(self.backbone(x))
        if mode == 'loss':
            return {'loss_line': self.spoil(((out - y) ** 2).mean())}
        return [out]


class Stopped(BaseException):
    """As a kill: nothing catches it."""


class StopHook(Hook):
    """Stop in the first iteration after so many epochs."""

    def __init__(self, epochs):
        self.epochs = epochs

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.epoch == self.epochs:
            raise Stopped


def interrupted(folder, after, hooks=(), **settings):
    """A run that is stopped after so many epochs and resumed; its runner."""
    with pytest.raises(Stopped):
        make_runner(folder, hooks=[*hooks, StopHook(after)], **settings).train()
    path = folder / f'epoch_{after}.pth'
    runner = make_runner(folder, hooks=hooks, resume=path, **settings)
    runner.train()
    return runner


def last_state(folder):
    """What the last checkpoint holds, as text that can be compared."""
    content = load_checkpoint_file(last_checkpoint(folder))
    for name in ('message_hub', 'meta'):
        del content[name]
    torch.set_printoptions(profile='full', precision=10)
    return str(content)


class Scripted(BaseMetric):
    """Gives the values that it is told to, one for each validation."""

    default_prefix = ''

    def __init__(self, values):
        super().__init__()
        self.values = values

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return {'corner/MRE_px': self.values[self.runner().epoch - 1]}


def make_runner(
    work_dir, values=(), epochs=3, hooks=(), resume=None, spoil=None, **settings
):
    """A Runner of mmengine on points, validated with the values given."""
    torch.manual_seed(0)
    values = values or [9.0 - epoch for epoch in range(epochs)]
    metric = Scripted(values)
    loader = {
        'dataset': Points(), 'batch_size': 4, 'num_workers': 0,
        'collate_fn': {'type': 'default_collate'},
        'sampler': {'type': 'DefaultSampler', 'shuffle': False},
    }  # fmt: skip
    arguments = {
        'model': Line(*([spoil] if spoil else [])),
        'work_dir': str(work_dir),
        'train_dataloader': loader,
        'val_dataloader': loader,
        'train_cfg': {'by_epoch': True, 'max_epochs': epochs},
        'val_cfg': {},
        'val_evaluator': [metric],
        'optim_wrapper': {'optimizer': {'type': 'Adam', 'lr': 0.1}},
        'default_hooks': {
            'checkpoint': {
                'type': 'ResumableCheckpointHook', 'interval': 1, 'max_keep_ckpts': 2,
                'save_best': 'corner/MRE_px', 'rule': 'less',
            }
        },
        'custom_hooks': [{'type': 'EpochSeedHook'}, *hooks],
        'experiment_name': f'{work_dir}_{len(list(work_dir.glob("*/*.log")))}',
        'resume': resume is not None,
        'load_from': resume and str(resume),
        'log_level': 'WARNING',
        'randomness': {'seed': 0},
        'visualizer': None,
    }  # fmt: skip
    checkpoint = settings.pop('checkpoint', {})
    arguments['default_hooks']['checkpoint'].update(checkpoint)
    arguments |= settings
    runner = Runner(**arguments, cfg=Config({'work_dir': str(work_dir)}))
    metric.runner = lambda: runner
    return runner


def names(folder):
    return sorted(path.name for path in folder.glob('*.pth'))
