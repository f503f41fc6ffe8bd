import subprocess
import sys

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.folder_lock import alone_in, if_left

HOLD = """
import sys
from spondylo_mmpose.utils.folder_lock import alone_in, if_left
with alone_in(sys.argv[1]):
    print('held', flush=True)
    sys.stdin.read()
"""


def test_one_program_at_a_time(tmp_path):
    other = subprocess.Popen(
        [sys.executable, '-c', HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout.readline() == 'held\n'
        held = pytest.raises(SpondyloError, match=f'{tmp_path}: another program')
        with held, alone_in(tmp_path):
            raise AssertionError('held twice')
    finally:
        other.kill()
        other.wait()
        other.stdin.close()
        other.stdout.close()
    # However it ended.
    with alone_in(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_it_is_let_go_after_an_error(tmp_path):
    with pytest.raises(KeyError), alone_in(tmp_path):
        raise KeyError
    with alone_in(tmp_path):
        pass


def test_what_was_left_behind_is_what_nobody_holds(tmp_path):
    with alone_in(tmp_path), if_left(tmp_path) as left:
        assert not left
    with if_left(tmp_path) as left:
        assert left
        with pytest.raises(SpondyloError), alone_in(tmp_path):
            pass
    with alone_in(tmp_path):
        pass
