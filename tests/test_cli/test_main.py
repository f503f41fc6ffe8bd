"""The console command."""

import re
import subprocess
import sys

import pytest

import spondylo_mmpose
from spondylo_mmpose.cli.commands import COMMANDS, tool_path
from spondylo_mmpose.cli.main import load_tool, run
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils import shipped
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def own_words(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['spondylo'])


@pytest.mark.parametrize('words', [[], ['--help'], ['-h'], ['help']])
def test_help_names_every_command(words, capsys):
    assert run(words) == 0
    said = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf'^  {command.name} +{command.summary}$', said, re.M)


def test_version(capsys):
    run(['--version'])
    assert spondylo_mmpose.__version__ in capsys.readouterr().out


@pytest.mark.parametrize('command', COMMANDS, ids=lambda one: one.name)
def test_commands_are_tools(command):
    path = tool_path(command)
    assert path.resolve() == ROOT / 'tools' / command.tool
    assert callable(load_tool(command).main)


def test_a_command_has_the_options_of_its_tool(capsys):
    with pytest.raises(SystemExit) as end:
        run(['compare', '--help'])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith('usage: spondylo compare')


def test_words_reach_the_tool(capsys):
    with pytest.raises(SystemExit) as end:
        run(['verify', '--no-such-option'])
    assert end.value.code == 2
    assert 'usage: verify_dataset.py' in capsys.readouterr().err


def test_an_unknown_command_is_one_line():
    with pytest.raises(SpondyloError, match='prdict: no such command; there are predi'):
        run(['prdict'])


def test_a_package_without_its_tools(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, 'PACKAGE', tmp_path / 'spondylo_mmpose')
    with pytest.raises(SpondyloError, match=r'predict\.py: came with neither'):
        tool_path(COMMANDS[0])


def test_the_whole_command_and_its_help_without_torch():
    code = (
        'import sys; from spondylo_mmpose.cli.main import main\n'
        'try: main()\n'
        'except SystemExit as end: print(end.code, "torch" in sys.modules)'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, '--help'], capture_output=True, text=True
    )
    assert done.stdout.endswith('0 False\n')
    done = subprocess.run([sys.executable, '-c', code, 'x'], capture_output=True,
                          text=True)  # fmt: skip
    assert done.stdout == '2 False\n'
    assert done.stderr.startswith('error: x: no such command')


def test_setup_installs_it():
    setup = (ROOT / 'setup.py').read_text()
    (target,) = re.findall(r"'spondylo = ([\w.]+:\w+)'", setup)
    module, _, name = target.partition(':')
    assert callable(getattr(sys.modules[module], name))
