import errno

import pytest
import torch

from spondylo_mmpose.engine.failures import advise, explain_training_failure
from spondylo_mmpose.engine.hooks.finite_training_hook import DivergedError
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import write_json
from tests.test_engine.runs import Points, make_runner, names


def train(runner, folder):
    with pytest.raises(SpondyloError) as caught, explain_training_failure(folder):
        runner.train()
    message = str(caught.value)
    assert '\n' not in message
    return message


class Failing(Points):
    """Its samples of the second epoch cannot be had."""

    def __init__(self, error):
        self.error, self.asked = error, 0

    def __getitem__(self, index):
        self.asked += 1
        if self.asked > 20:
            raise self.error
        return super().__getitem__(index)


def loader(error):
    return {
        'dataset': Failing(error), 'batch_size': 4, 'num_workers': 0,
        'collate_fn': {'type': 'default_collate'},
        'sampler': {'type': 'DefaultSampler', 'shuffle': False},
    }  # fmt: skip


@pytest.mark.parametrize(
    ('error', 'where'),
    [
        (torch.cuda.OutOfMemoryError('CUDA out of memory. Tried to allocate'), 'GPU'),
        (MemoryError('Unable to allocate 9.0 GiB'), 'machine'),
        (RuntimeError('[enforce fail] . DefaultCPUAllocator: can\'t allocate memory: '
                      'you tried to allocate 9 bytes.\nmore'), 'machine'),
    ],
)  # fmt: skip
def test_out_of_memory_is_advice_and_the_last_checkpoint_stays(tmp_path, error, where):
    message = train(make_runner(tmp_path, train_dataloader=loader(error)), tmp_path)
    assert message.startswith(f'the {where} is out of memory')
    assert 'batch_size=4 optim_wrapper.accumulative_counts=2' in message
    assert 'epoch_1.pth in' in message
    assert '--resume' in message
    assert names(tmp_path)[1:] == ['epoch_1.pth']


def test_memory_that_the_processor_cannot_give(tmp_path):
    """Torch's own error, not one that a test made up."""

    def spoil(loss):
        return loss * torch.empty(2**60)[0]

    message = train(make_runner(tmp_path, spoil=spoil), tmp_path)
    assert message.startswith('the machine is out of memory (RuntimeError')
    assert message.endswith('no checkpoint was written yet')


@pytest.mark.parametrize(
    'text',
    [
        # What torch says; killing one here would let it say so in any later test, too.
        'DataLoader worker (pid 71) is killed by signal: Killed. ',
        'DataLoader worker (pid(s) 71, 72) exited unexpectedly',
    ],
)
def test_a_killed_worker(tmp_path, text):
    runner = make_runner(tmp_path, train_dataloader=loader(RuntimeError(text)))
    message = train(runner, tmp_path)
    assert message.startswith('a data worker was killed, most likely for want of mem')


def test_a_diverged_training():
    advice = advise(DivergedError('the loss is nan in epoch 2, iteration 3'))
    assert advice.startswith('training diverged: the loss is nan in epoch 2')
    assert 'optim_wrapper.optimizer.lr' in advice


def test_a_full_disk(tmp_path, monkeypatch):
    runner = make_runner(tmp_path)
    before = runner.save_checkpoint

    def full(folder, name, **settings):
        if name == 'epoch_2.pth':
            raise OSError(errno.ENOSPC, 'No space left on device', name)
        before(folder, name, **settings)

    monkeypatch.setattr(runner, 'save_checkpoint', full)
    message = train(runner, tmp_path)
    assert message.startswith('the disk is full while epoch_2.pth was written (No spac')
    assert 'epoch_1.pth in' in message


def test_a_full_disk_in_other_words(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr('pathlib.Path.replace', full)
    with (
        pytest.raises(SpondyloError, match='the disk is full'),
        explain_training_failure(tmp_path),
    ):
        write_json(tmp_path / 'a.json', 1)


@pytest.mark.parametrize(
    'error', [ValueError('no'), SpondyloError('known'), OSError(errno.EACCES, 'no')]
)
def test_other_errors_pass(tmp_path, error):
    with pytest.raises(type(error)) as caught, explain_training_failure(tmp_path):
        raise error
    assert caught.value is error
