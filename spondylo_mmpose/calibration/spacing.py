"""What a calibration of one film ends with."""

import math
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from spondylo_mmpose.converters.coco import Film

PLAUSIBLE_MM = (0.01, 5.0)
"""Spacings outside are of another unit: detectors have 0.05 to 0.4 mm, a film made
small for the screen up to 2 mm."""


@dataclass(frozen=True)
class Spacing:
    """A known pixel spacing.

    Attributes:
        mm: ``(x, y)`` mm per px of the stored image.
        origin: Where it comes from.
    """

    mm: tuple[float, float]
    origin: str


@dataclass(frozen=True)
class Estimate:
    """A pixel spacing that was inferred, never to be taken for a known one.

    Attributes:
        mm: ``(x, y)`` mm per px of the stored image.
        error_percent: Standard deviation of its error, percent.
        method: How it was inferred.
    """

    mm: tuple[float, float]
    error_percent: float
    method: str

    def as_dict(self) -> dict[str, Any]:
        """Value of ``pixel_spacing_estimate`` in the image entry."""
        return {
            'mm': list(self.mm),
            'error_percent': self.error_percent,
            'method': self.method,
        }


@dataclass(frozen=True)
class Refusal:
    """Why a film got none.

    Attributes:
        reason: The same words for the same cause, so that films can be counted.
        detail: What is special about this film.
    """

    reason: str
    detail: dict[str, Any] = field(default_factory=dict)


Outcome = Spacing | Estimate | Refusal


class Method(ABC):
    """A way to calibrate."""

    def prepare(self, films: Sequence[Film]) -> None:  # noqa: B027
        """Learn which films there are, before the first of them is calibrated."""

    @abstractmethod
    def __call__(self, film: Film, path: Path) -> Outcome:
        """Calibrate one film.

        Args:
            film: The film.
            path: Its image.
        """


def namesakes(films: Sequence[Film]) -> set[str]:
    """Paths of films that have their file name in common with another one.

    Copies of one film (of the same group) do not count: what holds for one holds for
    the other.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for film in films:
        groups[_stem(film)].add(film.group_or_self)
    return {film.file_name for film in films if len(groups[_stem(film)]) > 1}


def is_plausible(mm: Sequence[float]) -> bool:
    """Whether two numbers can be the spacing of a radiograph in mm."""
    low, high = PLAUSIBLE_MM
    return len(mm) == 2 and all(math.isfinite(v) and low <= v <= high for v in mm)


def resized(
    mm: tuple[float, float], old: tuple[int, int], new: tuple[int, int]
) -> tuple[float, float]:
    """Spacing after the image was resized, each axis by its own factor.

    Args:
        mm: ``(x, y)`` mm per px before.
        old: ``(width, height)`` px before.
        new: ``(width, height)`` px after.
    """
    return mm[0] * old[0] / new[0], mm[1] * old[1] / new[1]


def _stem(film: Film) -> str:
    return PurePosixPath(film.file_name).stem
