"""Cobb angles of frontal films."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.cobb_errors import (
    film_cobb_error,
    has_cobb_angles,
    summarise_cobb,
)
from spondylo_mmpose.evaluation.intervals import patients_by_film
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.records import VertebraRecord


@METRICS.register_module()
class CobbMetric(CornerMetric):
    """Error of the three Cobb angles, as the AASCE 2019 challenge measures it.

    Truth are the angles that the data set gives, which are not always those of its
    landmarks. Films that :func:`.has_cobb_angles` refuses are left out.

    Args:
        **kwargs: Arguments of :class:`.CornerMetric`.
    """

    default_prefix = 'cobb'

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Summarise the errors over films.

        Returns:
            The values of :func:`.summarise_cobb`.
        """
        films: dict[str, list[VertebraRecord]] = defaultdict(list)
        for record in records:
            if record.order is not None:
                films[record.film_id].append(record)
        numbers = patients_by_film(records)
        errors, patients = [], []
        for film_id in sorted(films):
            spine = sorted(films[film_id], key=lambda record: record.order or 0)
            film, true = spine[0].film, np.stack([record.true for record in spine])
            if not has_cobb_angles(film, true, [record.level for record in spine]):
                continue
            found = np.stack([record.predicted for record in spine])
            errors.append(film_cobb_error(found, true, film))
            patients.append(numbers[film_id])
        return summarise_cobb(errors, np.array(patients, np.intp), self.bootstrap)
