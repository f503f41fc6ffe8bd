"""Cobb angles of frontal films."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    mean_intervals,
    patients_by_film,
)
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.cobb import cobb_angles, film_smape

ANGLES = 'cobb_angles_deg'
"""Field of a film that holds the angles of its data set."""


@METRICS.register_module()
class CobbMetric(CornerMetric):
    """Error of the three Cobb angles, as the AASCE 2019 challenge measures it.

    Truth are the angles that the data set gives, which are not always those of its
    landmarks. Films without them, with a vertebra whose level is not known (the reader
    of AASCE names none where one of the 17 is missing) or is not labelled whole, are
    left out.

    Args:
        intervals: Add 95 % intervals by a bootstrap over patients.
        resamples: Number of the bootstrap's resamples.
        seed: Seed of the bootstrap.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'cobb'

    def __init__(
        self,
        intervals: bool = False,
        resamples: int = 1000,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bootstrap = Bootstrap(resamples, seed=seed) if intervals else None

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Summarise the errors over films.

        Returns:
            ``SMAPE`` in percent, a film whose prediction lacks a corner counting 100;
            ``main_MAE_deg``, of the main angle, of the measured films alone;
            ``landmarks_SMAPE``, of the labels' own angles, which nothing that learns
            from these labels can be expected to beat; ``films`` and ``unmeasured``.
            With ``intervals`` also ``NAME_low`` and ``NAME_high``.
        """
        films: dict[str, list[VertebraRecord]] = defaultdict(list)
        for record in records:
            if record.film.get(ANGLES) is not None and record.order is not None:
                films[record.film_id].append(record)
        told, rows = [], []
        for film_id in sorted(films):
            spine = sorted(films[film_id], key=lambda record: record.order or 0)
            true = np.stack([record.true for record in spine])
            if not np.isfinite(true).all() or any(r.level is None for r in spine):
                continue
            height = float(spine[0].film['height'])
            given = np.asarray(spine[0].film[ANGLES], np.float64)
            found = cobb_angles(np.stack([r.predicted for r in spine]), height)
            share = float(film_smape(found[None], given[None])[0])
            rows.append(
                (
                    100.0 if np.isnan(share) else share,
                    abs(float(found[0] - given[0])),
                    float(film_smape(cobb_angles(true, height)[None], given[None])[0]),
                )
            )
            told.append(film_id)
        values = np.array(rows, np.float64).reshape(-1, 3)
        names = ('SMAPE', 'main_MAE_deg', 'landmarks_SMAPE')
        columns = dict(zip(names, values.T, strict=True))
        metrics = {name: _mean(column) for name, column in columns.items()}
        metrics |= {
            'films': len(told),
            'unmeasured': int(np.isnan(columns['main_MAE_deg']).sum()),
        }
        if self.bootstrap is None or not told:
            return metrics
        patients = patients_by_film(records)
        owners = np.array([patients[film_id] for film_id in told], np.intp)
        return metrics | mean_intervals(columns, owners, self.bootstrap)


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float('nan')
