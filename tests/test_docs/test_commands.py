"""Commands on the pages exist, with these options, recipes, settings and files."""

import argparse
import re
import shlex

import pytest

from spondylo_mmpose.engine.cfg_options import CfgOptions
from spondylo_mmpose.engine.launch import load_config
from tests.conftest import ROOT
from tests.test_docs.parsers import (
    TOOLS,
    options,
    parser_of,
    subcommands,
    with_parts,
)
from tests.test_docs.test_pages import DOCS, PAGES

TOOL = re.compile(
    r'(?<![\w/])(tools/(?:benchmarks/)?\w+\.py'
    r'|spondylo (?:predict|serve|convert|verify|train|test|report|compare)\b)'
    r'([^`|\n]*)'
)
OPTION = re.compile(r'(?<![\w-])--[a-z][\w-]*')

# Options on the pages that are not ours.
OTHERS = {
    *('--no-build-isolation', '--no-cache-dir', '--no-deps'),  # pip
    *('--nproc_per_node', '--nnodes', '--node_rank', '--master_addr'),  # torchrun
    *('--master_port', '--standalone'),
    *('--ntasks', '--ntasks-per-node', '--gpus-per-task', '--cpus-per-task'),  # slurm
    '--shm-size',  # docker
}
# Files that pages tell of and that are not in the checkout: the page says so.
ABSENT = {
    'configs/aasce/lumbar_corners_aasce.py',  # Of an earlier commit.
    'configs/tiny_detector.py',  # Of the reader.
}


def text_of(page):
    """A page with the lines of a command joined."""
    return re.sub(r'\\\n\s*', ' ', page.read_text())


def commands(page):
    """Tools on a page, each with the words behind it."""
    for tool, words in TOOL.findall(text_of(page)):
        yield tool, words.partition(' #')[0]


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_options_of_commands_are_those_of_the_tools(page):
    for tool, words in commands(page):
        parser = parser_of(tool)
        unknown = set(OPTION.findall(words)) - options(parser)
        assert not unknown, f'{tool}: {unknown}'
        first = re.match(r' ([a-z][\w-]*)(?= |$)', words)
        if first and subcommands(parser):
            assert first[1] in subcommands(parser), f'{tool}{words}'


def test_other_options_are_of_some_tool():
    known = OTHERS.union(*(options(parser_of(tool)) for tool in TOOLS))
    for page in PAGES:
        assert set(OPTION.findall(page.read_text())) <= known, page.name


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_files_and_targets_are_there(page):
    text = text_of(page)
    named = re.findall(
        r'(?<![\w/.])(?:configs|docs|spondylo_mmpose|tests|tools)/[\w/]+(?:\.\w+)+',
        text,
    )
    for path in set(named) - ABSENT:
        assert (ROOT / path).exists(), path
    targets = re.findall(r'^([a-z-]+):', (ROOT / 'Makefile').read_text(), re.M)
    typed = re.findall(r'(?:^    |`)make ([a-z-]+)', text, re.M)
    assert set(typed) <= set(targets)


def test_settings_in_commands_are_those_of_their_recipes():
    checked = 0
    for page in PAGES:
        for tool, words in commands(page):
            recipe = re.search(r'configs/[\w/]+\.py', words)
            given = re.search(r'--cfg-options (.*)', words)
            if not recipe or not given or '$' in given[1]:
                continue
            parser = argparse.ArgumentParser()
            parser.add_argument('--cfg-options', nargs='+', action=CfgOptions)
            asked = parser.parse_known_args(['--cfg-options', *shlex.split(given[1])])
            before = load_config(ROOT / recipe[0])
            for name in asked[0].cfg_options:
                assert is_set(before, name), f'{tool}{words}: {name}'
                checked += 1
    assert checked > 5


def is_set(node, name):
    """Whether a recipe has a setting, or the part that a setting would be added to."""
    *folders, _ = name.partition('.pipeline_changes.')[0].split('.')
    for part in folders:
        node = node[int(part)] if isinstance(node, list) else node.get(part, {})
    return bool(node)


@pytest.mark.parametrize('tool', TOOLS)
def test_help_tells_of_every_option_and_its_default(tool):
    for parser in with_parts(parser_of(tool)):
        for action in parser._actions:
            name = '/'.join(action.option_strings) or action.dest
            assert action.help or action.choices, f'{tool} {name}: no help'
            if action.option_strings and action.nargs != 0 and action.default:
                said = action.help or ''
                told = ('default', str(action.default))
                assert any(word in said for word in told), f'{tool} {name}: default?'


def test_the_index_names_every_tool():
    index = (DOCS / 'README.md').read_text()
    ours = [tool for tool in TOOLS if 'benchmarks' not in tool]
    assert [tool for tool in ours if tool not in index] == []
