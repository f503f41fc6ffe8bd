"""Calibration of a model on predictions for films that it did not learn from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.intervals import IntArray
from spondylo_mmpose.spine.anatomy import CORNERS, FloatArray
from spondylo_mmpose.uncertainty.calibration import (
    ALL,
    KINDS,
    Calibration,
    Kind,
    kind_of,
    vertebra_sizes,
)
from spondylo_mmpose.uncertainty.conformal import patient_quantiles
from spondylo_mmpose.uncertainty.error_model import ScaleFit, fit_mixture, fit_scale
from spondylo_mmpose.uncertainty.normal_errors import normal_radius, normal_reach
from spondylo_mmpose.uncertainty.observed import Observed
from spondylo_mmpose.uncertainty.slip_errors import slip_errors

COVERAGES = (0.5, 0.68, 0.8, 0.9, 0.95)
"""Default shares of true values that intervals are calibrated for."""

LEAST_PATIENTS = 50
"""Fewest patients of a kind for quantiles and scales of its own."""

_FOLDS = 5
_LEAST_VERTEBRAE = 20


def calibrate(
    observed: Observed,
    coverages: Sequence[float] = COVERAGES,
    few_as_normal: bool = False,
) -> Calibration:
    """Learn scales and quantiles.

    1. The scale of the learned deviations (:func:`.fit_scale`), for S1 by itself where
       held-out patients say that this is better; or, for a model that tells no
       deviations, a constant one for each corner and kind of vertebra as a share of its
       vertebra's size.
    2. Conformal quantiles (:func:`.patient_quantiles`) of the corners' distances in
       deviations, and of the slips' errors in propagated deviations; for S1 and the
       others apart where there are enough patients.

    Args:
        observed: Predictions for films of validation.
        coverages: Shares of true values that intervals are to hold, rising.
        few_as_normal: Of fewer than :data:`LEAST_PATIENTS` patients learn the scale
            alone; quantiles are those of normal errors of that scale, which nothing
            guarantees. Without, quantiles that few patients cannot tell are infinite.

    Returns:
        The calibration; its ``facts`` hold ``fits``, ``observed`` and
        ``assumed_normal``.

    Raises:
        SpondyloError: If there is too little to learn from, or a coverage is none.
    """
    levels = _checked(coverages)
    if len(observed.records) < _LEAST_VERTEBRAE or len(set(observed.patients)) < 2:
        raise SpondyloError(
            f'holds {len(observed.records)} found vertebrae of '
            f'{len(set(observed.patients))} patients; calibration needs '
            f'{_LEAST_VERTEBRAE} of 2 or more'
        )
    if observed.stds is None:
        scales, shares, fits = None, *_constant(observed)
    else:
        scales, fits = _scaled(observed)
        shares = None
    bare = Calibration(
        coverages=levels,
        scales=scales,
        shares=shares,
        size=float(np.nanmedian(vertebra_sizes(observed.predicted))),
        corner_quantiles={},
        slip_quantiles={},
        std_origin=observed.std_origin or 'constant',
    )
    stds = calibrated_stds(bare, observed)
    kinds = np.array([kind_of(level) for level in observed.levels])
    scores = observed.errors / stds
    known = np.isfinite(scores)
    slips = slip_errors(observed, stds)
    patients = len(set(observed.patients.tolist()))
    normal = few_as_normal and patients < LEAST_PATIENTS
    if normal:
        corner_quantiles, slip_quantiles = _normal_quantiles(levels)
    else:
        corner_quantiles = _quantiles(
            scores[known],
            np.broadcast_to(kinds[:, None], known.shape)[known],
            np.broadcast_to(observed.patients[:, None], known.shape)[known],
            levels,
        )
        slip_quantiles = _quantiles(
            slips.scores,
            np.array([kind_of(level) for level in slips.levels]),
            slips.patients,
            levels,
        )
    return Calibration(
        **vars(bare)
        | dict(
            corner_quantiles=corner_quantiles,
            slip_quantiles=slip_quantiles,
            facts={
                'assumed_normal': normal,
                'observed': {
                    'films': observed.films,
                    'patients': patients,
                    'vertebrae': len(observed.records),
                    'vertebrae_not_found': observed.missed,
                    'corners': int(known.sum()),
                    'slips': len(slips.errors),
                },
                'fits': fits,
            },
        )
    )


def calibrated_stds(calibration: Calibration, observed: Observed) -> FloatArray:
    """Calibrated deviations of observed corners, ``(N, 4)`` px."""
    return calibration.stds(observed.stds, observed.levels, observed.predicted)


def _checked(coverages: Sequence[float]) -> tuple[float, ...]:
    levels = tuple(sorted(set(map(float, coverages))))
    if not levels or not all(0 < level < 1 for level in levels):
        raise SpondyloError('coverages must lie between 0 and 1, e.g. 0.5 0.9')
    return levels


def _scaled(observed: Observed) -> tuple[dict[Kind, float], dict[str, Any]]:
    """Scales of learned deviations, and how they were fitted."""
    assert observed.stds is not None
    errors = observed.errors / observed.stds
    known = np.isfinite(errors)
    areas = (observed.areas[:, None] / observed.stds**2)[known]
    kinds = np.array([kind_of(level) for level in observed.levels])
    kind = np.broadcast_to(kinds[:, None], known.shape)[known]
    patient = np.broadcast_to(observed.patients[:, None], known.shape)[known]
    errors = errors[known]
    common = fit_scale(errors, areas)
    fits: dict[str, Any] = {ALL: common.as_dict()}
    gain, doubt = kind_gain(errors, areas, kind, patient)
    fits['gain_of_kinds'] = {'nats_per_patient': gain, 'standard_error': doubt}
    scales: dict[Kind, float] = dict.fromkeys(KINDS, common.scale)
    if gain > doubt:
        for name in KINDS:
            own = fit_scale(errors[kind == name], areas[kind == name])
            fits[name] = own.as_dict()
            scales[name] = own.scale
    return scales, fits


def kind_gain(
    errors: FloatArray, areas: FloatArray, kinds: np.ndarray, patients: IntArray
) -> tuple[float, float]:
    """What held-out patients gain by scales of S1 and of the others apart.

    The mixture is fitted on four fifths of the patients, for all together and for each
    kind, and asked for the log-likelihood of the last fifth; in turns. Patients, not
    corners, are left out, as corners of one err alike. Scales are worth keeping apart
    if the gain is more than its standard error.

    Args:
        errors: ``(N,)`` distances in deviations.
        areas: ``(N,)`` of the boxes, squared deviations.
        kinds: ``(N,)``.
        patients: ``(N,)``.

    Returns:
        Mean gain of a patient in nats and its standard error; NaN where a kind has
        fewer than :data:`LEAST_PATIENTS` patients.
    """
    number = [len(np.unique(patients[kinds == kind])) for kind in KINDS]
    if min(number) < LEAST_PATIENTS:
        return float('nan'), float('nan')
    found, owner = np.unique(patients, return_inverse=True)
    gains = np.zeros(len(found))
    for fold in range(_FOLDS):
        out = owner % _FOLDS == fold
        common = fit_mixture(errors[~out], areas[~out])
        for kind in KINDS:
            of_kind = kinds == kind
            own = fit_mixture(errors[~out & of_kind], areas[~out & of_kind])
            held = out & of_kind
            asked = errors[held], areas[held]
            gain = own.log_likelihoods(*asked) - common.log_likelihoods(*asked)
            np.add.at(gains, owner[held], gain)
    return float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))


def _constant(
    observed: Observed,
) -> tuple[dict[Kind, tuple[float, ...]], dict[str, Any]]:
    """Constant deviations as shares of a vertebra's size, and how they were fitted."""
    sizes = vertebra_sizes(observed.predicted)
    errors = observed.errors / sizes[:, None]
    areas = observed.areas / sizes**2
    kinds = np.array([kind_of(level) for level in observed.levels])
    shares: dict[Kind, tuple[float, ...]] = {}
    fits: dict[str, Any] = {}
    for kind in KINDS:
        rows = kinds == kind
        if len(np.unique(observed.patients[rows])) < LEAST_PATIENTS:
            rows = np.ones(len(kinds), dtype=bool)
        fitted = [_of_corner(errors[rows, i], areas[rows], i) for i in range(4)]
        fits[kind] = {
            name: fit.as_dict() for name, fit in zip(CORNERS, fitted, strict=True)
        }
        shares[kind] = tuple(fit.scale for fit in fitted)
    return shares, fits


def _of_corner(errors: FloatArray, areas: FloatArray, corner: int) -> ScaleFit:
    known = np.isfinite(errors)
    try:
        return fit_scale(errors[known], areas[known])
    except SpondyloError as error:
        raise SpondyloError(f'{CORNERS[corner]}: {error}') from error


def _normal_quantiles(
    coverages: tuple[float, ...],
) -> tuple[dict[str, tuple[float, ...]], dict[str, tuple[float, ...]]]:
    """Of corners and of slips."""
    discs = tuple(map(normal_radius, coverages))
    reaches = tuple(map(normal_reach, coverages))
    kinds = (ALL, *KINDS)
    return dict.fromkeys(kinds, discs), dict.fromkeys(kinds, reaches)


def _quantiles(
    scores: FloatArray,
    kinds: np.ndarray,
    patients: IntArray,
    coverages: tuple[float, ...],
) -> dict[str, tuple[float, ...]]:
    found = {ALL: patient_quantiles(scores, patients, coverages)}
    for kind in KINDS:
        own = kinds == kind
        if len(np.unique(patients[own])) < LEAST_PATIENTS:
            found[kind] = found[ALL]
        else:
            found[kind] = patient_quantiles(scores[own], patients[own], coverages)
    return {kind: tuple(values.tolist()) for kind, values in found.items()}
