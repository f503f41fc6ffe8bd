"""Do deviations and intervals hold on films that nothing was learned from?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from spondylo_mmpose.evaluation.intervals import Bootstrap, IntArray, mean_statistic
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.uncertainty.calibrating import calibrated_stds
from spondylo_mmpose.uncertainty.calibration import (
    ALL,
    KINDS,
    Calibration,
    Quantiles,
    kind_of,
)
from spondylo_mmpose.uncertainty.normal_errors import normal_radius, normal_reach
from spondylo_mmpose.uncertainty.observed import Observed
from spondylo_mmpose.uncertainty.slip_errors import slip_errors

BINS = 10
"""Parts into which corners or slips are divided by their deviations."""


@dataclass(frozen=True)
class Errors:
    """Errors of corners or of slips beside their deviations.

    Attributes:
        errors: ``(N,)`` not negative, finite; px or percentage points.
        stds: ``(N,)`` in the same unit.
        kinds: ``(N,)`` of the vertebra, or of the lower one of a pair.
        patients: ``(N,)``.
        axes: 2 where errors are distances in the plane, of which deviations are those
            in x and in y; 1 where both are along one axis.
    """

    errors: FloatArray
    stds: FloatArray
    kinds: NDArray[np.str_]
    patients: IntArray
    axes: int

    @property
    def scores(self) -> FloatArray:
        """Errors in deviations."""
        return self.errors / self.stds

    def normal_quantile(self, coverage: float) -> float:
        """Deviations that a share of normal errors does not exceed."""
        return normal_radius(coverage) if self.axes == 2 else normal_reach(coverage)

    def of_kind(self, kind: str) -> 'Errors':
        """Those of one kind, or of :data:`ALL`."""
        if kind == ALL:
            return self
        own = self.kinds == kind
        return Errors(
            self.errors[own],
            self.stds[own],
            self.kinds[own],
            self.patients[own],
            self.axes,
        )


@dataclass(frozen=True)
class CoverageRow:
    """How many true values an interval of some nominal coverage holds.

    Attributes:
        of: ``corners`` or ``slips``.
        kind: ``all``, ``S1`` (for slips: pairs on S1) or ``others``.
        method: ``told`` (the model's own deviations, errors taken for normal),
            ``normal`` (calibrated deviations, errors taken for normal) or
            ``conformal``, which a calibration of few patients does not have.
        nominal: Percent.
        actual: Percent; NaN of none.
        low: Lower limit of a 95 % interval of ``actual``, by a bootstrap over patients.
        high: Upper limit.
        number: Corners or pairs.
        patients: Their patients.
        reach: Median of what lies between the predicted value and the interval's limit,
            px or percentage points.
    """

    of: str
    kind: str
    method: str
    nominal: float
    actual: float
    low: float
    high: float
    number: int
    patients: int
    reach: float


@dataclass(frozen=True)
class CoverageCheck:
    """What :func:`check_coverage` found.

    Attributes:
        rows: Coverages.
        values: ``NAME: value``, see :func:`deviation_values`.
        corners: Of the calibrated deviations.
        slips: Of the propagated ones.
        told: Of the model's own deviations of corners; ``None`` if it tells none.
        observed: Numbers of films, patients, vertebrae and pairs.
        method: Of the rows of the intervals that the calibration gives.
    """

    rows: Sequence[CoverageRow]
    values: Mapping[str, float]
    corners: Errors
    slips: Errors
    told: Errors | None
    observed: Mapping[str, int]
    method: Quantiles = 'conformal'


def check_coverage(
    calibration: Calibration, observed: Observed, how: Bootstrap | None = None
) -> CoverageCheck:
    """Compare intervals with the truth.

    Args:
        calibration: Learned on other films.
        observed: Predictions of the same model.
        how: Number of resamples, confidence and seed of the bootstrap over patients.
    """
    stds = calibrated_stds(calibration, observed)
    corners = _corner_errors(observed, stds)
    told = None if observed.stds is None else _corner_errors(observed, observed.stds)
    measured = slip_errors(observed, stds)
    slips = Errors(
        np.abs(measured.errors),
        measured.stds,
        np.array([kind_of(level) for level in measured.levels], dtype=str),
        measured.patients,
        axes=1,
    )
    rows: list[CoverageRow] = []
    for name, errors, quantiles in (
        ('corners', corners, calibration.corner_quantiles),
        ('slips', slips, calibration.slip_quantiles),
    ):
        for kind in (ALL, *KINDS):
            own = errors.of_kind(kind)
            for place, coverage in enumerate(calibration.coverages):
                at = (name, kind, coverage, own)
                if told is not None and name == 'corners':
                    raw = told.of_kind(kind)
                    quantile = raw.normal_quantile(coverage)
                    rows.append(_row('told', name, kind, coverage, raw, quantile, how))
                rows.append(_row('normal', *at, own.normal_quantile(coverage), how))
                if calibration.method == 'normal':
                    continue
                # Each value meets the quantile of its own kind, as in use.
                by_kind = {k: values[place] for k, values in quantiles.items()}
                reach = np.array([by_kind[k] for k in own.kinds], np.float64)
                rows.append(_row('conformal', *at, reach, how))
    values = {
        **({} if told is None else _prefixed('corners_told', deviation_values(told))),
        **_prefixed('corners', deviation_values(corners)),
        **_prefixed('slips', deviation_values(slips)),
    }
    numbers = {
        'films': observed.films,
        'patients': len(np.unique(observed.patients)),
        'vertebrae': len(observed.records),
        'vertebrae_not_found': observed.missed,
        'pairs': len(slips.errors),
    }
    return CoverageCheck(
        rows, values, corners, slips, told, numbers, calibration.method
    )


def deviation_values(errors: Errors) -> dict[str, float]:
    """How well deviations tell errors.

    Returns:
        ``ENCE``, the expected normalised calibration error in percent: the mean over
        :data:`BINS` parts of equal number, divided by deviation, of
        ``|root mean square error - root mean variance| / root mean variance`` (Levi et
        al., Sensors 2022; 22: 5540). ``spearman``, the rank correlation of deviation
        and error: 0 where the deviations tell nothing. ``scale``, the root mean square
        of errors in deviations, 1 where they have the right size. NaN of too few.
    """
    nan = float('nan')
    if len(errors.errors) < 2 * BINS:
        return {'ENCE': nan, 'spearman': nan, 'scale': nan}
    said, made = reliability_bins(errors)
    varied = np.ptp(errors.stds) > 0 and np.ptp(errors.errors) > 0
    return {
        'ENCE': float(100 * (np.abs(made - said) / said).mean()),
        'spearman': float(spearmanr(errors.stds, errors.errors)[0]) if varied else nan,
        'scale': float(np.sqrt((errors.scores**2).mean() / errors.axes)),
    }


def reliability_bins(errors: Errors) -> tuple[FloatArray, FloatArray]:
    """Said and made deviations of parts of equal number, each ``(BINS,)``.

    Returns:
        Root mean variance, and root mean square error along an axis.
    """
    order = np.argsort(errors.stds, kind='stable')
    parts = np.array_split(order, BINS)
    said = [np.sqrt((errors.stds[part] ** 2).mean()) for part in parts]
    made = [np.sqrt((errors.errors[part] ** 2).mean() / errors.axes) for part in parts]
    return np.array(said), np.array(made)


def _corner_errors(observed: Observed, stds: FloatArray) -> Errors:
    distances = observed.errors
    known = np.isfinite(distances)
    kinds = np.array([kind_of(level) for level in observed.levels], dtype=str)
    return Errors(
        distances[known],
        stds[known],
        np.broadcast_to(kinds[:, None], known.shape)[known],
        np.broadcast_to(observed.patients[:, None], known.shape)[known],
        axes=2,
    )


def _row(
    method: str,
    of: str,
    kind: str,
    coverage: float,
    errors: Errors,
    quantile: float | FloatArray,
    how: Bootstrap | None,
) -> CoverageRow:
    nan = float('nan')
    if not len(errors.errors):
        return CoverageRow(of, kind, method, 100 * coverage, nan, nan, nan, 0, 0, nan)
    reach = quantile * errors.stds
    held = np.where(errors.errors <= reach, 100.0, 0.0)
    statistic, patients = mean_statistic(held, errors.patients)
    low, high = (how or Bootstrap()).interval(statistic, patients)
    return CoverageRow(
        of=of,
        kind=kind,
        method=method,
        nominal=100 * coverage,
        actual=float(held.mean()),
        low=low,
        high=high,
        number=len(held),
        patients=patients,
        reach=float(np.median(reach)),
    )


def _prefixed(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f'{prefix}/{name}': value for name, value in values.items()}
