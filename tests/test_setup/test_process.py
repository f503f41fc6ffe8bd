import ast
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from bootstrap.process import Runner, SetupError, clean_environment, explain

TOOLS = Path(__file__).parents[2] / 'tools'


@pytest.mark.parametrize(
    ('output', 'cause'),
    [
        (
            'WARNING: Retrying ... NewConnectionError: Name or service not known\n'
            'ERROR: No matching distribution found for torch==2.13.0',
            "the package index cannot be reached; mend the network or pip's settings "
            '("pip config list")',
        ),
        (
            'ERROR: No matching distribution found for torch==2.13.0\n',
            'the package index in use cannot be reached or offers no torch==2.13.0 '
            'for this Python; see "pip config list" for the index',
        ),
        (
            'OSError: [Errno 28] No space left on device',
            'the disk is full; free about 3 GB',
        ),
        (
            'c++: fatal error: Killed signal terminated program cc1plus',
            'memory ran out; compile fewer files at once with `make setup MAX_JOBS=1`',
        ),
        ('fine\nERROR: something new\nhint\n', 'ERROR: something new'),
        ('last words\n\n', 'last words'),
        ('', 'it printed nothing'),
    ],
)
def test_failure_becomes_one_line(output, cause):
    assert explain(output) == cause


def test_a_long_line_is_cut():
    assert len(explain('error ' + 'x' * 1000)) == 200


def test_callers_python_and_pip_targets_are_dropped_and_its_index_kept():
    env = clean_environment(
        {
            'PYTHONPATH': '/a',
            'PIP_TARGET': '/b',
            'PIP_FIND_LINKS': '/c',
            'PATH': '/usr/bin',
        },
        Path('/env'),
    )
    assert 'PYTHONPATH' not in env
    assert 'PIP_TARGET' not in env
    assert env['PIP_FIND_LINKS'] == '/c'
    assert env['PATH'] == '/env/bin:/usr/bin'


class TestRunner:
    @pytest.fixture
    def said(self):
        return []

    @pytest.fixture
    def runner(self, tmp_path, said):
        return Runner(tmp_path / 'logs' / 'setup.log', said.append)

    def test_output_goes_to_the_log(self, runner, said):
        runner.run('greeting', [sys.executable, '-c', 'print("hello")'], os.environ)
        assert runner.log.read_text().endswith('hello\n')
        assert said == ['greeting', '  done in 0 s']

    def test_failure_names_step_log_and_mend(self, runner):
        code = 'import sys; sys.exit("ERROR: no luck")'
        with pytest.raises(SetupError) as error:
            runner.run('trying', [sys.executable, '-c', code], os.environ)
        assert str(error.value) == (
            f'trying failed: ERROR: no luck. Log: {runner.log}. '
            'Then run `make setup` again; it continues where it stopped.'
        )

    def test_cause_is_sought_in_the_failed_step_alone(self, runner):
        code = 'print("No space left on device")'
        runner.run('first', [sys.executable, '-c', code], os.environ)
        with pytest.raises(SetupError, match='it printed nothing'):
            runner.run('second', [sys.executable, '-c', 'exit(1)'], os.environ)

    def test_missing_program(self, runner):
        with pytest.raises(SetupError, match='trying: /no/such: No such file'):
            runner.run('trying', ['/no/such'], os.environ)

    def test_signs_of_life(self, runner, said, monkeypatch):
        monkeypatch.setattr('bootstrap.process.HEARTBEAT_S', 0.05)
        code = 'import time; print("[1/2]", flush=True); time.sleep(0.5)'
        command = [sys.executable, '-c', code]
        runner.run('slow', command, os.environ, progress=lambda text: text.strip())
        assert any(line.endswith('[1/2]') for line in said)

    def test_interruption_ends_the_children_too(self, tmp_path):
        pid_file = tmp_path / 'pid'
        script = textwrap.dedent(f"""
            import os, sys
            sys.path.insert(0, {str(TOOLS)!r})
            from pathlib import Path
            from bootstrap.process import Runner
            Runner(Path({str(tmp_path / 'log')!r}), print).run(
                'sleeping', ['sh', '-c', 'sleep 60 & echo $! > {pid_file}; wait'],
                os.environ)
        """)
        process = subprocess.Popen(
            [sys.executable, '-c', script],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while not (pid_file.exists() and pid_file.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert not _alive(int(pid_file.read_text()))


def _alive(pid):
    try:
        state = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0]
    except OSError:
        return False
    return state != 'Z'


@pytest.mark.parametrize(
    'path',
    [TOOLS / 'setup_env.py', *sorted((TOOLS / 'bootstrap').glob('*.py'))],
    ids=lambda path: path.name,
)
def test_an_old_python_can_start_the_set_up(path):
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    names = {
        (alias.name if isinstance(node, ast.Import) else node.module).partition('.')[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert names <= set(sys.stdlib_module_names) | {'bootstrap'}
