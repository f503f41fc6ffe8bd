"""A run as a training and a test leave it, made without training."""

import functools
from dataclasses import replace

import torch

from spondylo_mmpose.engine.hooks.trained_films_hook import TRAINED_FILMS
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.model_facts import ModelFacts
from spondylo_mmpose.engine.recipe import build_network
from spondylo_mmpose.engine.run_facts import (
    RUN_FACTS,
    NamedDigest,
    RunFacts,
    TrainingFacts,
    write_facts,
)
from spondylo_mmpose.utils.io import write_json
from tests.conftest import ROOT

TINY = ROOT / 'tests' / 'configs' / 'tiny_unet.py'
SECRET = '/home/dr_who/patients'
VAL = 'b' * 64


@functools.cache
def trained():
    """Text of a run's config, and weights."""
    config = load_config(TINY, {'data_root': f'{SECRET}/films'})
    config.work_dir = f'{SECRET}/run'
    config.load_from = f'{SECRET}/earlier.pth'
    config.visualizer.vis_backends[0].save_dir = f'{SECRET}/log'
    torch.manual_seed(3)
    network = build_network(config, 'cpu')
    # channels_last, as a training with --amp on a CPU leaves them.
    network.to(memory_format=torch.channels_last)
    return config.pretty_text, network.state_dict()


def make_run(folder):
    """Fill a folder; returns its best checkpoint."""
    folder.mkdir(parents=True)
    text, state = trained()
    path = folder / 'best_corner_MRE_px_epoch_7.pth'
    torch.save(
        {
            'state_dict': state,
            'ema_state_dict': {f'module.{k}': v + 1 for k, v in state.items()},
            'meta': {'epoch': 7, 'iter': 70, 'seed': 5},
            TRAINED_FILMS: ['0123456789abcdef'],
        },
        path,
    )
    torch.save({'state_dict': {}}, folder / 'best_older_epoch_1.pth')
    told = {
        'name': 'train.json',
        'sha256': 'a' * 64,
        'films': 12,
        'patients': None,
        'vertebrae': 60,
        'sources': {'phantom': 12},
    }
    record = {
        'status': 'completed',
        'config': {'name': 'tiny_unet.py', 'text': text},
        'seed': 5,
        'data': {'train': [told], 'val': [{**told, 'sha256': VAL, 'films': 4}]},
        'starts': [{'command': f'train {SECRET}', 'folder': SECRET, 'device': 'cpu'}],
        'result': {
            'epochs': 9,
            'iterations': 90,
            'best': {
                'metric': 'corner/MRE_px',
                'value': 1.23456,
                'epoch': 7,
                'checkpoint': path.name,
            },
        },
    }
    write_json(folder / 'training.json', record)
    return path


def add_test(run, checkpoint, metrics, boxes=None):
    """Add the files of a test."""
    facts = RunFacts(
        config=NamedDigest('tiny_unet.py', 'c' * 64),
        checkpoint=NamedDigest.of(checkpoint),
        annotations=[NamedDigest('val.json', VAL)],
        predictions=None,
        model=ModelFacts('T', None, None, 1, (64, 64), 1, None),
        training=TrainingFacts(7, 70, 5, 12, 60),
        seed=42,
        versions={},
        device='cpu',
        created='2026-01-01T00:00:00+00:00',
    )
    if boxes:
        facts = replace(facts, boxes=NamedDigest(boxes, 'd' * 64))
    write_facts(run / RUN_FACTS, facts)
    write_json((run / RUN_FACTS).with_name('metrics.json'), metrics)
