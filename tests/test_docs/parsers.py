"""The command lines that tools accept, asked of the tools themselves."""

import argparse
import runpy
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

from spondylo_mmpose.cli.commands import COMMANDS, tool_path
from tests.conftest import ROOT

TOOLS = sorted(
    str(path.relative_to(ROOT))
    for folder in ('tools', 'tools/benchmarks')
    for path in (ROOT / folder).glob('*.py')
)


class Found(BaseException):
    """Carries a parser out of a tool that is about to read its command line."""


@cache
def parser_of(tool: str) -> argparse.ArgumentParser:
    """The parser of a tool; nothing of the tool runs beyond it.

    Args:
        tool: Its path in the checkout, ``tools/train.py``, or ``spondylo COMMAND``.
    """
    by_name = {f'spondylo {c.name}': tool_path(c) for c in COMMANDS}
    path = Path(by_name.get(tool, ROOT / tool))

    def found(self: argparse.ArgumentParser, *args: object) -> None:
        raise Found(self)

    # Tools import what lies beside them.
    beside = [str(path.parent), *sys.path]
    with (
        patch.object(argparse.ArgumentParser, 'parse_args', found),
        patch.object(sys, 'path', beside),
    ):
        try:
            runpy.run_path(str(path))['main']()
        except Found as carried:
            return carried.args[0]
    raise AssertionError(f'{tool} reads no command line')


def with_parts(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of its subcommands."""
    yield parser
    for part in subcommands(parser).values():
        yield from with_parts(part)


def subcommands(
    parser: argparse.ArgumentParser,
) -> dict[str, argparse.ArgumentParser]:
    """Parsers of the subcommands by name; without them nothing."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options(parser: argparse.ArgumentParser) -> set[str]:
    """All options that a tool and its subcommands know."""
    return {
        name
        for part in with_parts(parser)
        for action in part._actions
        for name in action.option_strings
    }
