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
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS, FloatArray


@METRICS.register_module()
class RadialErrorMetric(CornerMetric):
    """Mean radial error and success detection rates of the corners, given boxes.

    Pooled over all labelled corners, then per corner and per level. Distances are in
    px of the original image, and in mm for the films whose pixel spacing is known;
    without such films every mm value is NaN. Films whose spacing was only estimated
    stay out of them; asked for, they get values of their own names.

    Args:
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        use_estimated_spacing: Add ``MRE_mm_estimated`` and so on, over the films whose
            spacing is not known but estimated.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'corner'

    def __init__(
        self,
        px_thresholds: Sequence[float] = PX_THRESHOLDS,
        mm_thresholds: Sequence[float] = MM_THRESHOLDS,
        use_estimated_spacing: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.px_thresholds = tuple(px_thresholds)
        self.mm_thresholds = tuple(mm_thresholds)
        self.use_estimated_spacing = use_estimated_spacing

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Pool the errors.

        Returns:
            ``MRE_px``, ``median_px``, ``p95_px``, ``SDR@<T>px`` (percent), the same in
            mm, ``MRE_px/<corner>``, ``MRE_px/<level>``, and the counts ``films``,
            ``vertebrae``, ``corners`` and ``corners_with_mm``. With estimates also
            ``MRE_mm_estimated``, ``SDR@<T>mm_estimated``, ...,
            ``corners_with_mm_estimated`` and ``spacing_error_percent``, the mean of
            what the estimates say about themselves.
        """
        px = _errors(records, [np.ones(2)] * len(records))
        mm = _errors(records, [record.spacing for record in records])
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
        if self.use_estimated_spacing:
            metrics |= self._estimated(records)
        return metrics

    def _estimated(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        mm = _errors(records, [record.estimated_spacing for record in records])
        metrics = summarise_errors(mm, self.mm_thresholds, 'mm_estimated')
        metrics['corners_with_mm_estimated'] = int((~np.isnan(mm)).sum())
        films = {
            record.film_id: record.film['pixel_spacing_estimate']['error_percent']
            for record in records
            if record.estimated_spacing is not None
        }
        metrics['spacing_error_percent'] = (
            float(np.mean(list(films.values()))) if films else float('nan')
        )
        return metrics


def _errors(
    records: Sequence[VertebraRecord], spacings: Sequence[FloatArray | None]
) -> FloatArray:
    """Errors of each corner, ``(N, 4)``; NaN for a film without a spacing."""
    errors = np.full((len(records), 4), np.nan)
    for row, (record, spacing) in enumerate(zip(records, spacings, strict=True)):
        if spacing is not None:
            errors[row] = radial_errors(record.predicted, record.true, spacing)
    return errors


def _mean(errors: np.ndarray) -> float:
    return summarise_errors(errors, ())['MRE_px']
