"""What is found on a film that nobody prepared: vertebrae, corners, number and place.

Everything is pooled over films; nothing is a mean of means. Films without a prediction
are films on which nothing was found. Which prediction stands for which vertebra is
told by :mod:`.matching`.

**Level shift.** On each film the predicted vertebrae are counted upward from the lowest
one (``anatomy.order_upward``) and every matched one is compared with the place
(``Film.orders``) of its true vertebra; where prediction and truth both name the level
of every vertebra, the names are compared instead. The film is shifted when more than
half of its matched vertebrae are off, by one or more. Counted, the lowest vertebra
missed or one invented below it shifts a film, as does one missed or doubled low down;
high up it does not. Names bear all that: a model that names levels and one that does
not are comparable only by what is counted for both, see ``counted_shifts``.

**At the border.** Whether a vertebra is labelled whose end plate lies on the edge of a
film is a matter of a pixel. Beside the plain rates there are some "off the border",
without the missed and the invented vertebrae that come within :data:`BORDER` of the
edge, as in COCO's evaluation by size; what was matched there counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    labelled_pairs,
    reaches,
)
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from spondylo_mmpose.evaluation.matching import (
    IOU_THRESHOLD,
    Matches,
    hull_ious,
    match_by_ious,
)
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.spine.anatomy import (
    LEVELS,
    SIDES_SWAPPED,
    FloatArray,
    order_upward,
)

BORDER = 0.01
"""Width of the film's border, as a share of its longer side."""


@dataclass(frozen=True)
class FilmOutcome:
    """How truth and prediction of one film compare.

    Attributes:
        film: The truth.
        is_predicted: Whether there was a prediction at all, be it empty.
        kept: Predicted vertebrae that reach the score threshold: the found ones.
        dropped: Number of those that do not.
        matches: Pairs of vertebrae; predicted ones are numbered among the found.
        predicted: ``(N, 4, 2)`` px, what was matched to each true vertebra; NaN for a
            missed one.
        errors: ``(N, 4)`` px; NaN where not labelled, infinity for a missed vertebra.
        errors_mm: The same in mm, NaN on a film whose spacing is not known.
        duplicates: Found vertebrae that are not matched but overlap a true one enough.
        swapped_sides: Matched vertebrae whose corners would be closer to the true ones
            with left and right exchanged.
        shifts: ``(M,)`` level of each match, predicted minus true: by name where both
            sides name all, else as ``counted_shifts``.
        counted_shifts: ``(M,)`` place of each match counted from below, predicted minus
            true.
        scores: ``(P,)`` of all predicted vertebrae.
        hits: ``(P,)`` whether each is right when they are asked in falling order of
            their scores, for the average precision.
    """

    film: Film
    is_predicted: bool
    kept: FilmPrediction
    dropped: int
    matches: Matches
    predicted: FloatArray
    errors: FloatArray
    errors_mm: FloatArray
    duplicates: int
    swapped_sides: int
    shifts: NDArray[np.intp]
    counted_shifts: NDArray[np.intp]
    scores: FloatArray
    hits: NDArray[np.bool_]

    @property
    def found(self) -> int:
        """Number of predicted vertebrae that reach the score threshold."""
        return len(self.kept)

    @property
    def incomplete(self) -> int:
        """Number of the found with a corner that is not finite."""
        return int((~np.isfinite(self.kept.corners).all((1, 2))).sum())

    @property
    def is_shifted(self) -> bool | None:
        """Whether most matched vertebrae are off; ``None`` where none is matched."""
        return _are_most_off(self.shifts)

    @property
    def is_shifted_counted(self) -> bool | None:
        """The same by ``counted_shifts``, whether levels are named or not."""
        return _are_most_off(self.counted_shifts)

    @property
    def false_positives(self) -> int:
        """Found vertebrae that stand for no true one, duplicates among them."""
        return self.found - len(self.matches)

    @property
    def missed_off_border(self) -> int:
        """Missed true vertebrae, those at the film's border left out."""
        return self._unmatched_off_border(self.film.corners, self.matches.true)

    @property
    def invented_off_border(self) -> int:
        """Found vertebrae that stand for no true one, those at the border left out."""
        return self._unmatched_off_border(self.kept.corners, self.matches.predicted)

    def _unmatched_off_border(
        self, corners: FloatArray, matched: NDArray[np.intp]
    ) -> int:
        others = np.delete(corners, matched, axis=0)
        width, height = self.film.width, self.film.height
        margin = BORDER * max(width, height)
        at_border = (others < margin) | (others > (width - margin, height - margin))
        return int((~at_border.any((1, 2))).sum())


def compare_films(
    pairs: Iterable[FilmPair],
    score_threshold: float = SCORE_THRESHOLD,
    iou_threshold: float = IOU_THRESHOLD,
) -> list[FilmOutcome]:
    """Compare truth and prediction of every labelled film, see :func:`compare_film`.

    Args:
        pairs: From :func:`.pair_films`.
        score_threshold: Predicted vertebrae with a lower score are left out; those
            without a score stay.
        iou_threshold: Least overlap of a predicted with a true vertebra.
    """
    return [
        compare_film(film, prediction, score_threshold, iou_threshold)
        for film, prediction in labelled_pairs(pairs)
    ]


def compare_film(
    film: Film,
    prediction: FilmPrediction | None,
    score_threshold: float = SCORE_THRESHOLD,
    iou_threshold: float = IOU_THRESHOLD,
) -> FilmOutcome:
    """Compare truth and prediction of one film.

    Args:
        film: The truth.
        prediction: ``None`` where there is none.
        score_threshold: See :func:`compare_films`.
        iou_threshold: Least overlap of a predicted with a true vertebra.
    """
    nothing = FilmPrediction(film.file_name, np.zeros((0, 4, 2)), np.zeros(0))
    every = nothing if prediction is None else prediction
    all_ious = hull_ious(film.corners, every.corners)
    places = np.flatnonzero(reaches(every.scores, score_threshold))
    kept, ious = every.keep(places), all_ious[:, places]
    matches = match_by_ious(ious, iou_threshold)
    overlapping = int((ious >= iou_threshold).any(0).sum())
    predicted = np.full_like(film.corners, np.nan)
    predicted[matches.true] = kept.corners[matches.predicted]
    spacing = film.pixel_spacing_mm
    unknown = np.full(film.corners.shape[:2], np.nan)
    return FilmOutcome(
        film=film,
        is_predicted=prediction is not None,
        kept=kept,
        dropped=len(every) - len(kept),
        matches=matches,
        predicted=predicted,
        errors=radial_errors(predicted, film.corners),
        errors_mm=unknown
        if spacing is None
        else radial_errors(predicted, film.corners, spacing),
        # As many as possible are matched, so what overlaps beyond that is a repeat.
        duplicates=overlapping - len(matches),
        swapped_sides=_count_swapped(predicted[matches.true], film, matches),
        shifts=_shifts(film, kept, matches),
        counted_shifts=_counted_shifts(film, kept, matches),
        scores=np.asarray(every.scores, np.float64),
        hits=_ranked_hits(all_ious, every.scores, iou_threshold),
    )


def _count_swapped(predicted: FloatArray, film: Film, matches: Matches) -> int:
    true = film.corners[matches.true]
    labelled = np.isfinite(true).all(-1)

    def apart(spine: FloatArray) -> FloatArray:
        distances = np.where(labelled, radial_errors(spine, true), 0.0)
        return np.asarray(distances.sum(1), np.float64)

    return int((apart(predicted[:, SIDES_SWAPPED]) < apart(predicted)).sum())


def _are_most_off(shifts: NDArray[np.intp]) -> bool | None:
    return 2 * int(np.count_nonzero(shifts)) > len(shifts) if len(shifts) else None


def _shifts(film: Film, kept: FilmPrediction, matches: Matches) -> NDArray[np.intp]:
    true_names = film.all_levels
    names = [*true_names, *(kept.levels or [None])]
    if not all(name in LEVELS for name in names):
        return _counted_shifts(film, kept, matches)
    true = np.array([LEVELS.index(str(name)) for name in true_names])
    found = np.array([LEVELS.index(str(name)) for name in kept.levels or ()], np.intp)
    return np.asarray(found[matches.predicted] - true[matches.true], np.intp)


def _counted_shifts(
    film: Film, kept: FilmPrediction, matches: Matches
) -> NDArray[np.intp]:
    number = len(film.corners)
    true = np.arange(number) if film.orders is None else np.array(film.orders)
    found = np.argsort(order_upward(kept.corners)).astype(np.intp)
    return np.asarray(found[matches.predicted] - true[matches.true], np.intp)


def _ranked_hits(
    ious: FloatArray, scores: FloatArray, threshold: float
) -> NDArray[np.bool_]:
    """Whether each prediction is right, the highest score choosing first.

    Each takes the true vertebra that it overlaps best among those still free, as is
    usual for the average precision. Equal scores are asked by their overlap.
    """
    hits = np.zeros(len(scores), dtype=bool)
    if not ious.size:
        return hits
    free = np.ones(len(ious), dtype=bool)
    for column in np.lexsort((-ious.max(0), -np.asarray(scores))):
        overlap = np.where(free, ious[:, column], 0.0)
        best = int(overlap.argmax())
        if overlap[best] >= threshold:
            hits[column], free[best] = True, False
    return hits
