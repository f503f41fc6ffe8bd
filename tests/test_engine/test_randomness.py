"""The random state belongs to the epoch, and workers follow it."""

import random
from types import SimpleNamespace

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from spondylo_mmpose.engine.hooks import EpochSeedHook
from spondylo_mmpose.engine.workers import init_worker


class Draws(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.tensor([np.random.rand(), random.random(), torch.rand(1).item()])


def begin(epoch, seed=42):
    EpochSeedHook().before_train_epoch(SimpleNamespace(seed=seed, epoch=epoch))


def draws(epoch, seed=42, workers=2):
    begin(epoch, seed)
    loader = DataLoader(
        Draws(), batch_size=1, num_workers=workers, worker_init_fn=init_worker
    )
    return torch.cat(list(loader))


def test_an_epoch_repeats_whatever_was_drawn_before():
    first = draws(3)
    np.random.rand(5), torch.rand(7), random.random()
    assert torch.equal(draws(3), first)


def test_epochs_and_seeds_differ_in_all_three_generators():
    reference = draws(3)
    for other in (draws(4), draws(3, seed=43)):
        assert not (reference == other).any()


def test_workers_differ_from_each_other():
    values = draws(0)
    for column in values.T:
        assert len(set(column.tolist())) == 4


def test_without_a_seed_it_still_works():
    begin(0, seed=None)
