import os
import signal
import subprocess
import sys
import textwrap

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


def test_a_name_that_stdout_cannot_say_is_no_bug(tmp_path):
    code = (
        'from spondylo_mmpose.utils.cli import run_cli\n'
        r"run_cli(lambda: print('in f\xfcr_\udcff'))"
    )
    for encoding, said in (('ascii', rb'in f\xfcr_\udcff'), ('utf-8', None)):
        done = subprocess.run(
            [sys.executable, '-c', code],
            capture_output=True,
            env={**os.environ, 'PYTHONIOENCODING': encoding},
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == (said or 'in für_\\udcff'.encode())


def test_traceback_on_request(capsys, monkeypatch):
    monkeypatch.setenv('SPONDYLO_TRACEBACK', '1')
    with pytest.raises(SystemExit):
        run_cli(fail(SpondyloError('x.json: broken')))
    stderr = capsys.readouterr().err
    assert stderr.startswith('Traceback')
    assert stderr.endswith('error: x.json: broken\n')


def run_and_end(tmp_path, body, number=signal.SIGTERM):
    """Run a tool with this main, and send it a signal once it says so."""
    body = textwrap.indent(textwrap.dedent(body), '    ')
    text = (
        'import multiprocessing, os, signal, sys, time\n'
        'from pathlib import Path\n'
        'from spondylo_mmpose.utils.cli import run_cli\n'
        'from spondylo_mmpose.utils.io import atomic_dir\n'
        f'def main():\n{body}\nrun_cli(main)\n'
    )
    process = subprocess.Popen(
        [sys.executable, '-c', text, str(tmp_path / 'out')],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line == 'ready\n', process.stderr.read()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out, err


HALF_WRITTEN = """
    with atomic_dir(sys.argv[1]) as folder:
        (folder / 'a').write_text('half')
        print('ready', flush=True)
        time.sleep(60)
    """


@pytest.mark.parametrize(
    ('number', 'status', 'said'),
    [(signal.SIGTERM, 143, 'terminated\n'), (signal.SIGINT, 130, 'interrupted\n')],
)
def test_signal_ends_in_order(tmp_path, number, status, said):
    assert run_and_end(tmp_path, HALF_WRITTEN, number) == (status, '', said)
    assert list(tmp_path.iterdir()) == []


def test_second_signal_does_not_stop_tidying(tmp_path):
    body = """
    try:
        print('ready', flush=True)
        time.sleep(60)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        print('tidied', flush=True)
    """
    assert run_and_end(tmp_path, body) == (143, 'tidied\n', 'terminated\n')


def test_forked_worker_dies_of_it_and_tidies_nothing(tmp_path):
    body = """
    with atomic_dir(sys.argv[1]) as folder:
        fork = multiprocessing.get_context('fork')
        began = fork.Event()
        worker = fork.Process(target=lambda: (began.set(), time.sleep(60)))
        worker.start()
        began.wait()
        worker.terminate()
        worker.join()
        (folder / 'a').write_text(str(worker.exitcode))
    print('ready', flush=True)
    time.sleep(60)
    """
    assert run_and_end(tmp_path, body) == (143, '', 'terminated\n')
    assert (tmp_path / 'out/a').read_text() == '-15'


def test_signal_that_is_ignored_stays_so(tmp_path):
    # As below nohup-like programs; and a tool's own handler goes before ours.
    body = """
    print('ready', flush=True)
    time.sleep(0.5)
    print('done')
    """
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert run_and_end(tmp_path, body) == (0, 'done\n', '')
    finally:
        signal.signal(signal.SIGTERM, before)


def test_handler_does_not_outlive_the_tool():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        run_cli(lambda: None)
    assert signal.getsignal(signal.SIGTERM) is before
