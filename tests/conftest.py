"""Fixtures shared by all tests."""

import os
import signal
import sys
from pathlib import Path

# One thread for each test, as in `make test`: a tool that is forked from a process with
# more would add numbers in another order than one that starts afresh. Before torch.
os.environ.setdefault('OMP_NUM_THREADS', '1')

import pytest
from hypothesis import HealthCheck, settings

from spondylo_mmpose.phantom.writer import write_phantoms
from tests.browser import browser, find_browser
from tests.tool_runner import ROOT as ROOT
from tests.tool_runner import ToolRunner

# How long an example takes says something of the machine, not of the code.
settings.register_profile(
    'spondylo', deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile('spondylo')


def pytest_configure() -> None:
    """Hear Ctrl-C even where a shell started the tests in its background.

    Such a shell has its children ignore it, and they theirs; some tests interrupt
    what they start.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that no process waits for the last of them alone."""
    items.sort(key=lambda item: 'test_tools' not in item.path.parts)


@pytest.fixture(scope='session')
def real_data() -> Path:
    """Folder of the real films; skips the test, saying so, when it is not given."""
    folder = os.environ.get('SPONDYLO_REAL_DATA')
    if not folder:
        pytest.skip('SPONDYLO_REAL_DATA is not set: no real films to test on')
    path = Path(folder)
    assert path.is_dir(), f'SPONDYLO_REAL_DATA={folder} is no folder'
    return path


@pytest.fixture(scope='session')
def phantoms(tmp_path_factory) -> Path:
    """Five phantoms as a converted data set, to read; who changes them copies them."""
    root = tmp_path_factory.mktemp('phantoms') / 'coco'
    write_phantoms(root, 5, seed=8, layout='coco', workers=1)
    return root


@pytest.fixture(autouse=True)
def own_scope():
    """Forget the registry scope of a run, under which others would find other parts."""
    yield
    if default_scope := sys.modules.get('mmengine.registry.default_scope'):
        default_scope.DefaultScope._instance_dict.clear()


@pytest.fixture
def one_thread():
    """Run torch on one thread: several get in the way of the data workers."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope='module')
def tab(tmp_path_factory):
    """A tab of a browser; the test is skipped where there is none."""
    find_browser()
    with browser(tmp_path_factory.mktemp('browser') / 'profile') as opened:
        yield opened


@pytest.fixture(scope='session')
def run_tool():
    """Run one of the real tools in a process of its own, forked or `run_tool.fresh`."""
    runner = ToolRunner()
    yield runner
    runner.close()
