"""Checks of decoded JSON that comes from others; each fault is one line."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.spine.anatomy import FloatArray


def is_whole(value: Any, least: int = -(2**62)) -> bool:
    """Whether a value is a whole number that an array of integers can hold."""
    return type(value) is int and least <= value < 2**62


def objects(value: Any, at: str) -> Sequence[Mapping[str, Any]]:
    """A list of objects.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(value, list):
        raise ValueError(f'{at}: not a list')
    for place, entry in enumerate(value, 1):
        if not isinstance(entry, dict):
            raise ValueError(f'{at}: entry {place} is no object')
    return value


def numbers(value: Any, number: int, at: str) -> FloatArray:
    """A list of so many finite numbers.

    Raises:
        ValueError: If it is none.
    """
    if (
        not isinstance(value, list)
        or len(value) != number
        or not all(type(item) in (int, float) for item in value)
    ):
        raise ValueError(f'{at}: not {number} numbers')
    # A whole number may be too large for a float.
    if not all(abs(item) < 1e30 for item in value):
        raise ValueError(f'{at}: a number without bounds')
    return np.array(value, dtype=np.float64)


def score_of(value: Any, at: str) -> float:
    """A confidence; NaN for ``null``.

    Raises:
        ValueError: If it is no number between 0 and 1.
    """
    if value is None:
        return float('nan')
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError(f'{at}: score is {value!r:.40}, no number between 0 and 1')
    return float(value)


def text_or_none(value: Any, at: str) -> str | None:
    """A text, or nothing.

    Raises:
        ValueError: If it is anything else.
    """
    if value is not None and not isinstance(value, str):
        raise ValueError(f'{at}: is no text')
    if value is not None and any('\ud800' <= sign <= '\udfff' for sign in value):
        raise ValueError(f'{at}: holds half a sign')  # it could not be written again
    return value


def check_keys(
    entry: Mapping[str, Any], known: set[str], strict: bool, at: str
) -> None:
    """Refuse unknown fields: one that is misspelt would be passed over.

    Args:
        entry: The object.
        known: Fields it may have.
        strict: Whether to; files of a later minor version may have more.
        at: Where it stands.

    Raises:
        ValueError: If it has another one.
    """
    if strict and (others := sorted(set(entry) - known)):
        raise ValueError(
            f'{at} has an unknown field {others[0]!r:.60}; known are '
            f'{", ".join(sorted(known))}'
        )


def box_ids(ids: Sequence[Any], given: bool, at: str) -> list[int] | None:
    """Ids of the vertebrae whose boxes were given on one film.

    Args:
        ids: What each vertebra of the film says.
        given: Whether boxes were given.
        at: Where the film stands.

    Returns:
        The ids, or ``None`` where no boxes were given.

    Raises:
        ValueError: If one misses, stands twice, or should not be there.
    """
    if not given:
        if any(value is not None for value in ids):
            raise ValueError(
                f'{at} has an annotation_id; with these goes "given_boxes": true'
            )
        return None
    if not all(is_whole(value) for value in ids):
        raise ValueError(
            f'{at} has a vertebra without the annotation_id of the box it was given'
        )
    if len(set(ids)) < len(ids):
        raise ValueError(f'{at} has an annotation_id twice')
    return list(ids)
