"""How tests run tools: a fork must be what a fresh interpreter is."""

import json
import os
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.tool_runner import ToolServer

PROBE = """
import json, os, signal, sys
ours = sorted(name for name in sys.modules if name.startswith('spondylo_mmpose'))
facts = {
    'name': __name__, 'file': __file__, 'argv': sys.argv, 'orig_argv': sys.orig_argv,
    'main': sys.modules['__main__'].__dict__ is globals(),
    'folder': os.getcwd(), 'environment': dict(os.environ),
    'signals': {s.name: str(signal.getsignal(s)) for s in signal.Signals},
    'blocked': list(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    'files': sorted(os.listdir('/proc/self/fd')),
    'threads': len(os.listdir('/proc/self/task')),
    'streams': [[s.encoding, s.errors, s.isatty(), s.line_buffering, s.fileno()]
                for s in (sys.stdout, sys.stderr)],
    'flags': str(sys.flags), 'umask': os.umask(0o22),
    'leader': os.getpgid(0) == os.getpid(),
}
import spondylo_mmpose.utils.cli, cv2, pkg_resources, torch
from mmengine.registry import DefaultScope
facts |= {
    'torch threads': torch.get_num_threads(), 'opencv threads': cv2.getNumThreads(),
    'path': sys.path,  # pkg_resources adds one.
    'scopes': list(DefaultScope._instance_dict), 'cuda': torch.cuda.is_initialized(),
    'wait': os.environ['OMP_WAIT_POLICY'],
}
print(json.dumps(facts))
print(json.dumps(ours), file=sys.stderr)
"""


@pytest.fixture
def script(tmp_path):
    """Path of a script with this content."""

    def write(content):
        path = tmp_path / 'tool.py'
        path.write_text(content)
        return path

    return write


def test_a_fork_meets_what_a_fresh_interpreter_does(run_tool, script, monkeypatch):
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    monkeypatch.setenv('SPONDYLO_OLD', 'of the tests')
    path, told = script(PROBE), ('--one', Path('a b'), 2, 'ü')
    fork = run_tool(path, *told, SPONDYLO_NEW='of the call')
    fresh = run_tool.fresh(path, *told, SPONDYLO_NEW='of the call')
    assert fork.args == fresh.args
    assert fork.returncode == fresh.returncode == 0, fork.stderr + fresh.stderr
    one, other = json.loads(fork.stdout), json.loads(fresh.stdout)
    # That its whole group can be killed is wanted.
    assert (one.pop('leader'), other.pop('leader')) == (True, False)
    assert one == other
    assert one['argv'][1:] == ['--one', 'a b', '2', 'ü']
    assert one['environment']['SPONDYLO_NEW'] == 'of the call'
    assert one['environment']['SPONDYLO_OLD'] == 'of the tests'
    # Of the package there is what any import of it begins with.
    assert json.loads(fresh.stderr) == []
    assert json.loads(fork.stderr) == [
        'spondylo_mmpose', 'spondylo_mmpose.engine', 'spondylo_mmpose.engine.compat'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ('code', 'status', 'out', 'last'),
    [
        ('print("all")', 0, 'all\n', ''),
        ('raise SystemExit(70)', 70, '', ''),
        ('raise SystemExit("what is wrong")', 1, '', 'what is wrong\n'),
        ('raise ValueError("bug")', 1, '', 'ValueError: bug\n'),
        ('raise KeyboardInterrupt', -signal.SIGINT, '', 'KeyboardInterrupt\n'),
        ('import os; print(1, flush=True); os._exit(5)', 5, '1\n', ''),
        ('import os; os.kill(os.getpid(), 9)', -signal.SIGKILL, '', ''),
        ('import os; os.abort()', -signal.SIGABRT, '', ''),
        ('import atexit; atexit.register(print, "last")', 0, 'last\n', ''),
        ('import threading as t; t.Timer(0.1, print, ["late"]).start()', 0,
         'late\n', ''),
        ('import os, sys; os.write(1, b"a\\r\\nb\\rc"); sys.stderr.write("d")', 0,
         'a\nb\nc', 'd'),
        ('import subprocess as s; s.run(["sh", "-c", "echo a; echo b >&2"])', 0,
         'a\n', 'b\n'),
        ('import sys; print("x" * 300_000); print("y" * 300_000, file=sys.stderr)', 0,
         'x' * 300_000 + '\n', 'y' * 300_000 + '\n'),
        ('import signal, os; signal.signal(15, lambda *a: exit(3)); '
         'os.killpg(0, 15) if os.getpgid(0) == os.getpid() else os.kill(os.getpid(), '
         '15)', 3, '', ''),
        ('from multiprocessing import get_context\n'
         'def double(x): return 2 * x\n'
         'if __name__ == "__main__":\n'
         '    with get_context("spawn").Pool(1) as pool: print(pool.map(double, [4]))\n'
         '    with get_context("fork").Pool(1) as pool: print(pool.map(double, [5]))',
         0, '[8]\n[10]\n', ''),
    ],
)  # fmt: skip
@pytest.mark.parametrize('how', ['fork', 'fresh'])
def test_status_and_output(how, code, status, out, last, run_tool, script):
    done = (run_tool if how == 'fork' else run_tool.fresh)(script(code))
    assert (done.returncode, done.stdout) == (status, out)
    # Of a traceback the frames differ: those of the server stand above.
    assert done.stderr.endswith(last)
    assert ('Traceback' in done.stderr) == (last.startswith(('Value', 'Key')))


def test_forks_draw_other_random_numbers(run_tool, script):
    path = script(
        'import random, uuid, tempfile, numpy as np, torch\n'
        'print(random.random(), uuid.uuid4(), np.random.rand(), tempfile.mktemp(),\n'
        '      torch.rand(1, dtype=torch.float64).item(), torch.initial_seed())'
    )
    draws = [run_tool(path).stdout.split() for _ in range(2)]
    assert len(draws[0]) == 6
    assert not set(draws[0]) & set(draws[1])


def test_one_run_leaves_nothing_to_the_next(run_tool, script):
    run_tool(script(
        'import os, sys, signal, numpy\n'
        'os.environ["SPONDYLO_LEFT"] = "1"; os.chdir("/"); sys.path.append("/left")\n'
        'signal.signal(signal.SIGTERM, signal.SIG_IGN); numpy.left = 1\n'
    ))  # fmt: skip
    done = run_tool(script(
        'import os, sys, signal, numpy\n'
        'print("SPONDYLO_LEFT" in os.environ, os.getcwd() == "/",\n'
        '      "/left" in sys.path,\n'
        '      signal.getsignal(signal.SIGTERM) == signal.SIG_IGN,\n'
        '      hasattr(numpy, "left"))'
    ))  # fmt: skip
    assert done.stdout == 'False False False False False\n'


def alive(pid):
    try:
        # Dead, but not yet asked for by whoever is its parent now.
        return ' Z ' not in Path(f'/proc/{pid}/stat').read_text()
    except FileNotFoundError:
        return False


def wait_until(happened):
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, 'waited in vain'
        time.sleep(0.01)


def test_a_timeout_kills_the_children_too(run_tool, script):
    path = script(
        'import os, subprocess, time\n'
        'child = subprocess.Popen(["sleep", "600"])\n'
        'print(os.getpid(), child.pid, flush=True)\n'
        'time.sleep(600)'
    )
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        run_tool(path, timeout=3)
    tool, child = map(int, caught.value.stdout.split())
    assert not alive(tool)
    wait_until(lambda: not alive(child))
    assert run_tool(script('print("next")')).stdout == 'next\n'


def test_output_that_a_child_holds_is_waited_for(run_tool, script):
    path = script(
        'import subprocess\n'
        'print("first", flush=True)\n'
        'subprocess.Popen(["sh", "-c", "sleep 0.3; echo second"])'
    )
    assert run_tool(path).stdout == 'first\nsecond\n'
    path = script('import subprocess; subprocess.Popen(["sleep", "600"])')
    with pytest.raises(subprocess.TimeoutExpired):
        run_tool(path, timeout=3)


@pytest.mark.parametrize(
    ('environment', 'forked'),
    [
        ({'SPONDYLO_DATA': '/x', 'RANK': '0'}, True),
        ({'OMP_NUM_THREADS': '2'}, False),
        ({'PYTHONHASHSEED': '1'}, False),
        ({'CUDA_VISIBLE_DEVICES': ''}, False),
        ({'MPLBACKEND': 'svg'}, False),
    ],
)
def test_what_libraries_read_at_their_import_needs_a_fresh_interpreter(
    environment, forked, run_tool, script, monkeypatch
):
    path = script('import sys; print("torch" in sys.modules)')
    for name in environment:
        monkeypatch.delenv(name, raising=False)
    assert run_tool(path, **environment).stdout == f'{forked}\n'
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run_tool(path).stdout == f'{forked}\n'


def test_the_libraries_say_nothing_while_they_are_imported(run_tool, script):
    run_tool(script(''))
    said = run_tool.server.process.stdout
    assert select.select([said], [], [], 0)[0] == []


def test_the_end_of_a_server(script):
    server = ToolServer(libraries=())
    done = server.run([str(script('print(1)'))], {}, timeout=60)
    assert (done.returncode, done.stdout) == (0, '1\n')
    assert server.close() == ''
    assert server.process.returncode == 0


def note_rank(rank, folder, broken):
    assert rank != broken, 'this one'
    (folder / str(rank)).write_text(str(os.getppid()))


def test_a_function_in_several_processes(run_tool, tmp_path):
    run_tool.in_processes(note_rank, (tmp_path, None), 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['0', '1', '2']
    (parent,) = {path.read_text() for path in tmp_path.iterdir()}
    assert int(parent) != os.getpid()
    with pytest.raises(AssertionError, match='this one'):
        run_tool.in_processes(note_rank, (tmp_path, 1), 2)


def test_a_server_that_is_left_alone_ends_with_what_it_runs(tmp_path):
    """As when the tests are killed in the midst of a run."""
    path, note = tmp_path / 'tool.py', tmp_path / 'note'
    path.write_text(
        'import os, sys, time\n'
        'print(os.getpid(), flush=True)\n'
        'time.sleep(600)'
    )  # fmt: skip
    server = ToolServer(libraries=())
    job = {'command': [str(path)], 'environment': {}}
    with note.open('wb') as stream:
        ends = [stream.fileno()] * 2
        socket.send_fds(server.channel, [json.dumps(job).encode()], ends)
    wait_until(lambda: note.read_text().endswith('\n'))
    assert alive(int(note.read_text()))
    assert server.close() == ''
    assert not alive(int(note.read_text()))


def test_a_server_that_ends_by_itself_says_why(tmp_path, monkeypatch):
    with pytest.raises(RuntimeError, match="No module named 'no_such_library'"):
        ToolServer(libraries=['no_such_library'])
    (tmp_path / 'starts_a_thread.py').write_text(
        'import threading, time\n'
        'threading.Thread(target=time.sleep, args=[60], daemon=True).start()'
    )
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    with pytest.raises(RuntimeError, match='2 threads after the imports'):
        ToolServer(libraries=['starts_a_thread'])
