"""Find films that are there twice by what they show.

A perceptual hash names the pairs that may be one film. Lateral spine films look alike,
so each such pair is then laid on each other: key points are matched, a similarity
transform is fitted, and what is finer than anatomy (noise, trabeculae, markers) must
agree.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from spondylo_mmpose.audit.fingerprints import SIZE, Fingerprint, Pixels

CANDIDATE_BITS = 12
"""Bits of 64 in which the hashes of one film may differ after a mild change."""

_DESCRIPTOR_BITS = 60  # of 256 in which two views of one point may differ
_MATCHES = 40  # matched points from which a fit is tried
_INLIERS = 40
_AGREEMENT = 0.6
_OVERLAP = 0.4
_FINE = 8.0  # px; what is coarser than this is anatomy


@dataclass(frozen=True)
class Repeat:
    """Two films that show the same.

    Attributes:
        first: Index of one.
        second: Index of the other, greater than ``first`` within one list.
        mirrored: Whether one is the mirror image of the other.
        agreement: Correlation of the fine structure, up to 1.
    """

    first: int
    second: int
    mirrored: bool
    agreement: float


def find_repeats(
    films: Sequence[Fingerprint],
    others: Sequence[Fingerprint] | None = None,
    workers: int = 4,
) -> list[Repeat]:
    """Find films that show the same.

    Args:
        films: The films.
        others: Films to compare them with; each other when left out.
        workers: Threads.

    Returns:
        Pairs, sorted; ``second`` counts in ``others`` if they are given.
    """
    pairs = _candidates(films, others)
    second = films if others is None else others

    def judge(pair: tuple[int, int, bool]) -> Repeat:
        i, j, mirrored = pair
        view = films[i].mirror if mirrored else films[i]
        return Repeat(i, j, mirrored, compare(view, second[j]))

    with ThreadPoolExecutor(max(1, workers)) as pool:
        bar = tqdm(
            pool.map(judge, pairs), 'pairs', len(pairs), leave=False, disable=None
        )
        found = [repeat for repeat in bar if repeat.agreement >= _AGREEMENT]
    best: dict[tuple[int, int], Repeat] = {}
    for repeat in sorted(found, key=lambda r: r.agreement):
        best[repeat.first, repeat.second] = repeat
    return [best[key] for key in sorted(best)]


def _candidates(
    films: Sequence[Fingerprint], others: Sequence[Fingerprint] | None
) -> list[tuple[int, int, bool]]:
    """Pairs whose hashes are near, straight or mirrored."""
    second = films if others is None else others
    if not films or not second:
        return []
    hashes = np.stack([other.straight for other in second])
    pairs = []
    for i, film in enumerate(films):
        for mirrored, own in ((False, film.straight), (True, film.mirrored)):
            near = np.count_nonzero(hashes != own, axis=1) <= CANDIDATE_BITS
            if others is None:
                near[: i + 1] = False
            pairs += [(i, int(j), mirrored) for j in np.flatnonzero(near)]
    return pairs


def compare(a: Fingerprint, b: Fingerprint) -> float:
    """How well the fine structure of two films agrees once laid on each other.

    Returns:
        Correlation in ``[-1, 1]``; 0 where they cannot be laid on each other.
    """
    if np.array_equal(a.small, b.small):
        return 1.0
    transform = _fit(a, b)
    if transform is None:
        return 0.0
    moved = cv2.warpAffine(a.small, transform, (SIZE, SIZE))
    inside = cv2.warpAffine(np.ones_like(a.small), transform, (SIZE, SIZE)) > 0
    if inside.mean() < _OVERLAP:
        return 0.0
    x, y = _fine(moved)[inside], _fine(b.small)[inside]
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum() / scale) if scale > 0 else 0.0


def _fit(a: Fingerprint, b: Fingerprint) -> NDArray[Any] | None:
    (points_a, about_a), (points_b, about_b) = a.points, b.points
    if about_a is None or about_b is None:
        return None
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
    matches = [
        m for m in matcher.match(about_a, about_b) if m.distance < _DESCRIPTOR_BITS
    ]
    if len(matches) < _MATCHES:
        return None
    transform, inliers = cv2.estimateAffinePartial2D(
        points_a[[m.queryIdx for m in matches]],
        points_b[[m.trainIdx for m in matches]],
        ransacReprojThreshold=3.0,
        maxIters=500,
    )
    return transform if inliers is not None and inliers.sum() >= _INLIERS else None


def _fine(image: Pixels) -> NDArray[np.float32]:
    values = image.astype(np.float32)
    return values - cv2.GaussianBlur(values, (0, 0), _FINE)
