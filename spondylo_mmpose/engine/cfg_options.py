"""``--cfg-options NAME=VALUE``: parsed and checked."""

import argparse
import difflib
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from spondylo_mmpose.errors import SpondyloError

READ = frozenset(
    {
        *inspect.signature(Runner.__init__).parameters,
        # The Runner looks these up in the config.
        *('activation_checkpointing', 'compile', 'efficient_conv_bn_eval'),
        *('find_unused_parameters', 'model_wrapper_cfg', 'sync_bn'),
        # And this package.
        *('custom_imports', 'data_root', 'from_scratch', 'passes', 'pretrained_credit'),
    }
    - {'self', 'cfg'}
)
"""First parts of the names that are read once a recipe is; all else in it is spent."""


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
        SpondyloError: If the first part of a name is read neither by mmengine's Runner
            nor by this package: it is misspelt, or a variable of the recipe, which put
            its value into settings when it was read.
    """
    for option in options:
        name = option.split('.')[0]
        if name in READ:
            continue
        if name in config:
            places = _places(config, option) or [
                'the setting that it went into; tools/print_config.py CONFIG prints all'
            ]
            raise SpondyloError(
                f'--cfg-options {option}: {name} is a variable that the recipe has '
                f'used up already; change {", ".join(places[:4])}'
                f'{", ..." if places[4:] else ""}'
            )
        near = difflib.get_close_matches(name, READ, 1)
        hint = f'; did you mean {near[0]}?' if near else ''
        raise SpondyloError(
            f'--cfg-options {option}: the config has no setting {name}{hint}'
        )


def _places(config: Config, option: str) -> list[str]:
    """Settings that have the value of a variable, and are called like it."""
    *parts, last = option.split('.')
    value: Any = config
    for part in [*parts, last]:
        value = value.get(part) if isinstance(value, (dict, Config)) else None
    if value is None:
        return []
    return [
        path
        for name in sorted(READ.intersection(config))
        for path, key, found in _nodes(name, name, config[name])
        if type(found) is type(value) and found == value
        # Numbers and words are alike by chance.
        if f'_{last}'.endswith(f'_{key}') or (isinstance(value, (dict, list)) and value)
    ]


def _nodes(path: str, key: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Dotted name, last name and value of a setting and all that is in it."""
    yield path, key, value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _nodes(f'{path}.{name}', name, child)
    elif isinstance(value, (list, tuple)):
        for place, child in enumerate(value):
            yield from _nodes(f'{path}.{place}', key, child)
