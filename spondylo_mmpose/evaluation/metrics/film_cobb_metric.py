"""Cobb angles of frontal films on which the vertebrae had to be found."""

from collections.abc import Sequence

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.cobb_errors import (
    film_cobb_error,
    has_cobb_angles,
    summarise_cobb,
)
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.film_pairs import (
    FilmPair,
)
from spondylo_mmpose.evaluation.matched_records import film_entry, film_patients
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.metrics.interval_metric import IntervalMetric
from spondylo_mmpose.spine.anatomy import order_upward


@METRICS.register_module()
class FilmCobbMetric(IntervalMetric, FilmMetric):
    """Error of the three Cobb angles of whatever was found, end to end.

    As :class:`.CobbMetric`, but the angles are those of all vertebrae that were told,
    however many: a missed one bends nothing, an invented one may. A film with fewer
    than three fails.

    Args:
        **kwargs: Arguments of :class:`.IntervalMetric` and :class:`.FilmMetric`.
    """

    default_prefix = 'cobb'

    def summarise(self, pairs: Sequence[FilmPair]) -> dict[str, float]:
        """Measure all films.

        Returns:
            The values of :func:`.summarise_cobb`; nothing where no film tells its
            angles.
        """
        outcomes = compare_films(pairs, self.score_threshold)
        errors, places = [], []
        for place, outcome in enumerate(outcomes):
            film, true = film_entry(outcome.film), outcome.film.corners
            if not has_cobb_angles(film, true, outcome.film.all_levels):
                continue
            found = outcome.kept.corners
            errors.append(film_cobb_error(found[order_upward(found)], true, film))
            places.append(place)
        if not errors:
            return {}
        patients = film_patients(outcomes)[np.array(places, np.intp)]
        return summarise_cobb(errors, patients, self.bootstrap)
