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
        (
            fail(PermissionError(13, 'Permission denied', '/x/y')),
            2,
            'error: /x/y: Permission denied\n',
        ),
        (
            fail(OSError(28, 'No space left on device')),
            2,
            'error: No space left on device\n',
        ),
        (
            fail(
                SpondyloError(
                    'Caught SpondyloError in DataLoader worker process 0.\nTraceback\n'
                    'spondylo_mmpose.errors.SpondyloError: a.jpg: no image\n'
                )
            ),
            2,
            'error: a.jpg: no image\n',
        ),
        (fail(KeyboardInterrupt()), 130, 'interrupted\n'),
    ],
)
def test_exit_status(main, status, stderr, capsys):
    with pytest.raises(SystemExit) as exit_:
        run_cli(main)
    assert exit_.value.code == status
    assert capsys.readouterr().err == stderr


def test_a_bug_keeps_its_traceback_and_has_a_status_of_its_own(capsys):
    with pytest.raises(SystemExit) as exit_:
        run_cli(lambda: 1 / 0)
    assert exit_.value.code == 70
    stderr = capsys.readouterr().err
    assert stderr.startswith('Traceback') and 'ZeroDivisionError' in stderr


def test_traceback_on_request(capsys, monkeypatch):
    monkeypatch.setenv('SPONDYLO_TRACEBACK', '1')
    with pytest.raises(SystemExit):
        run_cli(fail(SpondyloError('x.json: broken')))
    stderr = capsys.readouterr().err
    assert stderr.startswith('Traceback')
    assert stderr.endswith('error: x.json: broken\n')
