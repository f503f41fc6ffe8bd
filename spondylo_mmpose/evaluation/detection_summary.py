"""The end-to-end numbers of many films, pooled; see :mod:`.detection`."""

from collections.abc import Iterable, Sequence

import numpy as np
from sklearn.metrics import average_precision_score

from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.film_pairs import least_score
from spondylo_mmpose.evaluation.radial_error import (
    MM_THRESHOLDS,
    PX_THRESHOLDS,
    summarise_errors,
)
from spondylo_mmpose.spine.anatomy import FloatArray

BY_SOURCE = (
    'films', 'films_predicted', 'vertebrae', 'precision', 'recall', 'F1', 'MRE_px',
    'count_accuracy', 'level_shift_rate',
)  # fmt: skip
"""Values that are also given for each source of films."""


def summarise_detections(
    outcomes: Sequence[FilmOutcome],
    px_thresholds: Sequence[float] = PX_THRESHOLDS,
    mm_thresholds: Sequence[float] = MM_THRESHOLDS,
) -> dict[str, float]:
    """Pool films into detection rates and corner errors.

    Args:
        outcomes: One for each film, from :func:`.compare_films`.
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.

    Returns:
        In percent: ``precision``, ``recall``, ``F1`` of vertebrae; ``AP``, their
        average precision over all scores that were told, whatever the threshold (NaN
        where one is missing), and ``least_score``, where they end;
        ``count_accuracy``, films with the right number of vertebrae; the same and
        ``F1`` ``_off_border``, see :mod:`.detection`;
        ``level_shift_rate``, of the films with a match, and
        ``level_shift_rate_counted``, which heeds no names, see :mod:`.detection`;
        ``SDR@<T>px`` and ``mm`` over all true corners, every missed one a failure.

        Of the matched vertebrae alone: ``MRE_px``, ``median_px``, ``p95_px`` and the
        same in mm, and ``swapped_sides``, how many have left and right exchanged.

        ``false_positives_per_film`` (``duplicates`` count as such), and the counts
        ``films``, ``films_predicted``, ``films_matched``, ``vertebrae``, ``found``,
        ``matched``, ``duplicates``, ``below_score_threshold`` and ``incomplete``, found
        vertebrae with a corner that is not finite. NaN where nothing was measured. With
        more than one source also ``recall/<source>`` and the others of
        :data:`BY_SOURCE`.
    """
    metrics = _pool(outcomes, px_thresholds, mm_thresholds)
    for source, places in by_source(outcomes).items():
        values = _pool([outcomes[place] for place in places], (), ())
        metrics |= {f'{name}/{source}': values[name] for name in BY_SOURCE}
    return metrics


def by_source(outcomes: Sequence[FilmOutcome]) -> dict[str, list[int]]:
    """Places of the films of each source; nothing where all are of one."""
    sources = [outcome.film.source or 'unknown' for outcome in outcomes]
    names = sorted(set(sources))
    return {
        name: [place for place, source in enumerate(sources) if source == name]
        for name in (names if len(names) > 1 else ())
    }


def film_rates(
    outcomes: Sequence[FilmOutcome],
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """What each film brings to the rates: each is a sum over a sum.

    Returns:
        By name of the rate two arrays ``(F,)``, the upper one times 100 where the rate
        is in percent.
    """
    vertebrae = _column(len(outcome.film.corners) for outcome in outcomes)
    found = _column(outcome.found for outcome in outcomes)
    matched = _column(len(outcome.matches) for outcome in outcomes)
    is_matched = _column(outcome.is_shifted is not None for outcome in outcomes)
    shifted = _column(bool(outcome.is_shifted) for outcome in outcomes)
    counted = _column(bool(outcome.is_shifted_counted) for outcome in outcomes)
    one = np.ones(len(outcomes))
    missed = _column(outcome.missed_off_border for outcome in outcomes)
    invented = _column(outcome.invented_off_border for outcome in outcomes)
    return {
        'precision': (100 * matched, found),
        'recall': (100 * matched, vertebrae),
        'F1': (200 * matched, found + vertebrae),
        'false_positives_per_film': (found - matched, one),
        'count_accuracy': (100.0 * (found == vertebrae), one),
        'F1_off_border': (200 * matched, 2 * matched + invented + missed),
        'count_accuracy_off_border': (100.0 * (invented == missed), one),
        'level_shift_rate': (100 * shifted, is_matched),
        'level_shift_rate_counted': (100 * counted, is_matched),
    }


def matched_errors(
    outcomes: Sequence[FilmOutcome], errors: Sequence[FloatArray]
) -> list[FloatArray]:
    """Of the errors ``(N, 4)`` of each film those of its matched vertebrae."""
    return [e[o.matches.true] for e, o in zip(errors, outcomes, strict=True)]


def average_precision(outcomes: Sequence[FilmOutcome]) -> float:
    """Area under precision over recall as the score falls, percent.

    Without interpolation. scikit-learn measures recall against what was found at all;
    scaling by the share that was found makes it recall of all true vertebrae.

    Returns:
        NaN where there is no truth or a prediction has no score.
    """
    total = sum(len(outcome.film.corners) for outcome in outcomes)
    scores = _joined([outcome.scores for outcome in outcomes])
    hits = _joined([outcome.hits for outcome in outcomes]).astype(bool)
    if total == 0 or np.isnan(scores).any():
        return float('nan')
    if not hits.any():
        return 0.0
    return float(100.0 * average_precision_score(hits, scores) * hits.sum() / total)


def _pool(
    outcomes: Sequence[FilmOutcome],
    px_thresholds: Sequence[float],
    mm_thresholds: Sequence[float],
) -> dict[str, float]:
    rates = {
        name: float(parts.sum() / wholes.sum()) if wholes.sum() else float('nan')
        for name, (parts, wholes) in film_rates(outcomes).items()
    }
    metrics = rates | {'AP': average_precision(outcomes)}
    metrics |= _corner_errors(
        outcomes, [o.errors for o in outcomes], px_thresholds, 'px'
    )
    metrics |= _corner_errors(
        outcomes, [o.errors_mm for o in outcomes], mm_thresholds, 'mm'
    )
    return metrics | {
        'films': len(outcomes),
        'films_predicted': sum(outcome.is_predicted for outcome in outcomes),
        'films_matched': sum(outcome.is_shifted is not None for outcome in outcomes),
        'vertebrae': sum(len(outcome.film.corners) for outcome in outcomes),
        'found': sum(outcome.found for outcome in outcomes),
        'matched': sum(len(outcome.matches) for outcome in outcomes),
        'duplicates': sum(outcome.duplicates for outcome in outcomes),
        'swapped_sides': sum(outcome.swapped_sides for outcome in outcomes),
        'below_score_threshold': sum(outcome.dropped for outcome in outcomes),
        'incomplete': sum(outcome.incomplete for outcome in outcomes),
        'least_score': least_score(outcome.scores for outcome in outcomes),
    }


def _corner_errors(
    outcomes: Sequence[FilmOutcome],
    errors: Sequence[FloatArray],
    thresholds: Sequence[float],
    unit: str,
) -> dict[str, float]:
    matched = matched_errors(outcomes, errors)
    rates = summarise_errors(_joined(errors), thresholds, unit)
    return summarise_errors(_joined(matched), (), unit) | {
        name: value for name, value in rates.items() if name.startswith('SDR')
    }


def _joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([a.ravel() for a in arrays]) if arrays else np.zeros(0)


def _column(values: Iterable[float]) -> FloatArray:
    return np.fromiter(values, np.float64)
