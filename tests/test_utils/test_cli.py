import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli


def fail(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize(
    ('main', 'status', 'stderr'),
    [
        (lambda: None, 0, ''),
        (lambda: 3, 3, ''),
        (fail(SpondyloError('x.json: broken')), 2, 'error: x.json: broken\n'),
        (fail(KeyboardInterrupt()), 130, 'interrupted\n'),
    ],
)
def test_exit_status(main, status, stderr, capsys):
    with pytest.raises(SystemExit) as exit_:
        run_cli(main)
    assert exit_.value.code == status
    assert capsys.readouterr().err == stderr


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_cli(lambda: 1 / 0)
