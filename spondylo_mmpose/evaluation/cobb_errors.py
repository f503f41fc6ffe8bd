"""Error of Cobb angles over films, given boxes or end to end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.evaluation.intervals import Bootstrap, IntArray, mean_intervals
from spondylo_mmpose.evaluation.radial_error import known_mean
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.cobb import cobb_angles, film_smape

ANGLES = 'cobb_angles_deg'
"""Field of a film that holds the angles of its data set."""


@dataclass(frozen=True)
class CobbError:
    """Errors of one film.

    Attributes:
        smape: Percent; 100 where the prediction has no angles.
        main_deg: Absolute error of the main angle, degrees; NaN there.
        landmarks_smape: Of the labels' own angles, percent.
    """

    smape: float
    main_deg: float
    landmarks_smape: float


def has_cobb_angles(
    film: Mapping[str, Any], true: FloatArray, levels: Sequence[str | None]
) -> bool:
    """Whether Cobb angles of a film can be judged.

    Args:
        film: Fields of the film.
        true: ``(N, 4, 2)`` px, its labels.
        levels: Of the vertebrae.

    Returns:
        False without angles, with a vertebra that is not labelled whole, or whose level
        is not known: the reader of AASCE names none where one of the 17 is missing.
    """
    whole = len(true) and np.isfinite(true).all() and None not in levels
    return film.get(ANGLES) is not None and bool(whole)


def film_cobb_error(
    found: ArrayLike, true: ArrayLike, film: Mapping[str, Any]
) -> CobbError:
    """Judge the Cobb angles of a film.

    Args:
        found: ``(M, 4, 2)`` px, upward; what :func:`.cobb_angles` wants.
        true: ``(N, 4, 2)`` px, the labels, upward.
        film: Fields of the film, with its height in px and :data:`ANGLES`.
    """
    height = float(film['height'])
    given = np.asarray(film[ANGLES], np.float64)
    angles = cobb_angles(found, height)
    share, own = film_smape([angles, cobb_angles(true, height)], [given, given])
    return CobbError(
        100.0 if np.isnan(share) else float(share),
        abs(float(angles[0] - given[0])),
        float(own),
    )


def summarise_cobb(
    errors: Sequence[CobbError], patients: IntArray, how: Bootstrap | None = None
) -> dict[str, float]:
    """Means over films.

    Args:
        errors: One for each film.
        patients: ``(len(errors),)`` number of each film's patient.
        how: Of the intervals; none without.

    Returns:
        ``SMAPE``, ``main_MAE_deg`` and ``landmarks_SMAPE``, the means of the attributes
        of :class:`CobbError`, NaN where nothing was measured; ``films``, and
        ``unmeasured`` ones without angles. With ``how`` also ``NAME_low`` and
        ``NAME_high``.
    """
    columns = {
        'SMAPE': np.array([error.smape for error in errors]),
        'main_MAE_deg': np.array([error.main_deg for error in errors]),
        'landmarks_SMAPE': np.array([error.landmarks_smape for error in errors]),
    }
    metrics = {name: known_mean(column) for name, column in columns.items()}
    metrics |= {
        'films': len(errors),
        'unmeasured': int(np.isnan(columns['main_MAE_deg']).sum()),
    }
    if how is None or not errors:
        return metrics
    return metrics | mean_intervals(columns, patients, how)
