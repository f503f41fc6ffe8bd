"""Parse one label file of BUU-LSPINE: an end plate a row, from above."""

import math

from spondylo_mmpose.converters.encodings import OWN
from spondylo_mmpose.converters.labels import (
    LEVEL_FROM_DATASET,
    LabelError,
    RawLabels,
    make_vertebra,
)
from spondylo_mmpose.converters.text_table import number

ROWS = {'ap': 10, 'lateral': 11}
"""End plates of a film: two of L1 to L5; on lateral films the superior one of S1."""

LOWEST = {'ap': 'L5', 'lateral': 'S1'}

CLASSES = range(5)
"""Classes of an end plate that the data set is said to have.

What they mean is told in two ways: 0 normal and 1 affected; or 0 normal, 1 and 2 a
slip to the left and right (frontal films), 3 forward, 4 backward (lateral films). So
they are kept as they are.
"""


def split_rows(content: bytes) -> list[list[str]]:
    """Fields of each row ``x1, y1, x2, y2, class``.

    Raises:
        LabelError: If the file is no text.
    """
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise LabelError(f'no text: {error}') from error
    if '\0' in text:
        raise LabelError('no text: it holds null characters')
    lines = [line.strip() for line in text.splitlines()]
    return [line.split(',') for line in lines if line]


def parse_rows(rows: list[list[str]], view: str) -> RawLabels:
    """Vertebrae of a film.

    Args:
        rows: Of :func:`split_rows`, as many as ``ROWS[view]``.
        view: ``'lateral'`` or ``'ap'``.

    Returns:
        The vertebrae, px. Each has the classes of its end plates as
        ``end_plate_classes``, superior and inferior, ``None`` for an end plate that is
        not labelled or a class that is no whole number from 0 to 4.
    """
    plates = [_points(row) for row in rows]
    classes = [_class(row) for row in rows]
    vertebrae = []
    for first in range(0, len(rows), 2):
        points, pair = plates[first : first + 2], classes[first : first + 2]
        partial = len(points) == 1
        corners = [point for plate in points for point in plate]
        if partial:
            corners += [[math.nan, math.nan, 0.0]] * 2
            pair = [*pair, None]
        vertebra = make_vertebra(first // 2, corners)
        vertebra.partial = partial
        vertebra.extra = {'end_plate_classes': pair}
        if vertebra.fault is None and None in pair[: len(points)]:
            vertebra.label = math.nan  # told of as an unexpected class
        vertebrae.append(vertebra)
    return RawLabels(
        vertebrae,
        OWN,
        # The data set says what the order is; a vote can only agree or not.
        candidates=(OWN,),
        lowest=LOWEST[view],
        level_origin=LEVEL_FROM_DATASET,
        number=len(vertebrae),
    )


def _points(row: list[str]) -> list[list[float] | None]:
    """Left and right end of an end plate, ``None`` where malformed."""
    if len(row) != 5:
        return [None, None]
    values = [number(field) for field in row[:4]]
    return [
        None if x is None or y is None else [x, y] for x, y in (values[:2], values[2:])
    ]


def _class(row: list[str]) -> int | None:
    value = number(row[4]) if len(row) == 5 else None
    return int(value) if value is not None and value in CLASSES else None
