"""Numbers that tell films of another kind, from what a model found on them.

A network that learned from lateral lumbar films finds vertebrae on whatever it is
shown. On other pictures they do not fit each other: end plates of neighbours differ in
length, bodies stand askew in their row, and the network itself is unsure. A number that
needs what the model does not tell is NaN.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.film_report.disputes import discord
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.shapes import misshapen
from spondylo_mmpose.spine.anatomy import FloatArray, centres
from spondylo_mmpose.spine.measurements import (
    end_plate_angles,
    end_plate_lengths,
    wrap_degrees,
)
from spondylo_mmpose.uncertainty.calibration import vertebra_sizes

FEWEST = 3
"""Vertebrae that have a row; of fewer the shape tells nothing."""


@dataclass(frozen=True)
class Signal:
    """One of the numbers.

    Attributes:
        measure: From vertebrae with all their corners, the lowest first, to the number;
            NaN where it cannot be told.
        text: What it means to be large, part of a sentence.
        resolution: Differences below this mean nothing.
        fewest: Vertebrae that it needs.
        most: No value is larger.
    """

    measure: Callable[[FoundVertebrae], float]
    text: str
    resolution: float
    fewest: int = FEWEST
    most: float = math.inf


def measure_signals(found: FoundVertebrae) -> dict[str, float]:
    """Measure all signals on one film.

    Args:
        found: From the lowest vertebra upward.

    Returns:
        By the names of :data:`SIGNALS`; larger is less like a lateral lumbar film, NaN
        is not measured.
    """
    whole = found.chosen(np.isfinite(found.corners).all((1, 2)))
    return {
        name: float(signal.measure(whole))
        if len(whole) >= signal.fewest
        else float('nan')
        for name, signal in SIGNALS.items()
    }


def _uneven_plates(found: FoundVertebrae) -> float:
    """Scatter of the logarithm of end plates' lengths about a line; S1 left out."""
    plates = end_plate_lengths(found.corners[1:]).reshape(-1)
    return _scatter(np.log(np.maximum(plates, 1e-3)))


def _uneven_steps(found: FoundVertebrae) -> float:
    """The same of the distances between neighbours' centres."""
    steps = np.linalg.norm(np.diff(centres(found.corners), axis=0), axis=1)
    return _scatter(np.log(np.maximum(steps, 1e-3)))


def _scatter(values: FloatArray) -> float:
    """Standard deviation about a straight line; NaN of fewer than three values."""
    number = len(values)
    if number < 3:
        return float('nan')
    fitted = np.polynomial.Polynomial.fit(np.arange(number), values, 1)
    rest = values - fitted(np.arange(number))
    return float(np.sqrt(rest @ rest / (number - 2)))


def _askew(found: FoundVertebrae) -> float:
    """Degrees between bodies and the row that they stand in; S1 left out."""
    along = np.gradient(centres(found.corners), axis=0)
    row = np.degrees(np.arctan2(along[:, 0], -along[:, 1]))
    upper, lower = end_plate_angles(found.corners, 'right').T
    tilt = upper + wrap_degrees(lower - upper) / 2
    return _root_mean_square(wrap_degrees(tilt - row)[1:])


def _wedges(found: FoundVertebrae) -> float:
    """Degrees between the end plates of a body; S1 left out."""
    upper, lower = end_plate_angles(found.corners, 'right').T
    return _root_mean_square(wrap_degrees(upper - lower)[1:])


def _misshapen(found: FoundVertebrae) -> float:
    """Share of vertebrae with a shape that none has."""
    return float(misshapen(found.corners).mean())


def _deviation(found: FoundVertebrae) -> float:
    """Median standard deviation of a corner as a share of its vertebra's size."""
    if found.corner_std is None:
        return float('nan')
    sizes = np.maximum(vertebra_sizes(found.corners), 1e-3)
    return float(np.median(found.corner_std / sizes[:, None]))


def _scores(found: FoundVertebrae) -> float:
    """What the median corner's score lacks to 1."""
    if found.corner_scores is None:
        return float('nan')
    return float(1 - np.median(found.corner_scores))


def _discord(found: FoundVertebrae) -> float:
    """Median distance of the same corner as two models place it, in end plates."""
    return discord(found.corners, found.finder_corners)


def _root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


SIGNALS = {
    'uneven_plates': Signal(
        _uneven_plates, 'the end plates found differ too much in length', 0.02
    ),
    'uneven_steps': Signal(
        _uneven_steps, 'the vertebrae found follow each other too irregularly', 0.05, 4
    ),
    'askew': Signal(_askew, 'the vertebrae found stand askew in their row', 3.0),
    'wedges': Signal(_wedges, 'the end plates of the vertebrae found diverge', 3.0),
    'misshapen': Signal(
        _misshapen,
        'too many of the vertebrae found have a shape that none has',
        0.1,
        most=1.0,
    ),
    'deviation': Signal(
        _deviation, 'the model is unsure of most corners it placed', 0.01, 1
    ),
    'discord': Signal(_discord, 'two models place most of the corners apart', 0.02, 1),
    'scores': Signal(_scores, 'the model scores most corners low', 0.05, 1, 1.0),
}
"""By name. ``uneven_plates`` and ``uneven_steps`` are standard deviations of natural
logarithms about a straight line, ``askew`` and ``wedges`` root mean squares in degrees,
``discord`` a share of the film's median end plate, the others shares."""
