"""``spondylo COMMAND ...``: the same as ``python tools/TOOL.py ...``."""

import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import spondylo_mmpose
from spondylo_mmpose.cli.commands import COMMANDS, Command, tool_path
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.text import aligned


def main() -> None:
    """Run the console command and end the process."""
    run_cli(lambda: run(sys.argv[1:]))


def run(words: Sequence[str]) -> object:
    """Run a command.

    Nothing of a tool is loaded before it is known that this one is wanted.

    Args:
        words: Command line without the program's name.

    Returns:
        What the tool's ``main`` returns.

    Raises:
        SpondyloError: If there is no such command.
    """
    first = words[0] if words else '--help'
    if first in ('-h', '--help', 'help'):
        print(usage())
        return 0
    if first in ('-V', '--version'):
        print(f'spondylo_mmpose {spondylo_mmpose.__version__}')
        return 0
    for command in COMMANDS:
        if command.name == first:
            tool = load_tool(command)
            # Trainings record the command that repeats them; help is for eyes.
            asked = {'-h', '--help'} & set(words)
            name = f'spondylo {first}' if asked else str(tool.__file__)
            sys.argv = [name, *words[1:]]
            return tool.main()
    raise SpondyloError(
        f'{first}: no such command; there are '
        f'{", ".join(command.name for command in COMMANDS)}'
    )


def usage() -> str:
    """What ``spondylo --help`` prints."""
    (rows,) = aligned([(command.name, command.summary) for command in COMMANDS])
    return '\n'.join(
        [
            'usage: spondylo COMMAND ...',
            '',
            *(f'  {row}' for row in rows),
            '',
            'For example: spondylo predict film.jpg --out report',
            '"spondylo COMMAND --help" tells the options of a command, --version the '
            'version.',
            'For research use only: not a medical device, not for diagnosis.',
        ]
    )


def load_tool(command: Command) -> ModuleType:
    """Import a tool's file.

    Raises:
        SpondyloError: If it is not there.
    """
    path = tool_path(command)
    name = f'spondylo_tool_{command.name}'
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SpondyloError(f'{path}: cannot be loaded')
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
