"""Training by two processes, which docs/several_gpus.md promises to be one training."""

import csv
import json
import os
import subprocess
import sys

import pytest
import torch

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from tests.conftest import ROOT

CONFIG = ROOT / 'tests' / 'configs' / 'tiny_frozen_norms.py'


def train(data, folder, processes, batch, config=CONFIG, options=()):
    launch = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', '2']
    command = [
        sys.executable, *(launch if processes == 2 else []), ROOT / 'tools/train.py',
        config, '--no-pretrained', '--work-dir', folder, *options,
        *(['--launcher', 'pytorch'] if processes == 2 else []),
        '--cfg-options', f'train_dataloader.batch_size={batch}',
    ]  # fmt: skip
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=500,
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1',
             'SPONDYLO_DATA': str(data)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows(path):
    with path.open(newline='') as stream:
        return list(csv.DictReader(stream))


def files(folder):
    """Names of all files, of the logs without the time of the start."""
    names = (path.relative_to(folder) for path in folder.rglob('*') if path.is_file())
    return sorted(
        str(name) if name.parts[0] == 'evaluation' or len(name.parts) == 1
        else f'log/{"/".join(name.parts[1:])}'.replace(name.parts[0], 'time')
        for name in names
    )  # fmt: skip


@pytest.mark.slow
def test_the_detector_trains_by_two_processes_of_the_tool(phantoms, tmp_path):
    # Stock RTMDet turns its batch norms into SyncBN, which needs a GPU.
    narrow = ROOT / 'configs' / 'demo' / 'rtmdet_narrow.py'
    said = train(phantoms, tmp_path / 'run', 1, 4, narrow, ['--smoke', '--processes=2'])
    record = json.loads((tmp_path / 'run' / 'training.json').read_text())
    assert record['status'] == 'completed'
    assert record['starts'][0]['processes'] == 2
    assert 'batch_size=2' in record['config']['text']
    assert said.count('trained: ') == 1


def test_what_is_wrong_is_told_once(run_tool, phantoms):
    batch = ('--processes', 3, '--cfg-options', 'train_dataloader.batch_size=4')
    done = run_tool.fresh('train.py', CONFIG, *batch, SPONDYLO_DATA=str(phantoms))
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert len(errors) == 1, done.stderr
    assert 'cannot share a batch of 4' in errors[0]


@pytest.mark.slow
def test_two_processes_are_one_with_twice_the_batch(phantoms, tmp_path):
    one, two = tmp_path / 'one', tmp_path / 'two'
    train(phantoms, one, processes=1, batch=8)
    said = train(phantoms, two, processes=2, batch=4)

    # Gradients are averaged: the weights are those of one process, up to rounding.
    states = [load_checkpoint_file(f / 'epoch_1.pth')['state_dict'] for f in (one, two)]
    for name, value in states[0].items():
        torch.testing.assert_close(states[1][name], value, rtol=1e-5, atol=1e-6)
    records = [json.loads((f / 'training.json').read_text()) for f in (one, two)]
    assert [record['starts'][0]['processes'] for record in records] == [1, 2]
    steps = records[0]['result']['iterations']
    assert steps == records[1]['result']['iterations'] >= 3

    # The same validation, of all films.
    metrics = [
        json.loads((f / 'evaluation' / 'val' / 'metrics.json').read_text())
        for f in (one, two)
    ]
    assert metrics[0].keys() == metrics[1].keys()
    for name, value in metrics[0].items():
        expected = value if value is None else pytest.approx(value, rel=1e-3, abs=1e-3)
        assert metrics[1][name] == expected, name

    # One set of files, and one voice.
    assert files(one) == files(two)
    assert len(rows(two / 'train.csv')) == steps
    assert len(rows(two / 'val.csv')) == 1
    assert said.count('trained: ') == 1
