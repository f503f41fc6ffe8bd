"""Limits from films of the right kind alone, by conformal quantiles."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.screening.limits import Limit, ScreenLimits
from spondylo_mmpose.screening.signals import SIGNALS
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.uncertainty.conformal import patient_quantiles

CAUTION_RATE, REFUSAL_MARGIN = 0.05, 2.0
"""Share of films of the right kind that may be flagged, and how many times further from
the middle than the limit of caution the limit of refusal lies."""

UPPER = 0.9
"""Quantile that tells how far a signal scatters upward."""


def fit_limits(
    measured: Sequence[Mapping[str, float]],
    films: Sequence[int],
    caution_rate: float = CAUTION_RATE,
    refusal_margin: float = REFUSAL_MARGIN,
) -> ScreenLimits:
    """Learn limits.

    Each signal is taken in units of its own scatter, ``(x - median) / (90 % quantile -
    median)``, and a film is as unusual as its most unusual signal. The conformal
    quantile of that over the films is the limit of caution of all signals at once, so
    that the share of the right films that are flagged is the one asked for, however
    many signals there are.

    Args:
        measured: Signals of each view of a film, of :func:`.measure_signals`.
        films: Number of the film of each; views of one film are not independent.
        caution_rate: Share of films of the right kind that may be flagged.
        refusal_margin: The limit of refusal is so many times as far from the median as
            that of caution.

    Raises:
        SpondyloError: If an argument is out of range, or there are too few films.
    """
    if not 0 < caution_rate <= 0.5:
        raise SpondyloError(
            f'--caution-rate {caution_rate}: must be above 0 and at most 0.5'
        )
    if not 1 <= refusal_margin < np.inf:
        raise SpondyloError(f'--refusal-margin {refusal_margin}: must be 1 or more')
    number = len(set(films))
    needed = int(np.ceil(1 / caution_rate - 1e-9)) - 1
    if number < needed:
        raise SpondyloError(
            f'{number} films are too few for a rate of {caution_rate:g}; give '
            f'{needed} or more, or a larger --caution-rate'
        )
    middles, scatters = {}, {}
    for name, signal in SIGNALS.items():
        values = _column(measured, name)
        known = values[np.isfinite(values)]
        # What hardly ever can be measured has no limits.
        if len(known) * 2 < len(values):
            continue
        middles[name] = float(np.median(known))
        upper = float(np.quantile(known, UPPER))
        scatters[name] = max(upper - middles[name], signal.resolution)
    if not middles:
        raise SpondyloError(
            'on most of the films too few vertebrae were found to learn from; take '
            'films that the model was made for'
        )
    steps = [
        (_column(measured, name) - middles[name]) / scatters[name] for name in middles
    ]
    # NaN, which was not measured, exceeds nothing.
    scores = np.nan_to_num(np.stack(steps), nan=-np.inf).max(0)
    (quantile,) = patient_quantiles(scores, films, [1 - caution_rate])
    # Never below the 90 % quantile of a signal itself, however alike the films are.
    reach = max(float(quantile), 1.0)
    limits = {}
    for name in middles:
        caution, refusal = (
            round(middles[name] + factor * reach * scatters[name], 6)
            for factor in (1.0, refusal_margin)
        )
        # A limit that nothing exceeds would only look like one.
        limits[name] = Limit(_below(name, caution), _below(name, refusal))
    facts: dict[str, Any] = {
        'films': number,
        'views': len(films),
        'caution_rate': caution_rate,
        'refusal_margin': refusal_margin,
        'reach': round(reach, 6),
        'medians': {name: round(value, 6) for name, value in middles.items()},
        'scatters': {name: round(value, 6) for name, value in scatters.items()},
    }
    return ScreenLimits(limits, facts)


def _below(name: str, limit: float) -> float | None:
    return limit if limit < SIGNALS[name].most else None


def _column(measured: Sequence[Mapping[str, float]], name: str) -> FloatArray:
    return np.array([one[name] for one in measured], dtype=np.float64)
