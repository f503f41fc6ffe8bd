"""Errors of slips beside the deviations that the corners' own give them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.evaluation.film_spines import FilmSpine, film_scale, film_spines
from spondylo_mmpose.evaluation.intervals import IntArray
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import slip_percent
from spondylo_mmpose.uncertainty.observed import Observed
from spondylo_mmpose.uncertainty.slip_propagation import slip_stds


@dataclass(frozen=True)
class SlipErrors:
    """Pairs of found neighbours whose slip truth and prediction can measure.

    Attributes:
        errors: ``(P,)`` predicted minus true slip, percentage points.
        stds: ``(P,)`` propagated standard deviation, percentage points.
        levels: Level of the lower vertebra of each.
        patients: ``(P,)`` number of the patient of each.
    """

    errors: FloatArray
    stds: FloatArray
    levels: list[str | None]
    patients: IntArray

    @property
    def scores(self) -> FloatArray:
        """Errors in deviations, ``(P,)``."""
        return np.abs(self.errors) / self.stds


def slip_errors(observed: Observed, stds: FloatArray) -> SlipErrors:
    """Measure the slips of all pairs, as :mod:`.clinical` does.

    Each film's facing is told from its own predicted corners, and the stretch is taken
    out where the true aspect is known.

    Args:
        observed: The vertebrae.
        stds: ``(N, 4)`` calibrated deviations of their corners, px.
    """
    rows = {(r.film_id, r.order): row for row, r in enumerate(observed.records)}
    corners = observed.predicted
    parts = [
        _film_errors(spine, rows, observed, corners, stds)
        for spine in film_spines(observed.records)
    ]
    joined = np.concatenate([np.zeros((0, 2)), *(values for values, _ in parts)])
    lower = np.array([row for _, lower in parts for row in lower], dtype=np.intp)
    measured = np.isfinite(joined).all(1) & (joined[:, 1] > 0)
    lower = lower[measured]
    return SlipErrors(
        errors=joined[measured, 0],
        stds=joined[measured, 1],
        levels=[observed.records[row].level for row in lower],
        patients=observed.patients[lower],
    )


def _film_errors(
    spine: FilmSpine,
    rows: dict[tuple[str, int | None], int],
    observed: Observed,
    corners: FloatArray,
    stds: FloatArray,
) -> tuple[NDArray[np.float64], list[int]]:
    """Errors and deviations of the pairs of one film, and the lower one's row."""
    facing = spine.predicted_facing or spine.facing
    lower = spine.neighbours
    if spine.facing is None or facing is None or not lower:
        return np.zeros((0, 2)), []
    true = slip_percent(spine.true, spine.facing)[lower]
    predicted = slip_percent(spine.predicted, facing)[lower]
    at = np.array([rows[spine.film_id, order] for order in spine.orders])
    above = at[np.array(lower) + 1]
    below = at[lower]
    spacing = film_scale(observed.records[at[0]])
    propagated = slip_stds(
        corners[below], corners[above], stds[below], stds[above], facing, spacing
    )
    return np.stack([predicted - true, propagated], axis=1), below.tolist()
