"""Dataclasses out of decoded JSON, checked field by field."""

import dataclasses
import math
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

LATER = types.MappingProxyType({'later': True})
"""Metadata of a field that files of earlier versions do not have."""


def without_later(value: Any) -> Any:
    """A dataclass as nested ``dict``, without later fields that have their default.

    So a value read from a file of an earlier version stays what it was.
    """
    if dataclasses.is_dataclass(value):
        return {
            field.name: without_later(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.metadata != LATER or getattr(value, field.name) != field.default
        }
    if isinstance(value, Mapping):
        return {key: without_later(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_later(item) for item in value]
    return value


def from_plain(kind: Any, value: Any, at: str, strict: bool = True) -> Any:
    """Make a value of a type out of what JSON gave.

    Args:
        kind: Dataclass, ``str``, ``int``, ``float``, ``bool``, ``Literal``, a union,
            ``tuple`` of known or any length, or ``Mapping[str, ...]``.
        value: Decoded JSON.
        at: Where it stands, for messages.
        strict: Refuse unknown fields, since a misspelt one would be passed over.

    Raises:
        ValueError: One line that says what is wrong where.
    """
    origin = get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _object(kind, value, at, strict)
    if origin in (Union, types.UnionType):
        return _union(kind, value, at, strict)
    if origin is Literal:
        if value not in get_args(kind):
            choices = ', '.join(map(repr, get_args(kind)))
            raise ValueError(f'{at} is {value!r:.40}, not one of {choices}')
        return value
    if origin is tuple:
        return _tuple(get_args(kind), value, at, strict)
    if origin is Mapping or origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f'{at} is no object')
        item = get_args(kind)[1]
        return {
            k: from_plain(item, v, f'{at}.{k:.40}', strict) for k, v in value.items()
        }
    return _plain(kind, value, at)


def _object(kind: Any, value: Any, at: str, strict: bool) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f'{at} is no object')
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(value) - set(fields))
    if strict and unknown:
        raise ValueError(f'{at} has an unknown field {unknown[0]!r:.60}')
    missing = [name for name in fields if name not in value]
    if needed := [name for name in missing if fields[name].metadata != LATER]:
        raise ValueError(f'{at} lacks {needed[0]!r}')
    return kind(
        **{
            n: from_plain(hints[n], value[n], f'{at}.{n}', strict)
            for n in fields
            if n in value
        }
    )


def _union(kind: Any, value: Any, at: str, strict: bool) -> Any:
    choices = [one for one in get_args(kind) if one is not type(None)]
    if value is None:
        if len(choices) == len(get_args(kind)):
            raise ValueError(f'{at} is null')
        return None
    return from_plain(choices[0], value, at, strict)


def _tuple(kinds: tuple[Any, ...], value: Any, at: str, strict: bool) -> Any:
    if not isinstance(value, list):
        raise ValueError(f'{at} is no list')
    if kinds[1:] == (...,):
        kinds = kinds[:1] * len(value)
    if len(value) != len(kinds):
        raise ValueError(f'{at} has {len(value)} entries instead of {len(kinds)}')
    return tuple(
        from_plain(kind, one, f'{at}[{place}]', strict)
        for place, (kind, one) in enumerate(zip(kinds, value, strict=True))
    )


def _plain(kind: Any, value: Any, at: str) -> Any:
    if kind is float and type(value) in (int, float):
        # A whole number may be too large for a float.
        if not abs(value) < 1e30 or not math.isfinite(value):
            raise ValueError(f'{at} is a number without bounds')
        return float(value)
    if type(value) is not kind:
        raise ValueError(f'{at} is {value!r:.40}, no {kind.__name__}')
    return value
