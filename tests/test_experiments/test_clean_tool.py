from argparse import Namespace

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.clean_tool import run_clean, size_text
from tests.test_experiments.fakes import write_run


def clean(root, **options):
    given = {
        'older_than': None, 'failed': False, 'smoke': False, 'keep': None,
        'checkpoints_only': False, 'yes': False,
    }  # fmt: skip
    return run_clean(Namespace(root=root, **{**given, **options}))


@pytest.fixture
def root(tmp_path):
    for name, status in (('good', 'completed'), ('bad', 'failed')):
        write_run(tmp_path / 'unet' / name, '2026-03-01T12:00:00+00:00', status)
    return tmp_path


def everything(root):
    return sorted(root.rglob('*'))


def test_nothing_goes_without_yes(root, capsys):
    before = everything(root)
    for options in ({}, {'failed': True}, {'keep': 0}, {'checkpoints_only': True}):
        assert clean(root, **options) == 0
    assert everything(root) == before
    said = capsys.readouterr().out
    assert 'would remove 1 runs' in said
    assert 'would remove 2 runs' in said
    # Two of the finished one; of the failed one the last stays.
    assert 'would remove checkpoints of 2 runs, 300 B' in said


def test_what_is_marked_goes(root, capsys):
    assert clean(root, failed=True, yes=True) == 0
    assert [path.name for path in (root / 'unet').iterdir()] == ['good']
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith('*')] == ['unet/bad']
    assert lines[-1].startswith('removed 1 runs')


def test_checkpoints_alone(root):
    assert clean(root, checkpoints_only=True, failed=True, yes=True) == 0
    left = {folder.name: len(list(folder.glob('epoch_*.pth'))) for folder in
            (root / 'unet').iterdir()}  # fmt: skip
    assert left == {'good': 2, 'bad': 1}
    assert len(list(root.rglob('training.json'))) == 2


def test_what_cannot_go_is_told(root, capsys, monkeypatch):
    monkeypatch.chdir(root / 'unet' / 'bad')
    assert clean(root, keep=0, yes=True) == 1
    assert [path.name for path in (root / 'unet').iterdir()] == ['bad']
    assert 'not removed: ' in capsys.readouterr().err


def test_yes_to_nothing_and_no_folder_are_one_line(root):
    with pytest.raises(SpondyloError, match='say what is to go'):
        clean(root, yes=True)
    with pytest.raises(SpondyloError, match='no such folder'):
        clean(root / 'none')


@pytest.mark.parametrize(
    ('size', 'text'),
    [(0, '0 B'), (1023, '1023 B'), (1536, '1.5 KiB'), (2**40 * 3, '3.0 TiB')],
)
def test_sizes(size, text):
    assert size_text(size) == text
