"""A calibration as JSON."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from spondylo_mmpose.uncertainty.calibration import ALL, KINDS, Calibration
from spondylo_mmpose.utils.io import write_json
from spondylo_mmpose.utils.json_head import checked_head, decoded_file

FORMAT = 'spondylo_mmpose uncertainty'
FORMAT_VERSION = '1.0'
"""Readers check the part before the dot; only later parts may add fields."""

_GROUPS = (ALL, *KINDS)


def write_calibration(path: str | Path, calibration: Calibration) -> Path:
    """Write a calibration, never half.

    Args:
        path: Target file.
        calibration: An infinite quantile is written as ``null``.

    Raises:
        SpondyloError: If it cannot be written.
    """
    content = {
        'format': FORMAT,
        'format_version': FORMAT_VERSION,
        'std_origin': calibration.std_origin,
        'scales': _plain(calibration.scales),
        'shares': _plain(calibration.shares),
        'size': calibration.size,
        'coverages': list(calibration.coverages),
        'corner_quantiles': _plain(calibration.corner_quantiles),
        'slip_quantiles': _plain(calibration.slip_quantiles),
        'facts': dict(calibration.facts),
    }
    return write_json(path, content)


def load_calibration(path: str | Path) -> Calibration:
    """Read a calibration.

    Args:
        path: What ``tools/calibrate_uncertainty.py --out`` wrote.

    Raises:
        SpondyloError: One line that names the file and what is wrong with it.
    """
    return decoded_file(path, _decoded, 'write it with tools/calibrate_uncertainty.py')


def _decoded(content: Any) -> Calibration:
    checked_head(content, FORMAT, FORMAT_VERSION)
    origin, facts = content.get('std_origin'), content.get('facts')
    if not isinstance(origin, str) or not isinstance(facts, dict):
        raise ValueError('needs a text std_origin and an object facts')
    coverages = _numbers(content.get('coverages'), 'coverages')
    if not ((np.diff(coverages) > 0).all() and 0 < coverages[0] <= coverages[-1] < 1):
        raise ValueError('coverages: not rising from above 0 to below 1')
    scales, shares = content.get('scales'), content.get('shares')
    if (scales is None) == (shares is None):
        raise ValueError('needs either scales or shares')
    number = len(coverages)
    return Calibration(
        coverages=coverages,
        scales=None
        if scales is None
        else {k: _numbers([_of(scales, k, 'scales')], 'scales')[0] for k in KINDS},
        shares=None
        if shares is None
        else {k: _numbers(_of(shares, k, 'shares'), 'shares', 4) for k in KINDS},
        size=_numbers([content.get('size')], 'size')[0],
        corner_quantiles=_quantiles(content, 'corner_quantiles', number),
        slip_quantiles=_quantiles(content, 'slip_quantiles', number),
        std_origin=origin,
        facts=facts,
    )


def _quantiles(
    content: Mapping[str, Any], name: str, number: int
) -> dict[str, tuple[float, ...]]:
    return {
        group: _quantile_row(_of(content.get(name), group, name), name, number)
        for group in _GROUPS
    }


def _quantile_row(row: Any, name: str, number: int) -> tuple[float, ...]:
    if isinstance(row, list):
        row = [float('inf') if value is None else value for value in row]
    values = _numbers(row, name, number, least=0.0, finite=False)
    # Two infinite ones have no difference.
    if any(later < before for before, later in pairwise(values)):
        raise ValueError(f'{name}: falls where the coverage rises')
    return values


def _of(value: Any, key: str, name: str) -> Any:
    if not isinstance(value, dict) or key not in value:
        raise ValueError(f'{name}: has no {key!r}')
    return value[key]


def _numbers(
    value: Any,
    name: str,
    number: int | None = None,
    least: float = 1e-12,
    finite: bool = True,
) -> tuple[float, ...]:
    """Positive numbers."""
    if (
        not isinstance(value, list)
        or not value
        or (number is not None and len(value) != number)
        or not all(type(item) in (int, float) for item in value)
    ):
        raise ValueError(f'{name}: not {number or "one or more"} numbers')
    if not all(item >= least and (item < 1e30 or not finite) for item in value):
        raise ValueError(f'{name}: not positive and finite')
    return tuple(map(float, value))


def _plain(values: Mapping[Any, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {str(k): v for k, v in values.items()}
