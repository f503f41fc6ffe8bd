"""``--cfg-options NAME=VALUE``: parsed and checked."""

import argparse
import difflib
import inspect
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from spondylo_mmpose.errors import SpondyloError


class CfgOptions(DictAction):
    """mmengine's ``DictAction`` that says what is wrong with an option."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Parse the options; a malformed one ends the program as argparse does."""
        for value in values or ():
            if not value.partition('=')[0] or '=' not in value:
                parser.error(f'{option_string} {value}: write NAME=VALUE')
        try:
            super().__call__(parser, namespace, values, option_string)
        except (ValueError, AssertionError) as error:
            parser.error(f'{option_string} {values}: cannot be read ({error})')


def check_names(config: Config, options: dict) -> None:
    """Refuse a name that nothing would ever read; mmengine takes it in silence.

    Args:
        config: Before the options are applied.
        options: Dotted names and values.

    Raises:
        SpondyloError: If the first part of a name is neither in the config nor an
            argument of mmengine's Runner.
    """
    known = {*config, *inspect.signature(Runner.__init__).parameters}
    for option in options:
        name = option.split('.')[0]
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f'; did you mean {near[0]}?' if near else ''
            raise SpondyloError(
                f'--cfg-options {option}: the config has no setting {name}{hint}'
            )
