"""Landmark error given the true boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    error_intervals,
    record_patients,
)
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.radial_error import (
    MM_THRESHOLDS,
    PX_THRESHOLDS,
    summarise_errors,
)
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS, FloatArray


@METRICS.register_module()
class RadialErrorMetric(CornerMetric):
    """Mean radial error and success detection rates of the corners, given boxes.

    Pooled over all labelled corners, then per corner, level and source. Distances are
    in px of the stored image, and in mm for the films whose pixel spacing is known;
    without such films every mm value is NaN. Films whose spacing was only estimated
    stay out of them; asked for, they get values of their own names.

    Args:
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        use_estimated_spacing: Add ``MRE_mm_estimated`` and so on, over the films whose
            spacing is not known but estimated.
        detailed: Add the error of each corner at each level.
        **kwargs: Arguments of :class:`.CornerMetric`.
    """

    default_prefix = 'corner'

    def __init__(
        self,
        px_thresholds: Sequence[float] = PX_THRESHOLDS,
        mm_thresholds: Sequence[float] = MM_THRESHOLDS,
        use_estimated_spacing: bool = False,
        detailed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.px_thresholds = tuple(px_thresholds)
        self.mm_thresholds = tuple(mm_thresholds)
        self.use_estimated_spacing = use_estimated_spacing
        self.detailed = detailed

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Pool the errors.

        Returns:
            By name, in this order:

            - ``MRE_px``, ``median_px``, ``p95_px``: mean, median and 95th percentile of
              the radial error, px. ``MSE_px``: mean squared radial distance, px².
              ``SDR@<T>px``: percent of the corners that lie within T px.
            - ``MRE_mm``, ``median_mm``, ``p95_mm``, ``MSE_mm`` (mm²), ``SDR@<T>mm``:
              the same in mm.
            - ``MRE_percent_height``, ``median_percent_height``, ``p95_percent_height``:
              error in percent of the true vertebra's height (the median of its two
              walls, px). ``MRE_percent_diagonal``, ...: of the image's diagonal.
            - ``MRE_px/<corner>``, ``MRE_px/<level>``, ``MRE_px/source:<source>``: MRE
              of a part; ``detailed`` adds ``MRE_px/<level>/<corner>``.
            - ``films``, ``patients``, ``vertebrae``, ``corners``, ``corners_with_mm``:
              counts of what was measured; a film of whom nobody knows the patient is
              its own. ``corners_lost``: labelled corners without a finite prediction.
              They make means infinite and never succeed.
            - with ``use_estimated_spacing`` also ``MRE_mm_estimated``,
              ``SDR@<T>mm_estimated``, ..., ``corners_with_mm_estimated`` and
              ``spacing_error_percent``, the mean of what the estimates say about
              themselves.
            - with ``intervals`` also ``<NAME>_low`` and ``<NAME>_high`` for every value
              that is not a count; NaN where fewer than two patients were measured.
        """
        errors = corner_errors(records)
        pools = _Pools(records, self.bootstrap)
        pools.add(errors.px, 'px', self.px_thresholds)
        pools.add(errors.mm, 'mm', self.mm_thresholds)
        for unit, share in (('height', errors.height), ('diagonal', errors.diagonal)):
            pools.add(share, f'percent_{unit}', squares=False)
        for column, corner in enumerate(CORNERS):
            pools.add_part(corner, errors.px, [column])
        levels = np.array([record.level for record in records], dtype=object)
        present = [level for level in LEVELS if (levels == level).any()]
        for level in present:
            pools.add_part(level, errors.px, rows=levels == level)
        sources = np.array([record.film.get('source') for record in records], object)
        for source in sorted({str(name) for name in sources if name is not None}):
            pools.add_part(f'source:{source}', errors.px, rows=sources == source)
        for level in present if self.detailed else ():
            for column, corner in enumerate(CORNERS):
                name = f'{level}/{corner}'
                pools.add_part(name, errors.px, [column], levels == level)
        pools.values |= {
            'films': len({record.film_id for record in records}),
            'patients': len(set(pools.patients.tolist())),
            'vertebrae': len(records),
            'corners': int((~np.isnan(errors.px)).sum()),
            'corners_with_mm': int((~np.isnan(errors.mm)).sum()),
            'corners_lost': int(np.isinf(errors.px).sum()),
        }
        if self.use_estimated_spacing:
            mm = errors.mm_estimated
            pools.add(mm, 'mm_estimated', self.mm_thresholds)
            pools.values['corners_with_mm_estimated'] = int((~np.isnan(mm)).sum())
            pools.values['spacing_error_percent'] = _spacing_error(records)
        return pools.values | pools.limits


class _Pools:
    """Collects statistics of errors and their intervals."""

    def __init__(
        self, records: Sequence[VertebraRecord], bootstrap: Bootstrap | None
    ) -> None:
        self.patients = record_patients(records)
        self.bootstrap = bootstrap
        self.values: dict[str, float] = {}
        self.limits: dict[str, float] = {}

    def add(
        self,
        errors: FloatArray,
        unit: str,
        thresholds: Sequence[float] = (),
        squares: bool = True,
    ) -> None:
        values = summarise_errors(errors, thresholds, unit)
        if not squares:
            del values[f'MSE_{unit}']
        self.values |= values
        if self.bootstrap is not None:
            limits = error_intervals(
                errors, self.patients, thresholds, unit, self.bootstrap, list(values)
            )
            self.limits |= limits

    def add_part(
        self,
        part: str,
        errors: FloatArray,
        columns: Sequence[int] = (0, 1, 2, 3),
        rows: Any = slice(None),
    ) -> None:
        chosen = errors[rows][:, columns]
        self.values[f'MRE_px/{part}'] = summarise_errors(chosen)['MRE_px']
        if self.bootstrap is not None:
            limits = error_intervals(
                chosen, self.patients[rows], (), 'px', self.bootstrap, ['MRE_px']
            )
            for side in ('low', 'high'):
                self.limits[f'MRE_px/{part}_{side}'] = limits[f'MRE_px_{side}']


def _spacing_error(records: Sequence[VertebraRecord]) -> float:
    films = {
        record.film_id: record.film['pixel_spacing_estimate']['error_percent']
        for record in records
        if record.estimated_spacing is not None
    }
    return float(np.mean(list(films.values()))) if films else float('nan')
