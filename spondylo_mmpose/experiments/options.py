"""Options that a series hands on to the trainings and tests in it."""

import argparse
from collections.abc import Sequence
from typing import Any

from spondylo_mmpose.engine.cfg_options import CfgOptions
from spondylo_mmpose.engine.device import DEVICES
from spondylo_mmpose.engine.training_options import add_training_options


class KeptCfgOptions(CfgOptions):
    """``--cfg-options`` that keeps what was typed as well, to hand it on."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Parse the options; the typed ones become ``typed_cfg_options``."""
        typed = [str(value) for value in values or ()]
        super().__call__(parser, namespace, values, option_string)
        kept = getattr(namespace, 'typed_cfg_options', None) or []
        namespace.typed_cfg_options = [*kept, *typed]


def training_parser() -> argparse.ArgumentParser:
    """Parser of the options that are handed on, to be the parent of a tool's."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group('handed on to tools/train.py')
    add_training_options(group)  # type: ignore[arg-type]
    group.add_argument(
        '--device',
        choices=DEVICES,
        default='auto',
        help='compute on this; auto (default) takes a GPU where there is one',
    )
    group.add_argument(
        '--cfg-options',
        nargs='+',
        action=KeptCfgOptions,
        metavar='NAME=VALUE',
        help='override settings of all recipes, in trainings and tests',
    )
    return parser


def handed_on(args: argparse.Namespace) -> dict[str, Any]:
    """Options of a series that its results depend on.

    Args:
        args: Parsed by a tool whose parser has :func:`training_parser` as a parent.

    Returns:
        Name and value of those that were given; ``cfg_options`` as typed.
    """
    defaults = vars(training_parser().parse_args([]))
    given: dict[str, Any] = {
        name: getattr(args, name)
        for name in sorted(defaults.keys() - {'resume', 'cfg_options'})
        if getattr(args, name) != defaults[name]
    }
    if typed := getattr(args, 'typed_cfg_options', None):
        given['cfg_options'] = list(typed)
    return given


def command_line(options: dict[str, Any]) -> list[str]:
    """Options as a tool's command line.

    Args:
        options: From :func:`handed_on`.
    """
    line: list[str] = []
    for name, value in options.items():
        line.append('--' + name.replace('_', '-'))
        if isinstance(value, list):
            line += value
        elif value is not True:
            line.append(str(value))
    return line
