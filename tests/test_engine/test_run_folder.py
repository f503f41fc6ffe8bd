import pytest
import torch

from spondylo_mmpose.engine.run_folder import (
    TRAINING_RECORD,
    check_unused,
    epochs_saved,
    last_checkpoint,
    new_run_folder,
    newest_run,
    run_folder_of,
)
from spondylo_mmpose.errors import SpondyloError


def begun(parent, *folders):
    for name in folders:
        (parent / name).mkdir(parents=True)
        (parent / name / TRAINING_RECORD).write_text('{}')


def save(folder, *epochs):
    for epoch in epochs:
        torch.save({'state_dict': {}}, folder / f'epoch_{epoch}.pth')


def test_runs_begun_in_one_second_have_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr('time.strftime', lambda form: '20260102_030405')
    first = new_run_folder(tmp_path)
    assert first == tmp_path / '20260102_030405'
    first.mkdir()
    assert new_run_folder(tmp_path).name == '20260102_030405-2'
    assert new_run_folder(tmp_path, smoke=True).name == '20260102_030405_smoke'


def test_the_newest_run_is_found_among_trials_and_other_folders(tmp_path):
    begun(
        tmp_path, '20260102_030405', '20260102_030405-2', '20251231_235959',
        '20270101_000000_smoke', 'kept_by_hand',
    )  # fmt: skip
    (tmp_path / '20280101_000000').mkdir()
    assert newest_run(tmp_path).name == '20260102_030405-2'
    assert newest_run(tmp_path, smoke=True).name == '20270101_000000_smoke'


def test_a_run_in_the_folder_of_the_config_itself(tmp_path):
    with pytest.raises(SpondyloError, match='holds no run to resume'):
        newest_run(tmp_path)
    save(tmp_path, 3)
    assert newest_run(tmp_path) == tmp_path
    with pytest.raises(SpondyloError, match='holds no run'):
        newest_run(tmp_path, smoke=True)


def test_epochs_are_ordered_as_numbers(tmp_path):
    save(tmp_path, 10, 9)
    (tmp_path / 'epoch_x.pth').touch()
    assert epochs_saved(tmp_path) == [9, 10]


def test_the_last_is_the_one_written_last_not_the_highest(tmp_path):
    assert last_checkpoint(tmp_path) is None
    save(tmp_path, 2, 3, 9)
    assert last_checkpoint(tmp_path).name == 'epoch_9.pth'
    # A run that went on from an earlier checkpoint, in a folder that was moved.
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/epoch_3.pth')
    assert last_checkpoint(tmp_path).name == 'epoch_3.pth'


def test_a_damaged_last_one_is_passed_over(tmp_path):
    save(tmp_path, 2)
    (tmp_path / 'epoch_3.pth').write_bytes(b'')
    assert last_checkpoint(tmp_path).name == 'epoch_2.pth'
    (tmp_path / 'epoch_2.pth').write_bytes(b'PK')
    with pytest.raises(SpondyloError, match=r'epoch_3\.pth: is no'):
        last_checkpoint(tmp_path)


def test_a_folder_with_checkpoints_is_not_begun_anew(tmp_path):
    check_unused(tmp_path)
    check_unused(tmp_path / 'none')
    save(tmp_path, 4)
    with pytest.raises(SpondyloError, match=r'holds a training already \(epoch_4'):
        check_unused(tmp_path)


def test_the_run_of_a_checkpoint(tmp_path):
    begun(tmp_path, 'a')
    assert run_folder_of(tmp_path / 'a' / 'best.pth') == tmp_path / 'a'
    assert run_folder_of(tmp_path / 'best.pth') is None
