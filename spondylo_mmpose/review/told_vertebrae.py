"""What became of each vertebra of a report in the hands of a person."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.pairs import DECIMALS, outside_film
from spondylo_mmpose.film_report.review_facts import ReviewedVertebra, VertebraStatus
from spondylo_mmpose.film_report.spine_report import Point, SpineReport, Vertebra
from spondylo_mmpose.spine.anatomy import FloatArray, hull_boxes

MOST = 40
"""No film shows more vertebrae."""


@dataclass(frozen=True, eq=False)
class ToldVertebra:
    """A vertebra that a person left in a report.

    Attributes:
        order: Its place now.
        model: The same vertebra as the model found it; ``None`` for an added one.
        corners: ``(4, 2)`` px; NaN for one that nobody placed.
    """

    order: int
    model: Vertebra | None
    corners: FloatArray

    @property
    def moved(self) -> tuple[bool, bool, bool, bool]:
        """Corners that are not where the model put them."""
        if self.model is None:
            return True, True, True, True
        pairs = zip(_points(self.corners), self.model.corners, strict=True)
        a, b, c, d = (now != before for now, before in pairs)
        return a, b, c, d

    @property
    def disputed(self) -> tuple[bool, bool, bool, bool] | None:
        """Corners in dispute that the person left where they were."""
        if self.model is None or self.model.disputed is None:
            return None
        pairs = zip(self.model.disputed, self.moved, strict=True)
        a, b, c, d = (before and not moved for before, moved in pairs)
        return a, b, c, d

    @property
    def status(self) -> VertebraStatus:
        """What became of it."""
        if self.model is None:
            return 'added'
        return 'corrected' if any(self.moved) else 'accepted'

    @property
    def facts(self) -> ReviewedVertebra:
        """As the review tells it."""
        before = None if self.model is None else self.model.order
        return ReviewedVertebra(self.order, self.status, before, self.moved)

    def vertebra(
        self, level: str | None, origin: str, observer_std: float | None
    ) -> Vertebra:
        """As the report tells it.

        Args:
            level: Its level now.
            origin: Where that comes from.
            observer_std: Of a corner that the person placed, px.
        """
        why: dict[str, str] = {}
        values: dict[str, Any] = {}
        for name, placed in (('corner_std', observer_std), ('corner_scores', None)):
            values[name], reason = self._merged(name, placed)
            if reason:
                why[name] = reason
        for name in ('score', 'presence'):
            values[name] = None if self.model is None else getattr(self.model, name)
            if values[name] is None:
                why[name] = self._reason(name)
        if self.disputed is None and (reason := self._reason('disputed')):
            why['disputed'] = reason
        points = _points(self.corners)
        if None in points:
            why['corners'] = reasons.NOT_TOLD
        box = hull_boxes(self.corners)[0]
        if not np.isfinite(box).all():
            why['hull_box'] = reasons.NO_CORNERS
        if level is None:
            why['level'] = reasons.NO_NAME
        return Vertebra(
            order=self.order,
            level=level,
            level_origin=origin,
            corners=points,  # type: ignore[arg-type]
            hull_box=None if 'hull_box' in why else tuple(box.tolist()),
            reasons=why,
            disputed=self.disputed,
            **values,
        )

    def _merged(self, name: str, placed: float | None) -> tuple[Any, str]:
        """The model's values with those of placed corners, and why some are missing."""
        told = None if self.model is None else getattr(self.model, name)
        before = told or (None,) * 4
        values = [
            placed if moved else value
            for moved, value in zip(self.moved, before, strict=True)
        ]
        reason = self._reason(name) if None in values else ''
        return (None if values == [None] * 4 else tuple(values)), reason

    def _reason(self, name: str) -> str:
        if self.model is None:
            return reasons.PLACED
        return self.model.reasons.get(name, reasons.PLACED if any(self.moved) else '')


def told_vertebrae(origin: SpineReport, told: SpineReport) -> list[ToldVertebra]:
    """Bring the vertebrae of a corrected report together with those of the model.

    Args:
        origin: What was reviewed.
        told: What a person made of it, with its review.

    Raises:
        SpondyloError: If they cannot come from it.
    """
    assert told.review is not None
    facts = told.review.vertebrae
    orders = [one.order for one in told.vertebrae]
    if orders != [one.order for one in facts]:
        raise SpondyloError('review.vertebrae are not those of the report')
    if orders and (orders[0] != 0 or orders != sorted(set(orders))):
        raise SpondyloError('the places of the vertebrae do not rise from 0')
    if len(orders) > MOST or (orders and orders[-1] > MOST):
        raise SpondyloError(f'{len(orders)} vertebrae; no film shows that many')
    by_order = {one.order: one for one in origin.vertebrae}
    known = [one.model_order for one in facts if one.model_order is not None]
    if len(known) != len(set(known)) or not set(known) <= by_order.keys():
        raise SpondyloError('review.model_order names no vertebra of the model, or two')
    merged = []
    for vertebra, fact in zip(told.vertebrae, facts, strict=True):
        model = None if fact.model_order is None else by_order[fact.model_order]
        one = ToldVertebra(vertebra.order, model, _corners(vertebra))
        _check(one, told)
        merged.append(one)
    return merged


def _check(one: ToldVertebra, told: SpineReport) -> None:
    moved = np.array(one.moved)
    if not np.isfinite(one.corners[moved]).all():
        raise SpondyloError(f'vertebra {one.order}: a corner of it has no place')
    if outside_film(one.corners[moved], told.film).any():
        raise SpondyloError(f'vertebra {one.order}: a corner lies outside the film')


def _corners(vertebra: Vertebra) -> FloatArray:
    lost = (np.nan, np.nan)
    return np.round([lost if p is None else p for p in vertebra.corners], DECIMALS)


def _points(corners: FloatArray) -> tuple[Point | None, ...]:
    return tuple((p[0], p[1]) if p[0] == p[0] else None for p in corners.tolist())
