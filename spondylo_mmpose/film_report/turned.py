"""A second look at a film that may be upside down."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.film_report.disputes import discord
from spondylo_mmpose.film_report.found import FilmModel, FoundVertebrae

DOUBT = 0.0125
"""Discord of two models from which on the film is also looked at upside down.

One drawn film in five has so much, real ones have; docs/screening.md.
"""


def look_again(
    model: FilmModel,
    films: Sequence[NDArray[np.uint8]],
    found: Sequence[FoundVertebrae],
    threshold: float,
) -> list[FoundVertebrae]:
    """Show the model films turned by 180 degrees on which two models disagree.

    Args:
        model: What found the vertebrae.
        films: ``(H, W)`` grey values.
        found: What it found on them.
        threshold: Least score of a vertebra that counts.

    Returns:
        What was found, with ``turned`` where the model looked again.
    """
    doubted = [k for k, one in enumerate(found) if _discord(one, threshold) > DOUBT]
    if not doubted:
        return list(found)
    turned = [np.ascontiguousarray(np.rot90(films[k], 2)) for k in doubted]
    again = dict(zip(doubted, model.find(turned, quick=True), strict=True))
    return [
        replace(one, turned=again[k].upward(threshold)) if k in again else one
        for k, one in enumerate(found)
    ]


def fits_turned(found: FoundVertebrae) -> float:
    """How many times better two models agree on the film turned by 180 degrees.

    Returns:
        Ratio of the discords; NaN where the model did not look again, or found nothing
        there that could be compared.
    """
    if found.turned is None or not len(found.turned):
        return float('nan')
    least = 1e-3  # two models never agree better than that
    upright = discord(found.corners, found.finder_corners)
    return upright / max(
        discord(found.turned.corners, found.turned.finder_corners), least
    )


def _discord(found: FoundVertebrae, threshold: float) -> float:
    counted = found.upward(threshold)
    return discord(counted.corners, counted.finder_corners)
