"""Corner errors as tables: a row for each film, vertebra or level.

Every row is a dictionary from column to value. Errors are named as in
:class:`.RadialErrorMetric`: NaN where nothing was measured, infinity where a labelled
corner was lost.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.evaluation.corner_errors import CornerErrors, corner_errors
from spondylo_mmpose.evaluation.radial_error import PX_THRESHOLDS, summarise_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS

UNKNOWN_LEVEL = 'unknown'
"""Row of the vertebrae whose level is not recorded."""

ALL_LEVELS = 'all'
"""Row of all vertebrae together."""

Row = dict[str, Any]


def film_rows(
    records: Sequence[VertebraRecord], px_thresholds: Sequence[float] = PX_THRESHOLDS
) -> list[Row]:
    """Errors of each film, pooled over its corners.

    Args:
        records: Unique vertebrae.
        px_thresholds: SDR thresholds in px.

    Returns:
        ``film``, ``source``, ``patient_id``, ``vertebrae``, ``corners``,
        ``corners_lost``, ``MRE_px``, ``median_px``, ``p95_px``, ``MSE_px``,
        ``SDR@<T>px``, ``max_px``, ``MRE_mm``, ``MRE_percent_height`` and
        ``MRE_percent_diagonal``; films in the order of the records.
    """
    errors = corner_errors(records)
    rows = []
    for places in _places([record.film_id for record in records]).values():
        row = _film_columns(records[places[0]])
        rows.append(row | _pooled(errors, places, px_thresholds))
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
            'MRE_px': _mean(errors.px[place]),
            'MRE_mm': _mean(errors.mm[place]),
            'MRE_percent_height': _mean(errors.height[place]),
        }
        | {
            f'error_px_{corner}': float(errors.px[place, column])
            for column, corner in enumerate(CORNERS)
        }
        for place, record in enumerate(records)
    ]


def level_rows(
    records: Sequence[VertebraRecord], px_thresholds: Sequence[float] = PX_THRESHOLDS
) -> list[Row]:
    """Errors of each level, pooled over films.

    Args:
        records: Unique vertebrae.
        px_thresholds: SDR thresholds in px.

    Returns:
        ``level``, the columns of :func:`film_rows` from ``vertebrae`` on, and
        ``MRE_px_<corner>``; levels in the order of :data:`.anatomy.LEVELS`, then
        :data:`UNKNOWN_LEVEL` if there is one, then :data:`ALL_LEVELS`.
    """
    errors = corner_errors(records)
    found = _places([record.level or UNKNOWN_LEVEL for record in records])
    named = [level for level in LEVELS if level in found]
    others = [level for level in found if level not in LEVELS]
    found[ALL_LEVELS] = list(range(len(records)))
    return [
        {'level': level}
        | _pooled(errors, found[level], px_thresholds)
        | {
            f'MRE_px_{corner}': _mean(errors.px[found[level], column])
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
    errors: CornerErrors, places: Sequence[int], px_thresholds: Sequence[float]
) -> Row:
    px = errors.px[places]
    known = px[~np.isnan(px)]
    return {
        'vertebrae': len(places),
        'corners': known.size,
        'corners_lost': int(np.isinf(known).sum()),
        **summarise_errors(px, px_thresholds),
        'max_px': float(known.max()) if known.size else float('nan'),
        'MRE_mm': _mean(errors.mm[places]),
        'MRE_percent_height': _mean(errors.height[places]),
        'MRE_percent_diagonal': _mean(errors.diagonal[places]),
    }


def _mean(errors: np.ndarray) -> float:
    known = errors[~np.isnan(errors)]
    return float(known.mean()) if known.size else float('nan')


def _places(keys: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    """Where each key stands, keys in the order of their first place."""
    places: dict[Hashable, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places
