"""What one gets from the box without looking at the film: every model's floor."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import (
    SIDES_SWAPPED,
    FloatArray,
    as_spine,
    hull_boxes,
    infer_facing,
)

MEAN_SHAPE_FLOOR, BOX_CORNERS_FLOOR = 'mean shape', 'box corners'
"""What :func:`floors` calls them."""

BOX_CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=np.float64)
"""The box's own corners, in units of the box."""


def shape_in_box(quad: ArrayLike) -> FloatArray | None:
    """Express a quad in units of its hull box.

    Args:
        quad: ``(4, 2)`` px.

    Returns:
        ``(4, 2)``; (0, 0) is the box's upper left, (1, 1) its lower right corner.
        ``None`` where a corner is missing or the box is flat.
    """
    spine = as_spine(quad)
    x1, y1, x2, y2 = hull_boxes(spine)[0]
    if not np.isfinite(spine).all() or x2 <= x1 or y2 <= y1:
        return None
    return (spine[0] - [x1, y1]) / [x2 - x1, y2 - y1]


def place_in_box(shape: ArrayLike, box: ArrayLike) -> FloatArray:
    """Put a shape in units of the box into a box ``x1, y1, x2, y2`` (px)."""
    box = np.asarray(box, dtype=np.float64)
    return box[:2] + np.asarray(shape, dtype=np.float64) * (box[2:] - box[:2])


def mirror_shape(shape: ArrayLike) -> FloatArray:
    """Mirror a shape in units of the box, sides swapped."""
    return np.asarray(shape, dtype=np.float64)[SIDES_SWAPPED] * [-1, 1] + [1, 0]


@dataclass(frozen=True)
class MeanShape:
    """Mean quad of each level in units of the box, for a film that faces left.

    Knowing level and facing makes the floor higher than a single mean shape would: a
    mean over S1 and L3 resembles neither.

    Attributes:
        by_level: ``(4, 2)`` for each level that was seen.
        overall: ``(4, 2)`` for all others.
    """

    by_level: Mapping[str | None, FloatArray]
    overall: FloatArray

    @classmethod
    def from_coco(cls, contents: Iterable[dict]) -> 'MeanShape':
        """Take the mean over the vertebrae of COCO files.

        Raises:
            SpondyloError: If no vertebra has four corners.
        """
        shapes: dict[str | None, list[FloatArray]] = defaultdict(list)
        for content in contents:
            for film in films_of_coco(content):
                facing, _ = infer_facing(film.corners)
                for quad, level in zip(film.corners, film.levels or (), strict=True):
                    shape = shape_in_box(quad)
                    if shape is not None:
                        right = facing == 'right'
                        shapes[level].append(mirror_shape(shape) if right else shape)
        if not shapes:
            raise SpondyloError('no vertebra with four corners to take a mean from')
        everything = np.concatenate(list(shapes.values()))
        return cls(
            {k: np.mean(v, axis=0) for k, v in shapes.items()}, everything.mean(0)
        )

    def predict(self, records: Iterable[VertebraRecord]) -> list[VertebraRecord]:
        """Replace every prediction by the mean shape of its level in its box.

        The facing is taken from the film's true corners, again in favour of the floor.
        """
        films: dict[str, list[VertebraRecord]] = defaultdict(list)
        for record in records:
            films[record.film_id].append(record)
        predictions = []
        for film in films.values():
            facing, _ = infer_facing([record.true for record in film])
            for record in film:
                shape = self.by_level.get(record.level, self.overall)
                shape = mirror_shape(shape) if facing == 'right' else shape
                quad = place_in_box(shape, record.box)
                predictions.append(replace(record, predicted=quad))
        return predictions


def predict_box_corners(records: Iterable[VertebraRecord]) -> list[VertebraRecord]:
    """Replace every prediction by the corners of its box."""
    return [replace(r, predicted=place_in_box(BOX_CORNERS, r.box)) for r in records]


def floors(
    records: Sequence[VertebraRecord], contents: Sequence[dict]
) -> dict[str, list[VertebraRecord]]:
    """Predictions that need no film, by name.

    Args:
        records: What a model predicted.
        contents: Decoded annotation files, of which the mean shape is taken; without
            them there is none. Those of the films themselves would flatter it.

    Raises:
        SpondyloError: If these hold no vertebra with four corners.
    """
    found = {}
    if contents:
        found[MEAN_SHAPE_FLOOR] = MeanShape.from_coco(contents).predict(records)
    found[BOX_CORNERS_FLOOR] = predict_box_corners(records)
    return found
