import os

import pytest

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.engine.hooks import ResumableCheckpointHook
from spondylo_mmpose.engine.run_folder import last_checkpoint
from spondylo_mmpose.errors import SpondyloError
from tests.test_engine.runs import Stopped, interrupted, last_state, make_runner, names

VALUES = [5.0, 3.0, 4.0, float('nan'), 2.0, 4.5]


def test_best_runners_up_last_two_and_every_third_are_kept(tmp_path):
    make_runner(tmp_path, VALUES, 6, checkpoint={'keep_every': 3}).train()
    assert names(tmp_path) == [
        'best_corner_MRE_px_epoch_5.pth',
        'epoch_3.pth', 'epoch_5.pth', 'epoch_6.pth',
        'top_corner_MRE_px_epoch_2.pth', 'top_corner_MRE_px_epoch_3.pth',
    ]  # fmt: skip
    best = load_checkpoint_file(tmp_path / 'best_corner_MRE_px_epoch_5.pth')
    assert 'optimizer' not in best
    last = load_checkpoint_file(tmp_path / 'epoch_6.pth')
    assert last['spondylo_scores']['scores'] == [(2.0, 5), (3.0, 2), (4.0, 3)]
    assert last['meta']['epoch'] == 6
    assert last['meta']['iter'] == 18
    assert last_checkpoint(tmp_path) == tmp_path / 'epoch_6.pth'


def test_greater_may_be_better_and_equal_ones_are_later(tmp_path):
    make_runner(
        tmp_path, [1.0, 2.0, 2.0], checkpoint={'rule': 'greater', 'keep_best': 1}
    ).train()
    assert names(tmp_path)[0] == 'best_corner_MRE_px_epoch_2.pth'


def test_one_checkpoint_an_interval_and_the_last(tmp_path):
    make_runner(
        tmp_path, epochs=5, checkpoint={'interval': 2, 'max_keep_ckpts': -1}
    ).train()
    assert names(tmp_path)[1:4] == ['epoch_2.pth', 'epoch_4.pth', 'epoch_5.pth']


def test_a_run_without_validation_has_last_ones_only(tmp_path):
    make_runner(
        tmp_path, epochs=3, val_dataloader=None, val_cfg=None, val_evaluator=None,
        checkpoint={'save_best': None},
    ).train()  # fmt: skip
    assert names(tmp_path) == ['epoch_2.pth', 'epoch_3.pth']


@pytest.mark.parametrize('operation', range(1, 23))
def test_stopped_before_any_file_operation_it_goes_on_as_if_not(
    tmp_path, tmp_path_factory, monkeypatch, operation
):
    """Renamings and removals of checkpoints, of which this run makes 22."""
    whole = tmp_path_factory.getbasetemp() / 'undisturbed'
    if not whole.exists():
        make_runner(whole, VALUES, 6).train()
    left = operation
    before = {name: getattr(os, name) for name in ('replace', 'unlink')}

    def counted(name):
        def call(path, *rest, **named):
            nonlocal left
            left -= str(path).endswith('.pth')
            if left == 0:
                raise Stopped
            return before[name](path, *rest, **named)

        return call

    with monkeypatch.context() as patch:
        for name in before:
            patch.setattr(os, name, counted(name))
        with pytest.raises(Stopped):
            make_runner(tmp_path, VALUES, 6).train()
    path = last_checkpoint(tmp_path)
    make_runner(tmp_path, VALUES, 6, resume=path).train()
    assert names(tmp_path) == names(whole)
    assert last_state(tmp_path) == last_state(whole)


def test_a_folder_that_was_moved_is_resumed(tmp_path):
    make_runner(tmp_path / 'a', VALUES, 2).train()
    (tmp_path / 'a').rename(tmp_path / 'b')
    path = last_checkpoint(tmp_path / 'b')
    make_runner(tmp_path / 'b', VALUES, 6, resume=path).train()
    assert names(tmp_path / 'b')[0] == 'best_corner_MRE_px_epoch_5.pth'
    assert len(names(tmp_path / 'b')) == 5
    assert not (tmp_path / 'a').exists()


def test_half_written_files_of_a_kill_are_removed(tmp_path):
    (tmp_path / '.epoch_7.abc.pth').write_bytes(b'half')
    make_runner(tmp_path, epochs=1).train()
    assert not list(tmp_path.glob('.*.pth'))


def test_a_plateau_schedule_goes_on_across_a_resume(tmp_path):
    plateau = {
        'type': 'ReduceOnPlateauLR', 'monitor': 'corner/MRE_px', 'patience': 1,
        'factor': 0.5,
    }  # fmt: skip
    settings = {'values': [5.0] * 6, 'epochs': 6, 'param_scheduler': plateau}
    make_runner(tmp_path / 'whole', **settings).train()
    # Epoch 1 is the best, 2 is the first bad one, after 3 and 5 the rate is halved.
    last = load_checkpoint_file(tmp_path / 'whole' / 'epoch_6.pth')
    assert last['optimizer']['param_groups'][0]['lr'] == 0.025
    # Stopped where the count stands at one.
    interrupted(tmp_path / 'cut', 2, **settings)
    assert last_state(tmp_path / 'cut') == last_state(tmp_path / 'whole')


def test_a_metric_that_is_not_measured_is_named(tmp_path):
    runner = make_runner(tmp_path, checkpoint={'save_best': 'spine/MRE_px'})
    with pytest.raises(SpondyloError, match=r'no spine/MRE_px.*corner/MRE_px'):
        runner.train()


@pytest.mark.parametrize(
    'wrong',
    [
        {'by_epoch': False},
        {'save_best': 'auto'},
        {'save_best': ['a/loss', 'b/loss']},
        {'published_keys': ['meta']},
        {'keep_best': 0},
        {'keep_every': -1},
    ],
)
def test_what_it_cannot_do_is_refused(wrong):
    with pytest.raises(ValueError, match=r'ResumableCheckpointHook|save_best|keep_'):
        ResumableCheckpointHook(**wrong)
