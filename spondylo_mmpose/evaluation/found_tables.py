"""What was found end to end, as columns of tables."""

from collections.abc import Sequence

import numpy as np

from spondylo_mmpose.evaluation.corner_tables import Row
from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.matching import hull_ious

MATCHED, MISSED, FALSE_POSITIVE = 'matched', 'missed', 'false positive'


def film_columns(outcome: FilmOutcome) -> Row:
    """What was found on a film.

    Returns:
        ``is_predicted``, ``found``, ``matched``, ``missed``, ``false_positives``,
        ``duplicates``, ``swapped_sides``, ``level_shifted`` (NaN where nothing is
        matched) and ``IoU``, the mean overlap of the matched.
    """
    matched, shifted = len(outcome.matches), outcome.is_shifted
    return {
        'is_predicted': int(outcome.is_predicted),
        'found': outcome.found,
        'matched': matched,
        'missed': len(outcome.film.corners) - matched,
        'false_positives': outcome.false_positives,
        'duplicates': outcome.duplicates,
        'swapped_sides': outcome.swapped_sides,
        'level_shifted': float('nan') if shifted is None else int(shifted),
        'IoU': float(outcome.matches.ious.mean()) if matched else float('nan'),
    }


def vertebra_columns(outcome: FilmOutcome) -> list[Row]:
    """What was found of each true vertebra of a film.

    Returns:
        From the lowest upward: ``status``, ``IoU``, ``score``, ``predicted_level`` and
        ``place_shift``, predicted minus true level, or place counted from below, see
        :class:`.FilmOutcome`.
    """
    rows = [_columns(MISSED) for _ in outcome.film.corners]
    levels, matches = outcome.kept.levels, outcome.matches
    for at, (true, place) in enumerate(
        zip(matches.true, matches.predicted, strict=True)
    ):
        rows[true] = _columns(
            MATCHED,
            iou=float(matches.ious[at]),
            score=float(outcome.kept.scores[place]),
            level=levels[place] if levels else None,
            shift=int(outcome.shifts[at]),
        )
    return rows


def false_positive_columns(outcome: FilmOutcome) -> list[Row]:
    """What is known of each found vertebra that stands for no true one.

    Returns:
        The columns of :func:`vertebra_columns`; ``IoU`` is the greatest overlap with a
        true vertebra.
    """
    kept, levels = outcome.kept, outcome.kept.levels
    extra = np.setdiff1d(np.arange(len(kept)), outcome.matches.predicted)
    overlaps = hull_ious(outcome.film.corners, kept.corners[extra]).max(0)
    return [
        _columns(
            FALSE_POSITIVE,
            iou=float(overlap),
            score=float(kept.scores[place]),
            level=levels[place] if levels else None,
        )
        for place, overlap in zip(extra, overlaps, strict=True)
    ]


def recall_columns(rows: Sequence[Row]) -> Row:
    """Pool rows of true vertebrae: ``matched``, ``missed`` and ``recall`` (percent)."""
    matched = sum(row['status'] == MATCHED for row in rows)
    missed = sum(row['status'] == MISSED for row in rows)
    total = matched + missed
    return {
        'matched': matched,
        'missed': missed,
        'recall': 100.0 * matched / total if total else float('nan'),
    }


def _columns(
    status: str,
    iou: float = float('nan'),
    score: float = float('nan'),
    level: str | None = None,
    shift: int | None = None,
) -> Row:
    return {
        'status': status, 'IoU': iou, 'score': score, 'predicted_level': level,
        'place_shift': shift,
    }  # fmt: skip
