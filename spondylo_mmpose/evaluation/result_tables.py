"""The tables that an evaluation leaves: what was found, how far off, and the slips.

Columns are told in ``docs/evaluation.md``. Every row is a dictionary from column to
value, and all rows of a table have the same columns.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from spondylo_mmpose.evaluation.clinical import SlipPair, measured_by_truth
from spondylo_mmpose.evaluation.corner_tables import (
    ALL_LEVELS,
    UNKNOWN_LEVEL,
    Row,
    film_rows,
    level_rows,
    vertebra_rows,
)
from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.found_tables import (
    FALSE_POSITIVE,
    false_positive_columns,
    film_columns,
    recall_columns,
    vertebra_columns,
)
from spondylo_mmpose.evaluation.matched_records import outcome_records
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.slip_agreement import compare_slips
from spondylo_mmpose.spine.measurements import (
    GRADES,
    NO_SLIP_THRESHOLD,
    meyerding_grade,
)

PER_FILM = 'per_film.csv'
PER_VERTEBRA = 'per_vertebra.csv'
PER_LEVEL = 'per_level.csv'

_FILM = ('film', 'source', 'patient_id')


def record_tables(
    records: Sequence[VertebraRecord],
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    end_to_end: bool = False,
) -> dict[str, list[Row]]:
    """Tables of vertebrae whose boxes were given.

    Args:
        records: Unique vertebrae, sorted by film.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        end_to_end: Whether they were found, see :mod:`.corner_tables`.

    Returns:
        Rows by the name of the file: those of :mod:`.corner_tables` with slips. A slip
        stands in the row of its upper vertebra; only those that the truth can measure
        count.
    """
    pairs = {(p.film_id, p.order): p for p in measured_by_truth(records)}
    mine = [pairs.get((r.film_id, -1 if r.order is None else r.order)) for r in records]
    films = list(dict.fromkeys(record.film_id for record in records))
    levels = [record.level or UNKNOWN_LEVEL for record in records]

    def pooled(chosen: Iterable[SlipPair | None]) -> Row:
        return _slips([p for p in chosen if p is not None], no_slip_threshold)

    per_film = film_rows(records, end_to_end=end_to_end)
    for row, film in zip(per_film, films, strict=True):
        row |= pooled(p for p in pairs.values() if p.film_id == film)
    per_vertebra = vertebra_rows(records)
    for row, pair in zip(per_vertebra, mine, strict=True):
        row |= _slip(pair, no_slip_threshold)
    per_level = level_rows(records, end_to_end=end_to_end)
    for row in per_level:
        row |= pooled(
            pair
            for pair, level in zip(mine, levels, strict=True)
            if row['level'] in (ALL_LEVELS, level)
        )
    return {PER_FILM: per_film, PER_VERTEBRA: per_vertebra, PER_LEVEL: per_level}


def outcome_tables(
    outcomes: Sequence[FilmOutcome], no_slip_threshold: float = NO_SLIP_THRESHOLD
) -> dict[str, list[Row]]:
    """Tables of whole films on which vertebrae had to be found.

    Args:
        outcomes: One for each film, from :func:`.compare_films`.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.

    Returns:
        Those of :func:`record_tables` with what was found. Invented vertebrae have rows
        of their own below those of their film.
    """
    tables = record_tables(outcome_records(outcomes), no_slip_threshold, True)
    for row, outcome in zip(tables[PER_FILM], outcomes, strict=True):
        row |= film_columns(outcome)
    rows = iter(tables[PER_VERTEBRA])
    per_vertebra: list[Row] = []
    for outcome in outcomes:
        own = [next(rows) | columns for columns in vertebra_columns(outcome)]
        nowhere = {k: v if k in _FILM else None for k, v in own[0].items()}
        per_vertebra += own
        per_vertebra += [nowhere | row for row in false_positive_columns(outcome)]
    true = [row for row in per_vertebra if row['status'] != FALSE_POSITIVE]
    for row in tables[PER_LEVEL]:
        level = row['level']
        row |= recall_columns(
            [r for r in true if level in (ALL_LEVELS, r['level'] or UNKNOWN_LEVEL)]
        )
    return tables | {PER_VERTEBRA: per_vertebra}


def _slips(pairs: Sequence[SlipPair], no_slip_threshold: float) -> Row:
    found = compare_slips(
        [pair.true for pair in pairs],
        [pair.predicted for pair in pairs],
        no_slip_threshold,
    )
    return {
        'pairs': found.slip.number,
        'slip_unmeasured': found.slip.unmeasured,
        'slip_MAE': found.slip.mean_absolute,
        'slip_bias': found.slip.bias,
        'grades_wrong': found.accuracy.number - found.accuracy.hits,
    }


def _slip(pair: SlipPair | None, no_slip_threshold: float) -> Row:
    nan = float('nan')
    true, found = (nan, nan) if pair is None else (pair.true, pair.predicted)
    return {
        'pair': None if pair is None else pair.name,
        'slip_true': true,
        'slip_predicted': found if np.isfinite(found) else nan,
        'grade_true': _grade(true, no_slip_threshold),
        'grade_predicted': _grade(found, no_slip_threshold),
    }


def _grade(slip: float, no_slip_threshold: float) -> str | None:
    if not np.isfinite(slip):
        return None
    return GRADES[int(meyerding_grade(slip, no_slip_threshold))]
