"""Corner errors as tables: a row for each film, vertebra or level.

Every row is a dictionary from column to value. Errors are named as in
:class:`.RadialErrorMetric`: NaN where nothing was measured, infinity where a labelled
corner was lost. With ``end_to_end`` they are named as in :class:`.SpineDetectionMetric`
instead: distances are those of the vertebrae that were found, the shares (SDR) those of
all, a missed one being a failure.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.evaluation.corner_errors import CornerErrors, corner_errors
from spondylo_mmpose.evaluation.radial_error import (
    PX_THRESHOLDS,
    known_mean,
    summarise_errors,
)
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS

UNKNOWN_LEVEL = 'unknown'
"""Row of the vertebrae whose level is not recorded."""

ALL_LEVELS = 'all'
"""Row of all vertebrae together."""

Row = dict[str, Any]


def film_rows(
    records: Sequence[VertebraRecord],
    px_thresholds: Sequence[float] = PX_THRESHOLDS,
    end_to_end: bool = False,
) -> list[Row]:
    """Errors of each film, pooled over its corners.

    Args:
        records: Unique vertebrae.
        px_thresholds: SDR thresholds in px.
        end_to_end: See the module's docstring.

    Returns:
        ``film``, ``source``, ``patient_id``, ``vertebrae``, ``corners``,
        ``corners_lost``, ``MRE_px``, ``median_px``, ``p95_px``, ``MSE_px``,
        ``SDR@<T>px``, ``max_px``, ``MRE_mm``, ``MRE_percent_height`` and
        ``MRE_percent_diagonal``; films in the order of the records.
    """
    errors = corner_errors(records)
    found = _found(records, end_to_end)
    rows = []
    for places in _places([record.film_id for record in records]).values():
        row = _film_columns(records[places[0]])
        rows.append(row | _pooled(errors, places, found, px_thresholds))
    return rows


def vertebra_rows(records: Sequence[VertebraRecord]) -> list[Row]:
    """Errors of each vertebra and of its corners.

    Returns:
        ``film``, ``source``, ``patient_id``, ``vertebra_id``, ``level``, ``order``,
        ``corners``, ``corners_lost``, ``MRE_px``, ``MRE_mm``, ``MRE_percent_height``
        and ``error_px_<corner>``; in the order of the records.
    """
    errors = corner_errors(records)
    return [
        _film_columns(record)
        | {
            'vertebra_id': record.vertebra_id,
            'level': record.level,
            'order': record.order,
            'corners': int((~np.isnan(errors.px[place])).sum()),
            'corners_lost': int(np.isinf(errors.px[place]).sum()),
            'MRE_px': known_mean(errors.px[place]),
            'MRE_mm': known_mean(errors.mm[place]),
            'MRE_percent_height': known_mean(errors.height[place]),
        }
        | {
            f'error_px_{corner}': float(errors.px[place, column])
            for column, corner in enumerate(CORNERS)
        }
        for place, record in enumerate(records)
    ]


def level_rows(
    records: Sequence[VertebraRecord],
    px_thresholds: Sequence[float] = PX_THRESHOLDS,
    end_to_end: bool = False,
) -> list[Row]:
    """Errors of each level, pooled over films.

    Args:
        records: Unique vertebrae.
        px_thresholds: SDR thresholds in px.
        end_to_end: See the module's docstring.

    Returns:
        ``level``, the columns of :func:`film_rows` from ``vertebrae`` on, and
        ``MRE_px_<corner>``; levels in the order of :data:`.anatomy.LEVELS`, then
        :data:`UNKNOWN_LEVEL` if there is one, then :data:`ALL_LEVELS`.
    """
    errors = corner_errors(records)
    found = _found(records, end_to_end)
    places = _places([record.level or UNKNOWN_LEVEL for record in records])
    named = [level for level in LEVELS if level in places]
    others = [level for level in places if level not in LEVELS]
    places[ALL_LEVELS] = list(range(len(records)))
    return [
        {'level': level}
        | _pooled(errors, places[level], found, px_thresholds)
        | {
            f'MRE_px_{corner}': known_mean(
                errors.px[_chosen(places[level], found), column]
            )
            for column, corner in enumerate(CORNERS)
        }
        for level in (*named, *others, ALL_LEVELS)
    ]


def _film_columns(record: VertebraRecord) -> Row:
    return {
        'film': record.film.get('file_name') or record.film_id,
        'source': record.film.get('source'),
        'patient_id': record.film.get('patient_id'),
    }


def _pooled(
    errors: CornerErrors,
    places: Sequence[int],
    found: NDArray[np.bool_],
    px_thresholds: Sequence[float],
) -> Row:
    chosen = _chosen(places, found)
    every, px = errors.px[places], errors.px[chosen]
    known = px[~np.isnan(px)]
    rates = summarise_errors(every, px_thresholds)
    return {
        'vertebrae': len(places),
        'corners': int((~np.isnan(every)).sum()),
        'corners_lost': int(np.isinf(every).sum()),
        **summarise_errors(px, ()),
        **{name: value for name, value in rates.items() if name.startswith('SDR')},
        'max_px': float(known.max()) if known.size else float('nan'),
        'MRE_mm': known_mean(errors.mm[chosen]),
        'MRE_percent_height': known_mean(errors.height[chosen]),
        'MRE_percent_diagonal': known_mean(errors.diagonal[chosen]),
    }


def _found(records: Sequence[VertebraRecord], end_to_end: bool) -> NDArray[np.bool_]:
    """Which vertebrae count for distances: given boxes all, lost ones as infinite."""
    return np.array(
        [not end_to_end or np.isfinite(r.predicted).any() for r in records], dtype=bool
    )


def _chosen(places: Sequence[int], found: NDArray[np.bool_]) -> list[int]:
    return [place for place in places if found[place]]


def _places(keys: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    """Where each key stands, keys in the order of their first place."""
    places: dict[Hashable, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places
