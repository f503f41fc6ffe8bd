"""What a network finds on one film, whichever network and whatever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.film_report.model_facts import ModelFacts
from spondylo_mmpose.spine.anatomy import FloatArray, order_upward


@dataclass(frozen=True, eq=False)
class FoundVertebrae:
    """Vertebrae of one film.

    Attributes:
        corners: ``(N, 4, 2)`` px of the film in the order of ``anatomy.CORNERS``; NaN
            for a corner that was not found.
        scores: ``(N,)`` in [0, 1]: how sure it is that there is a vertebra; NaN where
            the model gives none.
        corner_scores: ``(N, 4)``; their scale differs from head to head.
        corner_std: ``(N, 4)`` standard deviations, px of the film, as the model says
            them.
        presence: ``(N,)`` in [0, 1], of models with a presence of their own.
        slots: ``(N,)`` places counted upward from S1, of models that name vertebrae.
        disputed: ``(N, 4)``, whether the model that found the vertebra places a corner
            elsewhere, see :mod:`.disputes`; ``None`` where one model does it all.
        finder_corners: ``(N, 4, 2)`` px, the corners as the model that found the
            vertebra places them; ``None`` where one model does it all.
        turned: What the same model found on the film turned by 180 degrees, from the
            lowest vertebra upward; ``None`` where it did not look.
        std_origin: How the model made ``corner_std``; ``None`` where it does not say.
    """

    corners: FloatArray
    scores: FloatArray
    corner_scores: FloatArray | None = None
    corner_std: FloatArray | None = None
    presence: FloatArray | None = None
    slots: NDArray[np.intp] | None = None
    std_origin: str | None = None
    disputed: NDArray[np.bool_] | None = None
    finder_corners: FloatArray | None = None
    turned: 'FoundVertebrae | None' = None

    def __len__(self) -> int:
        """Number of vertebrae."""
        return len(self.corners)

    @property
    def disputes(self) -> NDArray[np.bool_]:
        """Corners in dispute, ``(N, 4)``; none where one model does it all."""
        if self.disputed is None:
            return np.zeros((len(self), 4), dtype=bool)
        return self.disputed

    def upward(self, threshold: float) -> 'FoundVertebrae':
        """Those that count, from the lowest vertebra upward.

        Args:
            threshold: Least score; a vertebra without a score counts.
        """
        # Written so that NaN passes.
        kept = np.flatnonzero(~(self.scores < threshold))
        if self.slots is not None:
            order = np.argsort(self.slots[kept], kind='stable')
        else:
            order = order_upward(self.corners[kept])
        return self.chosen(kept[order])

    def chosen(self, places: NDArray[Any]) -> 'FoundVertebrae':
        """Some of them, by their places or by a flag for each."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        arrays = {n: v[places] for n, v in told.items() if isinstance(v, np.ndarray)}
        return replace(self, **arrays)


class FilmModel(Protocol):
    """A network with its pipeline: films in, vertebrae out."""

    @property
    def facts(self) -> ModelFacts:
        """What it is."""

    def find(
        self, films: Sequence[NDArray[np.uint8]], quick: bool = False
    ) -> list[FoundVertebrae]:
        """Find the vertebrae of each film.

        Args:
            films: ``(H, W)`` grey values with bone bright.
            quick: Let a model of crops look once, and not at the mirrored ones, where
                it would otherwise do more.
        """
