import os
import time
from datetime import datetime, timezone

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.folder_lock import locked
from spondylo_mmpose.experiments.run_cleaning import (
    Criteria,
    choose,
    drop_checkpoints,
    remove_run,
    superfluous,
)
from spondylo_mmpose.experiments.runs import find_runs
from tests.test_experiments.fakes import write_run

# Noon of the 20th; runs are begun at noon of the days that their names tell.
NOW = datetime(2026, 3, 20, 12, tzinfo=timezone.utc).timestamp()


def begun(root, name, day, **settings):
    return write_run(root / name, f'2026-03-{day:02}T12:00:00+00:00', **settings)


def chosen(root, **criteria):
    runs = find_runs(root, NOW)
    return sorted(run.folder.name for run in choose(runs, Criteria(**criteria), NOW))


@pytest.fixture
def root(tmp_path):
    """Seven runs of two configs."""
    begun(tmp_path / 'unet', 'unet1', 1)
    begun(tmp_path / 'unet', 'unet5', 5, status='stopped early')
    begun(tmp_path / 'unet', 'unet10', 10, status='failed')
    begun(tmp_path / 'unet', 'unet11_smoke', 11, smoke=True)
    begun(tmp_path / 'unet', 'unet12', 12, status='interrupted')
    begun(tmp_path, 'res3', 3, config='res')
    killed = begun(tmp_path, 'res8', 8, config='res', status='running')
    for path in killed.rglob('*'):
        os.utime(path, (NOW - 7 * 3600,) * 2)
    return tmp_path


def test_runs_are_told_by_config_the_newest_first(root):
    runs = find_runs(root, NOW)
    assert [run.folder.name for run in runs] == [
        'res8', 'res3', 'unet12', 'unet11_smoke', 'unet10', 'unet5', 'unet1'
    ]  # fmt: skip
    assert [run.status for run in runs][:3] == ['killed', 'completed', 'interrupted']
    run = runs[-1]
    assert (run.config, run.epochs, run.best) == ('unet', 3, 'MRE 2.5 in epoch 2')
    assert len(run.checkpoints) == 4
    record = (run.folder / 'training.json').stat().st_size
    assert run.size == 4 * 100 + 2 + record


@pytest.mark.parametrize(
    ('criteria', 'names'),
    [
        ({}, []),
        ({'failed': True}, ['res8', 'unet10']),
        ({'smoke': True}, ['unet11_smoke']),
        ({'older_than': 15}, ['res3', 'unet1']),  # unet5 is of just 15 days
        ({'older_than': 15.001}, ['res3', 'unet1']),
        ({'older_than': 14.999}, ['res3', 'unet1', 'unet5']),
        ({'failed': True, 'older_than': 11}, ['res8']),
        ({'keep': 1}, ['unet1']),
        ({'keep': 2}, []),
        ({'keep': 1, 'failed': True}, []),
        ({'keep': 0, 'failed': True}, ['res8', 'unet10']),
        ({'keep': 0, 'older_than': 9.5}, ['res3', 'res8', 'unet1', 'unet10', 'unet5']),
    ],
)
def test_a_run_must_meet_all_criteria(root, criteria, names):
    assert chosen(root, **criteria) == sorted(names)


def test_what_is_running_is_never_chosen(root):
    log = root / 'res8' / 'log.txt'
    log.touch()
    os.utime(log, (NOW - 5 * 3600,) * 2)
    assert chosen(root, failed=True) == ['unet10']
    assert 'res8' not in chosen(root, keep=0)
    with locked(root / 'unet'):
        assert chosen(root, keep=0) == ['res3']


def test_other_folders_are_no_runs(tmp_path):
    for name, text in (
        ('a', '{}'),
        ('b', 'no JSON'),
        ('c', '{"format": "spondylo_mmpose training"}'),
        ('d', '[]'),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / 'training.json').write_text(text)
    elsewhere = begun(tmp_path / 'elsewhere', 'real', 1)
    inside = tmp_path / 'inside'
    inside.mkdir()
    (inside / 'link').symlink_to(elsewhere)
    borrowed = inside / 'borrowed'
    borrowed.mkdir()
    (borrowed / 'training.json').symlink_to(elsewhere / 'training.json')
    assert find_runs(inside) == []
    assert [run.folder for run in find_runs(tmp_path)] == [elsewhere]


def test_removal_takes_the_folder_and_not_what_its_links_name(tmp_path):
    precious = tmp_path / 'precious'
    precious.mkdir()
    (precious / 'data.txt').write_text('data')
    root = tmp_path / 'runs'
    folder = begun(root, 'one', 1)
    (folder / 'data').symlink_to(precious)
    (run,) = find_runs(root)
    assert run.size < 2000
    remove_run(run, root)
    assert list(root.iterdir()) == []
    assert (precious / 'data.txt').read_text() == 'data'


def test_run_around_others_or_around_us_stays(tmp_path, monkeypatch):
    outer = begun(tmp_path, 'outer', 1)
    inner = begun(outer, 'inner', 2)
    runs = {run.folder: run for run in find_runs(tmp_path)}
    with pytest.raises(SpondyloError, match='holds other runs'):
        remove_run(runs[outer], tmp_path)
    monkeypatch.chdir(inner / 'evaluation')
    with pytest.raises(SpondyloError, match='current folder'):
        remove_run(runs[inner], tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpondyloError, match='does not lie in'):
        remove_run(runs[inner], tmp_path / 'other')
    remove_run(runs[inner], tmp_path)
    remove_run(runs[outer], tmp_path)
    assert find_runs(tmp_path) == []


def test_run_that_began_again_since_it_was_listed_stays(tmp_path):
    begun(tmp_path, 'one', 1)
    (run,) = find_runs(tmp_path)
    with (
        locked(tmp_path),
        pytest.raises(SpondyloError, match='is running'),
    ):
        remove_run(run, tmp_path)
    assert (tmp_path / 'one').is_dir()


def names(folder):
    return sorted(path.name for path in folder.glob('*.pth'))


BEST = ['best_MRE_epoch_2.pth', 'top_MRE_epoch_3.pth']


def test_best_checkpoints_stay(tmp_path):
    folder = begun(tmp_path, 'one', 1)
    (folder / 'epoch_x.pth').touch()
    assert drop_checkpoints(folder) == 200
    assert names(folder) == [*BEST[:1], 'epoch_x.pth', *BEST[1:]]
    assert (folder / 'evaluation' / 'metrics.json').is_file()
    assert superfluous(folder) == []


def test_last_one_stays_to_be_resumed_or_tested(tmp_path):
    folder = begun(tmp_path, 'one', 1, status='interrupted')
    drop_checkpoints(folder)
    assert names(folder) == [BEST[0], 'epoch_3.pth', BEST[1]]
    folder = begun(tmp_path, 'two', 1)
    (folder / BEST[0]).unlink()
    drop_checkpoints(folder)
    assert names(folder) == ['epoch_3.pth', BEST[1]]


def test_time_is_the_present_by_default(tmp_path):
    begun(tmp_path, 'one', 1, status='running')
    (run,) = find_runs(tmp_path)
    assert run.status == 'running'
    (run,) = find_runs(tmp_path, time.time() + 7 * 3600)
    assert run.status == 'killed'
