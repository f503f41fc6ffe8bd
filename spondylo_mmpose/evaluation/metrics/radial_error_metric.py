"""Landmark error given the true boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.radial_error import (
    MM_THRESHOLDS,
    PX_THRESHOLDS,
    radial_errors,
    summarise_errors,
)
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS


@METRICS.register_module()
class RadialErrorMetric(CornerMetric):
    """Mean radial error and success detection rates of the corners, given boxes.

    Pooled over all labelled corners, then per corner and per level. Distances are in
    px of the original image, and in mm for the films whose pixel spacing is known;
    without such films every mm value is NaN.

    Args:
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'corner'

    def __init__(
        self,
        px_thresholds: Sequence[float] = PX_THRESHOLDS,
        mm_thresholds: Sequence[float] = MM_THRESHOLDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.px_thresholds = tuple(px_thresholds)
        self.mm_thresholds = tuple(mm_thresholds)

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Pool the errors.

        Returns:
            ``MRE_px``, ``median_px``, ``p95_px``, ``SDR@<T>px`` (percent), the same in
            mm, ``MRE_px/<corner>``, ``MRE_px/<level>``, and the counts ``films``,
            ``vertebrae``, ``corners`` and ``corners_with_mm``.
        """
        shape = (len(records), 4)
        px, mm = np.full(shape, np.nan), np.full(shape, np.nan)
        for row, record in enumerate(records):
            px[row] = radial_errors(record.predicted, record.true)
            if record.spacing is not None:
                mm[row] = radial_errors(record.predicted, record.true, record.spacing)
        metrics = summarise_errors(px, self.px_thresholds, 'px')
        metrics |= summarise_errors(mm, self.mm_thresholds, 'mm')
        for column, corner in enumerate(CORNERS):
            metrics[f'MRE_px/{corner}'] = _mean(px[:, column])
        levels = np.array([record.level for record in records], dtype=object)
        for level in LEVELS:
            if (levels == level).any():
                metrics[f'MRE_px/{level}'] = _mean(px[levels == level])
        metrics['films'] = len({record.film_id for record in records})
        metrics['vertebrae'] = len(records)
        metrics['corners'] = int((~np.isnan(px)).sum())
        metrics['corners_with_mm'] = int((~np.isnan(mm)).sum())
        return metrics


def _mean(errors: np.ndarray) -> float:
    return summarise_errors(errors, ())['MRE_px']
