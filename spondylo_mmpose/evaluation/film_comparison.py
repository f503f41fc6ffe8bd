"""Paired comparison of two runs that had to find the vertebrae of the same films."""

from collections.abc import Sequence

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.comparison import Comparison, some_films
from spondylo_mmpose.evaluation.detection import FilmOutcome, compare_films
from spondylo_mmpose.evaluation.detection_intervals import precision_statistic
from spondylo_mmpose.evaluation.detection_summary import film_rates
from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD, FilmPair
from spondylo_mmpose.evaluation.intervals import Bootstrap, IntArray, ratio_statistic
from spondylo_mmpose.evaluation.matched_records import film_patients, outcome_records
from spondylo_mmpose.evaluation.matching import IOU_THRESHOLD
from spondylo_mmpose.evaluation.paired_statistics import (
    Difference,
    Values,
    mean_differences,
    paired_difference,
    successes,
)
from spondylo_mmpose.evaluation.radial_error import MM_THRESHOLDS, PX_THRESHOLDS
from spondylo_mmpose.evaluation.slip_comparison import slip_differences
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD

TEST_THRESHOLD = 5.0
"""Radial error in px beyond which a corner counts as bad in the signed-rank test."""


def compare_pairs(
    first: Sequence[FilmPair],
    second: Sequence[FilmPair],
    score_threshold: float = SCORE_THRESHOLD,
    iou_threshold: float = IOU_THRESHOLD,
    px_thresholds: Sequence[float] = PX_THRESHOLDS,
    mm_thresholds: Sequence[float] = MM_THRESHOLDS,
    bootstrap: Bootstrap | None = None,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
) -> Comparison:
    """Compare what two runs find on the same films, and how well.

    Patients are drawn for both runs together. The Wilcoxon signed-rank test is over the
    share of each patient's true corners that are missed or more than
    :data:`TEST_THRESHOLD` px off: one bounded number for finding and for placing. The
    error of matched vertebrae would not do, since a run gains by missing the hard ones.

    Args:
        first: Truth and predictions of one run, from :func:`.pair_films`.
        second: Those of the other, in any order.
        score_threshold: Predicted vertebrae with a lower score are left out of both.
        iou_threshold: Least overlap of a predicted with a true vertebra.
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        bootstrap: How intervals are made.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.

    Returns:
        Values of both runs and their differences: ``F1``, ``recall``, ``precision``,
        ``AP``, ``false_positives_per_film``, ``count_accuracy``, ``level_shift_rate``,
        ``level_shift_rate_counted``, which alone means the same where one run names
        levels and the other does not, ``SDR`` in px and mm with misses as failures;
        ``MRE_px_both_matched`` and ``MRE_mm_both_matched`` over the vertebrae that
        both runs found,
        ``slip_MAE_both_measured`` over the pairs that both measured, and
        ``grade_accuracy`` over all. ``lost`` counts the corners of missed vertebrae.

    Raises:
        SpondyloError: If the films or their true corners or spacings differ.
    """
    how = bootstrap or Bootstrap()
    runs = [
        sorted(
            compare_films(pairs, score_threshold, iou_threshold),
            key=lambda outcome: outcome.film.file_name,
        )
        for pairs in (first, second)
    ]
    _check_truth(*runs)
    one, two = runs
    patients = film_patients(one)
    px, mm = _joined_errors(one, two, 'errors'), _joined_errors(one, two, 'errors_mm')
    owners = np.repeat(patients, [len(outcome.errors) for outcome in one])
    differences = _rate_differences(one, two, patients, how)
    means = {f'SDR@{t:g}px': _both_successes(px, t) for t in px_thresholds}
    means |= {f'SDR@{t:g}mm': _both_successes(mm, t) for t in mm_thresholds}
    means['MRE_px_both_matched'] = _both_finite(px)
    means['MRE_mm_both_matched'] = _both_finite(mm)
    differences |= mean_differences(means, owners, how)
    differences |= slip_differences(
        outcome_records(one),
        outcome_records(two),
        no_slip_threshold,
        how,
        'slip_MAE_both_measured',
    )
    bad = [np.where(np.isnan(e), np.nan, 1.0 * (e > TEST_THRESHOLD)) for e in px]
    return Comparison.of(len(one), patients, px, owners, bad, differences)


def _rate_differences(
    one: Sequence[FilmOutcome],
    two: Sequence[FilmOutcome],
    patients: IntArray,
    how: Bootstrap,
) -> dict[str, Difference]:
    rates = [film_rates(outcomes) for outcomes in (one, two)]
    made = {
        name: [ratio_statistic(*rate[name], patients, everybody=True) for rate in rates]
        for name in rates[0]
    }
    made['AP'] = [precision_statistic(outcomes, patients) for outcomes in (one, two)]
    return {
        name: paired_difference(first, second, number, how)
        for name, ((first, number), (second, _)) in made.items()
    }


def _joined_errors(
    one: Sequence[FilmOutcome], two: Sequence[FilmOutcome], name: str
) -> Values:
    first, second = (
        np.concatenate([np.zeros((0, 4)), *(getattr(o, name) for o in outcomes)])
        for outcomes in (one, two)
    )
    return first, second


def _both_successes(errors: Values, threshold: float) -> Values:
    return successes(errors[0], threshold), successes(errors[1], threshold)


def _both_finite(errors: Values) -> Values:
    known = np.isfinite(errors[0]) & np.isfinite(errors[1])

    def kept(one: FloatArray) -> FloatArray:
        return np.where(known, one, np.nan)

    return kept(errors[0]), kept(errors[1])


def _check_truth(one: Sequence[FilmOutcome], two: Sequence[FilmOutcome]) -> None:
    first, second = ({o.film.file_name: o.film for o in run} for run in (one, two))
    for has, own, other in (('first', first, second), ('second', second, first)):
        films = own.keys() - other.keys()
        if films:
            raise SpondyloError(
                f'the runs cannot be compared: only the {has} run has '
                f'{some_films(films)}; test both on the same split'
            )
    differing = {
        name
        for name, film in first.items()
        if not np.array_equal(film.corners, second[name].corners, equal_nan=True)
        or film.pixel_spacing_mm != second[name].pixel_spacing_mm
    }
    if differing:
        raise SpondyloError(
            'the runs cannot be compared: the true corners or pixel spacings of '
            f'{some_films(differing)} differ; test both on the same annotations'
        )
