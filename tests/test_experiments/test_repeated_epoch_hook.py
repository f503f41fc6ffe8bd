import torch
from mmengine.hooks import Hook

from spondylo_mmpose.experiments.repeated_epoch_hook import RepeatedEpochHook
from tests.test_engine.runs import make_runner


class Witness(Hook):
    """Keeps the batches of each epoch."""

    def __init__(self):
        self.seen = {}

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        both = torch.cat([data_batch['x'], data_batch['y']], 1)
        self.seen.setdefault(runner.epoch, []).append(both)


def batches(folder, *hooks):
    witness = Witness()
    sampler = {'type': 'DefaultSampler', 'shuffle': True}
    runner = make_runner(folder, hooks=[*hooks, witness], epochs=2)
    runner._train_dataloader['sampler'] = sampler
    runner.train()
    return [torch.cat(batches) for batches in witness.seen.values()]


def test_epochs_see_the_same_batches_augmented_alike(tmp_path):
    first, second = batches(tmp_path, RepeatedEpochHook())
    assert torch.equal(first, second)


def test_without_it_they_do_not(tmp_path):
    first, second = batches(tmp_path)
    assert sorted(first[:, 0].tolist()) == sorted(second[:, 0].tolist())
    assert not torch.equal(first, second)
