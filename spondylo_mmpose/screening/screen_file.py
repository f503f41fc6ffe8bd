"""Limits of a screen as JSON."""

import math
from pathlib import Path
from typing import Any

from spondylo_mmpose.screening.limits import Limit, ScreenLimits
from spondylo_mmpose.screening.signals import SIGNALS
from spondylo_mmpose.utils.io import write_json
from spondylo_mmpose.utils.json_head import checked_head, decoded_file

FORMAT = 'spondylo_mmpose screen'
FORMAT_VERSION = '1.0'
"""Readers check the part before the dot; only later parts may add fields."""


def write_screen(path: str | Path, limits: ScreenLimits) -> Path:
    """Write limits, never half.

    Raises:
        SpondyloError: If they cannot be written.
    """
    content = {
        'format': FORMAT,
        'format_version': FORMAT_VERSION,
        'limits': {
            name: {'caution': one.caution, 'refusal': one.refusal}
            for name, one in limits.limits.items()
        },
        'facts': dict(limits.facts),
    }
    return write_json(path, content)


def load_screen(path: str | Path) -> ScreenLimits:
    """Read limits.

    Args:
        path: What ``tools/fit_screen.py --out`` wrote.

    Raises:
        SpondyloError: One line that names the file and what is wrong with it.
    """
    return decoded_file(path, _decoded, 'write it with tools/fit_screen.py')


def _decoded(content: Any) -> ScreenLimits:
    checked_head(content, FORMAT, FORMAT_VERSION)
    limits, facts = content.get('limits'), content.get('facts')
    if not isinstance(limits, dict) or not limits or not isinstance(facts, dict):
        raise ValueError('needs an object limits that is not empty, and one facts')
    if unknown := sorted(set(limits) - set(SIGNALS)):
        raise ValueError(
            f'limits: has {unknown[0]!r:.40}, which is none of {", ".join(SIGNALS)}'
        )
    return ScreenLimits({name: _limit(name, limits[name]) for name in limits}, facts)


def _limit(name: str, told: Any) -> Limit:
    if not isinstance(told, dict) or set(told) != {'caution', 'refusal'}:
        raise ValueError(f'limits: {name} needs caution and refusal and nothing else')
    for value in told.values():
        if value is not None and not (
            type(value) in (int, float) and math.isfinite(value) and value > 0
        ):
            raise ValueError(f'limits: {name}: {value!r:.40} is no positive number')
    caution, refusal = told['caution'], told['refusal']
    if caution is not None and refusal is not None and refusal < caution:
        raise ValueError(f'limits: {name} refuses what it does not caution of')
    return Limit(
        None if caution is None else float(caution),
        None if refusal is None else float(refusal),
    )
