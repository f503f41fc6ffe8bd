"""Error of angles and heights."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.agreement import Agreement, agreement
from spondylo_mmpose.evaluation.angles_heights import (
    KINDS,
    Measurement,
    sagittal_measurements,
)
from spondylo_mmpose.evaluation.clinical import level_pair_key
from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    mean_intervals,
    patients_by_film,
)
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.statistics.film_measures import MEASURED


@METRICS.register_module()
class SagittalMetric(CornerMetric):
    """Disc angles, lordosis L1-S1, sacral slope and vertebral heights.

    What is measured where, and what it rests on: :mod:`.angles_heights`.

    Args:
        **kwargs: Arguments of :class:`.CornerMetric`.
    """

    default_prefix = 'sagittal'

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Summarise the errors of every kind of measurement.

        Returns:
            For each ``KIND`` and ``UNIT`` of :data:`.angles_heights.KINDS`, predicted
            minus true: ``KIND_MAE_UNIT``, ``KIND_bias_UNIT``, ``KIND_SD_UNIT`` and
            ``KIND_LoA_lower_UNIT``, ``KIND_LoA_upper_UNIT`` over what could be
            measured; ``KIND_number_UNIT``, how often the truth gives it;
            ``KIND_unmeasured_UNIT``, how often the prediction then does not (MAE is
            infinite where it never does). ``KIND_MAE_UNIT/PLACE`` for each level or
            pair. ``KIND_without_UNIT/REASON`` counts what the truth does not give. With
            ``intervals`` also the limits of MAE and bias as ``NAME_low`` and
            ``NAME_high``.
        """
        every = sagittal_measurements(records)
        patients = patients_by_film(records)
        metrics: dict[str, float] = {}
        limits: dict[str, float] = {}
        for kind, unit in KINDS:
            chosen = [m for m in every if (m.kind, m.unit) == (kind, unit)]
            metrics |= _summary(kind, unit, chosen)
            if self.bootstrap is not None:
                limits |= _limits(kind, unit, chosen, patients, self.bootstrap)
        return metrics | limits


def _summary(kind: str, unit: str, chosen: Sequence[Measurement]) -> dict[str, float]:
    given = [m for m in chosen if m.why == MEASURED]
    whole = _agreement(given)
    metrics: dict[str, float] = {
        f'{kind}_MAE_{unit}': whole.mean_absolute,
        f'{kind}_bias_{unit}': whole.bias,
        f'{kind}_SD_{unit}': whole.deviation,
        f'{kind}_LoA_lower_{unit}': whole.limits[0],
        f'{kind}_LoA_upper_{unit}': whole.limits[1],
        f'{kind}_number_{unit}': whole.number,
        f'{kind}_unmeasured_{unit}': whole.unmeasured,
    }
    places = {m.place for m in given if m.place}
    for place in sorted(places, key=level_pair_key):
        here = _agreement([m for m in given if m.place == place])
        metrics[f'{kind}_MAE_{unit}/{place}'] = here.mean_absolute
    reasons = Counter(m.why for m in chosen if m.why != MEASURED)
    for reason, number in sorted(reasons.items()):
        metrics[f'{kind}_without_{unit}/{reason}'] = number
    return metrics


def _limits(
    kind: str,
    unit: str,
    chosen: Sequence[Measurement],
    patients: Mapping[str, int],
    how: Bootstrap,
) -> dict[str, float]:
    # Nothing but what the truth and the prediction both give has an error.
    error = np.array([m.error for m in chosen], np.float64)
    error[~np.isfinite(error)] = np.nan
    owners = np.array([patients[m.film_id] for m in chosen], np.intp)
    values = {f'{kind}_MAE_{unit}': np.abs(error), f'{kind}_bias_{unit}': error}
    return mean_intervals(values, owners, how)


def _agreement(measurements: Sequence[Measurement]) -> Agreement:
    return agreement([m.error for m in measurements])
