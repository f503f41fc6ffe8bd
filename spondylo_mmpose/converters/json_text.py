"""Decode JSON that may be damaged."""

import json
from typing import Any


def decode_json(content: bytes) -> Any:
    """Decode JSON.

    NaN is let in, so that it costs one vertebra and not the film. A key that an object
    has twice is not: two objects have run into one, and one of them would be lost.

    Args:
        content: UTF-8, with or without a byte order mark.

    Raises:
        ValueError: One line: why it cannot be read.
    """
    try:
        return json.loads(content.decode('utf-8-sig'), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'not JSON: {error}') from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f'an object has the key {twice[:40]!r} twice')
    return found
