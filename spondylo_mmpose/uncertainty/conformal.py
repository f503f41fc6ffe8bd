"""Quantiles that hold on new patients, whatever the shape of the errors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import FloatArray


def patient_quantiles(
    scores: ArrayLike, patients: ArrayLike, coverages: Sequence[float]
) -> FloatArray:
    """Conformal quantiles of scores that come in groups.

    Corners of one patient err alike, so that not corners but patients are
    exchangeable. With ``K`` patients each score of a patient who has ``n`` of them
    weighs ``1 / (n * (K + 1))``, and what is left, ``1 / (K + 1)``, stands for the
    patient to come, whose scores may have any size (hierarchical conformal prediction:
    Lee, Barber, Willett, arXiv 2306.06342). A score of a new patient is then
    at most the quantile with at least the probability asked for. With one score each
    this is split conformal prediction, the ``ceil((K + 1) * coverage)``-th smallest.

    Args:
        scores: ``(N,)``, not NaN.
        patients: ``(N,)`` number of the patient of each score.
        coverages: Probabilities in (0, 1).

    Returns:
        One for each coverage; infinite where there are too few patients for it.
    """
    values = np.asarray(scores, dtype=np.float64)
    _, owner, number = np.unique(patients, return_inverse=True, return_counts=True)
    order = np.argsort(values, kind='stable')
    weights = 1.0 / number[owner[order]]
    reached = np.append(weights.cumsum(), np.inf) / (len(number) + 1)
    # The last sum may lack some floating-point dust.
    places = np.searchsorted(reached, np.asarray(coverages) - 1e-12, side='left')
    return np.append(values[order], np.inf)[places]
