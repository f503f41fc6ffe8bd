import json

import pytest

from ..test_splits.helpers import many_films, write_root


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_root(tmp_path_factory.mktemp('data') / 'root', many_films())


def test_split_and_check(run_tool, root):
    done = run_tool('split_dataset.py', 'ratio', root, '--name', 'r70', '--seed', 4)
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
