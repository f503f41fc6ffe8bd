import json

import pytest

from tests.conftest import ROOT

from ..test_splits.helpers import many_films, write_root


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_root(tmp_path_factory.mktemp('data') / 'root', many_films())


def test_split_and_check(run_tool, root):
    done = run_tool.fresh(
        'split_dataset.py', 'ratio', root, '--name', 'r70', '--seed', 4
    )
    assert done.returncode == 0, done.stderr
    table = [line.split() for line in done.stdout.splitlines()[:5]]
    assert table[0] == [
        'films', 'share', 'groups', 'patients', 'vertebrae', 'mean', 'buu', 'honduran',
    ]  # fmt: skip
    assert [row[:2] for row in table[1:]] == [
        ['train', '17'], ['val', '4'], ['test', '4'], ['all', '25'],
    ]  # fmt: skip
    assert 'SPONDYLO_SPLIT=r70' in done.stdout
    assert 'p1' not in done.stdout
    split = json.loads((root / 'annotations/r70/split.json').read_text())
    assert split['arguments']['seed'] == 4
    assert split['digest'] in done.stdout

    (root / 'annotations/r70/val.json').unlink()
    done = run_tool('split_dataset.py', 'check', root / 'annotations/r70')
    assert done.returncode == 1
    assert 'val.json: no such annotation file' in done.stdout


def test_bad_input_is_one_line(run_tool, root):
    before = sorted(root.rglob('*'))
    done = run_tool('split_dataset.py', 'kfold', root, '--folds', 99)
    assert done.returncode == 2
    assert done.stdout == ''
    (line,) = done.stderr.splitlines()
    assert line.startswith(f'error: {root}: 99 parts are wanted')
    assert sorted(root.rglob('*')) == before


@pytest.mark.slow
def test_phantoms_trained_on_a_split_and_tested_on_another(run_tool, tmp_path):
    data, work = tmp_path / 'data', tmp_path / 'work'
    config = ROOT / 'tests/configs/tiny.py'
    made = run_tool('make_phantoms.py', data, '--num', 12, '--layout', 'coco')
    assert made.returncode == 0, made.stderr
    done = run_tool('split_dataset.py', 'kfold', data, '--name', 'cv', '--folds', 2)
    assert done.returncode == 0, done.stderr
    options = ['--work-dir', work, '--cfg-options', f'data_root={data}']
    trained = run_tool(
        'train.py', config, '--no-pretrained', *options, 'train_cfg.max_epochs=1',
        SPONDYLO_SPLIT='cv/fold0',
    )  # fmt: skip
    assert trained.returncode == 0, trained.stdout + trained.stderr
    assert 'cv/fold0/train.json: split cv (kfold)' in trained.stdout + trained.stderr

    resumed = run_tool(
        'train.py', config, '--no-pretrained', '--resume', *options,
        'train_cfg.max_epochs=2', SPONDYLO_SPLIT='cv/fold1',
    )  # fmt: skip
    assert resumed.returncode == 2
    assert 'set SPONDYLO_SPLIT=cv/fold0 as at its last start' in resumed.stderr
    assert not (work / 'epoch_2.pth').exists()

    def said_in_a_test(fold):
        tested = run_tool(
            'test.py', config, work / 'epoch_1.pth', *options,
            SPONDYLO_SPLIT=f'cv/fold{fold}',
        )  # fmt: skip
        assert tested.returncode == 0, tested.stdout + tested.stderr
        return tested.stdout + tested.stderr

    assert 'flatter' not in said_in_a_test(0)
    # What one fold validates the other trains on.
    assert 'trained on the patients of 6 of the 6 films' in said_in_a_test(1)

    mixed = run_tool(
        'train.py', config, '--no-pretrained', '--work-dir', tmp_path / 'mixed',
        *options[2:],
        'train_dataloader.dataset.ann_file=annotations/cv/fold1/train.json',
        SPONDYLO_SPLIT='cv/fold0',
    )  # fmt: skip
    assert mixed.returncode == 2
    assert 'val_dataloader: 6 patients' in mixed.stderr
