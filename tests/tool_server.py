"""A process that has imported the heavy libraries, and forks a child for each tool.

Before a tool does anything, seconds go by in which torch, mmengine, mmcv, mmdet and
mmpose are imported. This program, which ``tests/tool_runner.py`` starts and asks, does
that once, with the modules that its command line names. A child is what
``python tools/x.py`` would be: a process in a group of its own, with the arguments and
the environment of a fresh one, its own streams and random numbers, signals untouched,
and nothing of the package imported but the hooks that its ``__init__`` sets before all
else.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

LONGEST = 1 << 17


def serve(channel: socket.socket) -> str | None:
    """Fork for each job; return in the children alone, or when nobody asks any more.

    Returns:
        The script to run, in a child that is ready for it.
    """
    while True:
        message, streams, *_ = socket.recv_fds(channel, LONGEST, 2)
        if not message:
            return None
        child = os.fork()
        if not child:
            channel.close()
            return _prepare(json.loads(message), streams)
        # Here too, for nobody knows which of them comes first.
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        for stream in streams:
            os.close(stream)
        _attend(child, channel)


def _attend(child: int, channel: socket.socket) -> None:
    """Tell how it ended. It stays a zombie till then, so that its number is its own."""
    handle = os.pidfd_open(child)
    ready, _, _ = select.select([handle, channel], [], [])
    if handle in ready:
        end = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        status = end.si_status if end.si_code == os.CLD_EXITED else -end.si_status
        channel.send(str(status).encode())
    if channel.recv(16) != b'done':
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(handle)
    # Nobody hears it when the tests themselves were killed; then nothing is asked more.
    with contextlib.suppress(BrokenPipeError):
        channel.send(b'over')


def _prepare(job: dict[str, Any], streams: list[int]) -> str:
    """Make this process the fresh one that the script expects."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(job['environment'])
    script = job['command'][0]
    sys.argv = job['command']
    sys.orig_argv = [sys.executable, *sys.argv]
    sys.path[0] = str(Path(script).parent)
    # Python draws a seed for its own random numbers at each fork.
    if numpy := sys.modules.get('numpy'):
        numpy.random.seed()
    if torch := sys.modules.get('torch'):
        torch.default_generator.seed()
    return script


def main() -> str | None:
    """Get ready and serve; see :func:`serve`."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        importlib.import_module(name)
    threads = len(list(Path('/proc/self/task').iterdir()))
    if threads > 1:
        sys.exit(f'{threads} threads after the imports: forks would lack them')
    # Objects that are never looked at stay in memory that the children share.
    gc.collect()
    gc.freeze()
    channel.send(b'ready')
    return serve(channel)


if __name__ == '__main__' and (its_script := main()):
    # At the top, so that it ends as any program does.
    runpy.run_path(its_script, run_name='__main__')
