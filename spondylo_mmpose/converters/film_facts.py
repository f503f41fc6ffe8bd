"""What the fields of a film's image entry may hold, beside its name and size."""

import math
from collections.abc import Mapping
from typing import Any

_TEXTS = ('patient_id', 'group', 'source', 'pixel_spacing_origin')
_CHOICES = {'sex': ('M', 'F'), 'view': ('lateral', 'ap')}
_PAIRS = ('pixel_spacing_mm', 'original_size')
_OLDEST = 150  # years


def fact_fault(key: str, value: Any) -> str | None:
    """Why a value cannot be what its field says.

    Args:
        key: Field of an image entry of the COCO contract.
        value: Its value; ``None`` stands for "not known" and is sound.

    Returns:
        The end of a sentence that begins with the field, ``None`` for a sound value
        and for a field that the contract does not name.
    """
    if value is None:
        return None
    if key in _TEXTS:
        return None if isinstance(value, str) else 'is no text'
    if key in _CHOICES:
        choices = _CHOICES[key]
        return None if value in choices else f'is none of {", ".join(choices)}'
    if key == 'age':
        sound = type(value) is int and 0 <= value < _OLDEST
        return None if sound else f'is no number of years below {_OLDEST}'
    if key in _PAIRS:
        return None if _is_pair(value) else 'is not two numbers above 0'
    if key == 'pixel_spacing_estimate':
        sound = (
            isinstance(value, Mapping)
            and _is_pair(value.get('mm'))
            and _is_positive(value.get('error_percent'))
        )
        return None if sound else 'has not a spacing "mm" and its "error_percent"'
    return None


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(_is_positive(v) for v in value)
    )


def _is_positive(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < math.inf
