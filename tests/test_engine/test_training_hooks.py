"""Early stopping, freezing, accumulation and divergence in whole, tiny trainings."""

import math

import pytest
import torch

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.engine.hooks import TrainingRecordHook
from spondylo_mmpose.engine.hooks.finite_training_hook import DivergedError
from tests.test_engine.runs import (
    Points,
    StopHook,
    Stopped,
    interrupted,
    last_state,
    make_runner,
    names,
)

STOPPING = {
    'type': 'ResumableEarlyStoppingHook', 'monitor': 'corner/MRE_px', 'rule': 'less',
    'min_delta': 0.01, 'patience': 3,
}  # fmt: skip


def test_early_stopping_counts_on_after_a_resume(tmp_path):
    values = [5.0, 3.0, 3.0, 4.0, 2.995, 1.0, 1.0]
    settings = {'values': values, 'epochs': 7, 'hooks': [dict(STOPPING)]}
    make_runner(tmp_path / 'whole', **settings).train()
    # 3.0 of epoch 2 is the best, and 2.995 no better by 0.01.
    assert names(tmp_path / 'whole')[1:3] == ['epoch_4.pth', 'epoch_5.pth']
    interrupted(tmp_path / 'cut', 4, **settings)
    assert last_state(tmp_path / 'cut') == last_state(tmp_path / 'whole')

    # Resumed once more, it stays stopped; with more patience it goes on.
    again = make_runner(
        tmp_path / 'whole', resume=tmp_path / 'whole' / 'epoch_5.pth', **settings
    )
    again.train()
    assert again.epoch == 5
    settings['hooks'] = [STOPPING | {'patience': 4}]
    again = make_runner(
        tmp_path / 'whole', resume=tmp_path / 'whole' / 'epoch_5.pth', **settings
    )
    again.train()
    assert again.epoch == 7


def test_weights_alone_do_not_bring_the_count_of_another_run(tmp_path):
    hook = dict(STOPPING)
    make_runner(tmp_path / 'a', [1.0, 2.0, 3.0, 4.0], 4, hooks=[hook]).train()
    runner = make_runner(
        tmp_path / 'b', epochs=1, hooks=[dict(STOPPING)],
        load_from=str(tmp_path / 'a' / 'epoch_4.pth'),
    )  # fmt: skip
    runner.train()
    assert runner.epoch == 1
    assert 'best_corner_MRE_px_epoch_1.pth' in names(tmp_path / 'b')


def test_a_frozen_backbone_waits_and_then_learns(tmp_path):
    runner = make_runner(
        tmp_path, epochs=3, hooks=[{'type': 'FreezeBackboneHook', 'epochs': 2}],
        checkpoint={'max_keep_ckpts': -1},
    )  # fmt: skip
    first = {k: v.clone() for k, v in runner.model.state_dict().items()}
    runner.train()
    states = [
        load_checkpoint_file(tmp_path / f'epoch_{n}.pth')['state_dict'] for n in (2, 3)
    ]
    for name, value in first.items():
        # Statistics of batch norms too.
        frozen = name.startswith('backbone')
        assert torch.equal(states[0][name], value) is frozen, name
    assert not torch.equal(states[1]['backbone.0.weight'], first['backbone.0.weight'])


def test_freezing_goes_on_after_a_resume(tmp_path):
    settings = {
        'epochs': 4, 'hooks': [{'type': 'FreezeBackboneHook', 'epochs': 2}]
    }  # fmt: skip
    make_runner(tmp_path / 'whole', **settings).train()
    interrupted(tmp_path / 'cut', 1, **settings)
    assert last_state(tmp_path / 'cut') == last_state(tmp_path / 'whole')


def test_a_part_that_is_not_there_is_named(tmp_path):
    hook = {'type': 'FreezeBackboneHook', 'epochs': 1, 'part': 'neck'}
    with pytest.raises(Exception, match='no part neck'):
        make_runner(tmp_path, hooks=[hook]).train()


@pytest.mark.parametrize('epochs', [1, 2, 3])
def test_accumulated_gradients_survive_a_resume(tmp_path, epochs):
    settings = {
        # Three iterations an epoch, a step every second one.
        'epochs': 4, 'hooks': [{'type': 'PendingGradientsHook'}],
        'optim_wrapper': {
            'optimizer': {'type': 'Adam', 'lr': 0.1}, 'accumulative_counts': 2,
            'clip_grad': {'max_norm': 1.0},
        },
    }  # fmt: skip
    make_runner(tmp_path / 'whole', **settings).train()
    interrupted(tmp_path / 'cut', epochs, **settings)
    assert last_state(tmp_path / 'cut') == last_state(tmp_path / 'whole')


def test_a_moving_average_and_a_warm_up_survive_a_resume(tmp_path):
    settings = {
        'epochs': 4,
        'hooks': [{'type': 'EMAHook', 'momentum': 0.1, 'priority': 49}],
        'param_scheduler': [
            {'type': 'LinearLR', 'start_factor': 0.1, 'begin': 0, 'end': 4,
             'by_epoch': False},
            {'type': 'CosineAnnealingLR', 'T_max': 4, 'by_epoch': True,
             'convert_to_iter_based': True},
        ],
    }  # fmt: skip
    make_runner(tmp_path / 'whole', **settings).train()
    interrupted(tmp_path / 'cut', 1, **settings)
    assert 'ema_state_dict' in last_state(tmp_path / 'whole')
    assert last_state(tmp_path / 'cut') == last_state(tmp_path / 'whole')


class Spoiler:
    """Makes the loss something else in one iteration."""

    def __init__(self, iteration, change):
        self.left = iteration
        self.change = change

    def __call__(self, loss):
        self.left -= 1
        return self.change(loss) if self.left == 0 else loss


@pytest.mark.parametrize('value', [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_training(tmp_path, value):
    runner = make_runner(
        tmp_path, hooks=[{'type': 'FiniteTrainingHook'}],
        spoil=Spoiler(5, lambda loss: loss * value),
    )  # fmt: skip
    with pytest.raises(
        DivergedError, match=rf'loss is {value} \(loss_line\) in epoch 2, iteration 2$'
    ):
        runner.train()
    assert names(tmp_path) == ['best_corner_MRE_px_epoch_1.pth', 'epoch_1.pth']
    state = load_checkpoint_file(tmp_path / 'epoch_1.pth')['state_dict']
    assert all(torch.isfinite(value).all() for value in state.values())


def test_weights_spoiled_by_the_last_step_are_not_saved(tmp_path):
    # The loss is 0 there, its gradient is not.
    def spoil(loss):
        return loss * 0 + torch.sqrt(loss * 0)

    runner = make_runner(
        tmp_path, hooks=[{'type': 'FiniteTrainingHook'}], spoil=Spoiler(6, spoil)
    )
    with pytest.raises(DivergedError, match=r'not finite after epoch 2'):
        runner.train()
    assert names(tmp_path) == ['best_corner_MRE_px_epoch_1.pth', 'epoch_1.pth']


def test_the_record_tells_of_a_resumed_run(tmp_path):
    with pytest.raises(Stopped):
        make_runner(
            tmp_path, hooks=[{'type': 'TrainingRecordHook'}, StopHook(2)]
        ).train()
    hook = TrainingRecordHook()
    make_runner(tmp_path, hooks=[hook], resume=tmp_path / 'epoch_2.pth').train()
    record = hook.record
    assert record['status'] == 'completed'
    assert [(s['epoch'], s['resumed_from']) for s in record['starts']] == [
        (0, None), (2, 'epoch_2.pth')
    ]  # fmt: skip
    assert record['model'] == {'type': 'Line', 'parameters': 16}
    result = record['result']
    assert (result['epochs'], result['iterations']) == (3, 9)
    assert result['best'] == {
        'metric': 'corner/MRE_px', 'value': 7.0, 'epoch': 3,
        'checkpoint': 'best_corner_MRE_px_epoch_3.pth',
    }  # fmt: skip
    seconds = [start['seconds'] for start in record['starts']]
    assert result['seconds'] == pytest.approx(sum(seconds))


def test_the_record_tells_which_settings_a_resume_changed(tmp_path, monkeypatch):
    make_runner(tmp_path, epochs=2, hooks=[TrainingRecordHook()]).train()

    def resumed(epochs, **settings):
        hook, told = TrainingRecordHook(), []
        runner = make_runner(
            tmp_path, epochs=epochs, hooks=[hook], resume=tmp_path / 'epoch_2.pth'
        )
        runner.cfg.merge_from_dict(settings)
        monkeypatch.setattr(runner.logger, 'warning', told.append)
        runner.train()
        changed = hook.record['starts'][-1]['changed']
        return changed, [line for line in told if line.startswith('settings differ')]

    changed, (line,) = resumed(3, randomness={'seed': 1})
    assert changed == [
        {'setting': 'randomness.seed', 'was': None, 'now': '1', 'heeded': False}
    ]
    assert line.endswith('the checkpoint overrides randomness.seed')
    assert resumed(3, randomness={'seed': 1}) == ([], [])


@pytest.mark.parametrize('workers', [0, 2])
def test_one_seed_gives_one_result(tmp_path, workers):
    loader = {
        'dataset': Points(), 'batch_size': 4, 'num_workers': workers,
        'collate_fn': {'type': 'default_collate'}, 'persistent_workers': False,
        'worker_init_fn': {'type': 'init_worker'},
        'sampler': {'type': 'DefaultSampler', 'shuffle': True},
    }  # fmt: skip
    states = []
    for name, seed in (('a', 1), ('b', 1), ('c', 2)):
        randomness = {'seed': seed, 'deterministic': True}
        runner = make_runner(
            tmp_path / name, epochs=2, train_dataloader=loader, randomness=randomness
        )
        torch.rand(len(states))
        runner.train()
        states.append(last_state(tmp_path / name))
    torch.use_deterministic_algorithms(False)
    assert states[0] == states[1]
    assert states[0] != states[2]
