"""How S1 is labelled: phantoms beside the data set's table of boxes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.phantom.film import make_truth
from spondylo_mmpose.phantom.statistics import family_of, training_films
from spondylo_mmpose.spine.anatomy import FloatArray, hull_boxes

SHAPES = ('width', 'height', 'backward', 'below')
"""Of S1: size in terms of the median of the next three vertebrae; how far the mean of
its corners lies from the centre of its box, in terms of the box."""

FAMILIES = ('buu_json', 'honduran')
"""Kinds of films whose boxes are hulls of the corners."""

_COLUMNS = ('kp_mean_x', 'box_x1', 'box_y1', 'box_x2', 'box_y2')
_LEAST = 4
_BORDER = 639 - 2


def shape_of_lowest(boxes: FloatArray, means: FloatArray) -> FloatArray | None:
    """Tell the shape of the lowest vertebra.

    Args:
        boxes: ``(N, 4)`` hulls of vertebrae from the lowest upward, px of 640.
        means: ``(N, 2)`` means of their corners, px.

    Returns:
        :data:`SHAPES`; ``None`` with fewer than four vertebrae, where one of the lowest
        four is flat, or where the lowest reaches the border.
    """
    if len(boxes) < _LEAST:
        return None
    size = boxes[:_LEAST, 2:] - boxes[:_LEAST, :2]
    at_border = boxes[0].min() < 2 or boxes[0].max() > _BORDER
    if at_border or (size <= 0).any():
        return None
    off = (means[0] - (boxes[0, :2] + boxes[0, 2:]) / 2) / size[0]
    # S1 lies behind L5.
    backward = 1 if means[1, 0] < means[0, 0] else -1
    typical = np.median(size[1:], axis=0)
    return np.array([*(size[0] / typical), backward * off[0], off[1]])


def table_shapes(path: str | Path) -> dict[str, FloatArray]:
    """Shapes of S1 in the training films of the data set's table.

    Args:
        path: CSV with ``filename, split, box_x1 ... box_y2, kp_mean_x, kp_mean_y``.

    Returns:
        ``(films, 4)`` by family, of :data:`FAMILIES`.

    Raises:
        SpondyloError: If it is no such table.
    """
    return _by_family(
        (family_of(name), shape_of_lowest(rows[:, 2:], rows[:, 1::-1]))
        for name, rows in training_films(path, _COLUMNS)
    )


def phantom_shapes(number: int, seed: int) -> dict[str, FloatArray]:
    """The same of so many phantoms, whose corners are rounded as labels are."""

    def shapes() -> Iterable[tuple[str, FloatArray | None]]:
        for index in range(number):
            truth = make_truth(seed, index)
            corners = np.round(truth.corners)
            yield truth.family, shape_of_lowest(hull_boxes(corners), corners.mean(1))

    return _by_family(shapes())


def _by_family(
    shapes: Iterable[tuple[str, FloatArray | None]],
) -> dict[str, FloatArray]:
    found: dict[str, list[FloatArray]] = {name: [] for name in FAMILIES}
    for family, shape in shapes:
        if family in found and shape is not None:
            found[family].append(shape)
    return {
        name: np.array(rows).reshape(-1, len(SHAPES)) for name, rows in found.items()
    }


def shape_table(sets: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> str:
    """Median and half of the middle 68 % of each shape as Markdown.

    Args:
        sets: By name of the set, shapes by family.
    """
    lines = [
        f'| S1 | films | {" | ".join(SHAPES)} |',
        '|---|' + '---|' * (1 + len(SHAPES)),
    ]
    for family in FAMILIES:
        for name, shapes in sets.items():
            rows = shapes[family]
            if not len(rows):
                lines.append(f'| {family}, {name} | 0 |{" - |" * len(SHAPES)}')
                continue
            low, middle, high = np.quantile(rows, (0.16, 0.5, 0.84), axis=0)
            cells = [
                f'{m:.3f} ± {(h - w) / 2:.3f}'
                for w, m, h in zip(low, middle, high, strict=True)
            ]
            lines.append(f'| {family}, {name} | {len(rows)} | {" | ".join(cells)} |')
    return '\n'.join(lines)
