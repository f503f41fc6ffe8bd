"""From what a model found to a report."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import spondylo_mmpose
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.facing import settle_facing
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.film_report.findings import findings
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.levels import Naming, name_levels
from spondylo_mmpose.film_report.model_facts import ModelFacts
from spondylo_mmpose.film_report.pairs import (
    DECIMALS,
    IntervalBasis,
    TwoVertebrae,
    measure_pair,
)
from spondylo_mmpose.film_report.screening import Screened
from spondylo_mmpose.film_report.shapes import misshapen, misshapen_discs
from spondylo_mmpose.film_report.spine_report import (
    Lordosis,
    ReportOptions,
    ReportWarning,
    SpineReport,
    Vertebra,
)
from spondylo_mmpose.spine.anatomy import FloatArray, hull_boxes
from spondylo_mmpose.spine.measurements import sagittal_angle

if TYPE_CHECKING:
    from spondylo_mmpose.uncertainty.calibration import Calibration


FEW_PATIENTS = (
    'intervals assume errors of a normal distribution: the calibration saw {number} '
    'patients, too few to count how often the true slip lies inside'
)
"""Not among the findings: it is of the model, and a review leaves it as it is."""


def build_report(
    found: FoundVertebrae,
    film: FilmFacts,
    model: ModelFacts,
    options: ReportOptions | None = None,
    calibration: 'Calibration | None' = None,
    screened: Screened | None = None,
) -> SpineReport:
    """Measure what can be measured, and say of the rest why not.

    Corners and their deviations are rounded first, so that whoever measures them anew
    from the report gets the same numbers.

    Args:
        found: What the model found, in any order.
        film: The film, with the scale that is known of it.
        model: What found it.
        options: What was asked for.
        calibration: What validation says of the model's errors.
        screened: What a :class:`.FilmScreen` says of the film.

    Raises:
        SpondyloError: If the calibration is of another model.
    """
    options = options or ReportOptions()
    found = found.upward(options.score_threshold)
    found = replace(found, corners=np.round(found.corners, DECIMALS))
    film = settle_facing(film, found.corners, options.facing)
    naming = name_levels(found, options.lowest_level)
    stds = _stds(found, naming, calibration)
    stds = None if stds is None else np.round(stds, DECIMALS)
    screened = screened or Screened()
    warnings = (
        *screened.warnings,
        *_of_intervals(calibration),
        *findings(found, naming, film),
    )
    report = assemble_report(
        found, naming, stds, film, model, options, calibration, warnings
    )
    return replace(report, screen=screened.facts)


def _of_intervals(calibration: 'Calibration | None') -> tuple[ReportWarning, ...]:
    if calibration is None or calibration.few_patients is None:
        return ()
    text = FEW_PATIENTS.format(number=calibration.few_patients)
    return (ReportWarning('interval_normal', 'note', text),)


def assemble_report(
    found: FoundVertebrae,
    naming: Naming,
    stds: FloatArray | None,
    film: FilmFacts,
    model: ModelFacts,
    options: ReportOptions,
    calibration: 'Calibration | None',
    warnings: Sequence[ReportWarning],
    bases: Sequence[IntervalBasis] | None = None,
) -> SpineReport:
    """Measure vertebrae whose names, film and deviations are settled.

    Args:
        found: From the lowest upward.
        naming: Their names.
        stds: ``(N, 4)`` px.
        film: The film, its facing settled.
        model: What found them.
        options: What was asked for.
        calibration: What validation says of the model's errors.
        warnings: What is to be said of them.
        bases: For each two that follow each other, ``N - 1``; where a person had a hand
            in it.
    """
    refused = any(one.severity == 'refusal' for one in warnings)
    pairs = tuple(
        measure_pair(two, film, options, calibration)
        for two in _pairs(found, naming, stds, refused, bases)
    )
    return SpineReport(
        film=film,
        model=model,
        options=options,
        vertebrae=_vertebrae(found, naming, stds),
        pairs=pairs,
        lordosis=_lordosis(found, naming, film, refused),
        warnings=tuple(warnings),
        package_version=spondylo_mmpose.__version__,
        slip_quantiles=_quantiles(calibration, options.interval_level),
    )


def _quantiles(
    calibration: 'Calibration | None', level: float
) -> dict[str, float | None] | None:
    if calibration is None:
        return None
    told = {
        name: calibration.slip_quantile(level, lower)
        for name, lower in (('all', None), ('S1', 'S1'), ('others', 'L5'))
    }
    return {name: v if np.isfinite(v) else None for name, v in told.items()}


def _stds(
    found: FoundVertebrae, naming: Naming, calibration: 'Calibration | None'
) -> FloatArray | None:
    """Standard deviations, calibrated where that is possible.

    Raises:
        SpondyloError: If the calibration is of another model, or of the same one used
            otherwise.
    """
    if calibration is None or not len(found):
        return found.corner_std
    origin = found.std_origin
    if calibration.scales is not None and origin not in (None, calibration.std_origin):
        raise SpondyloError(
            f'the calibration is for deviations that are {calibration.std_origin}, but '
            f"the model's are {origin}; calibrate the model as it is used"
        )
    return calibration.stds(found.corner_std, naming.levels, found.corners)


def _pairs(
    found: FoundVertebrae,
    naming: Naming,
    stds: FloatArray | None,
    refused: bool,
    bases: Sequence[IntervalBasis] | None,
) -> list[TwoVertebrae]:
    """Vertebrae that stand on each other; none where one is missing between."""
    pairs = []
    disputed = found.disputes
    wrong, wrong_discs = misshapen(found.corners), misshapen_discs(found.corners)
    for place, (lower, upper) in enumerate(
        zip(naming.orders, naming.orders[1:], strict=False)
    ):
        if upper - lower != 1:
            continue
        both = slice(place, place + 2)
        fault = ''
        if refused:
            fault = reasons.REFUSED
        elif naming.is_doubled[place]:
            fault = reasons.DOUBLED
        elif naming.is_apart[place]:
            fault = reasons.APART
        elif wrong[both].any():
            fault = reasons.SHAPE
        elif wrong_discs[place]:
            fault = reasons.DISC
        elif disputed[place, :2].any() or disputed[place + 1, 2:].any():
            fault = reasons.DISPUTED
        pairs.append(
            TwoVertebrae(
                corners=found.corners[both],
                stds=None if stds is None else stds[both],
                levels=(naming.levels[place], naming.levels[place + 1]),
                orders=(lower, upper),
                fault=fault,
                basis=IntervalBasis() if bases is None else bases[place],
            )
        )
    return pairs


def _vertebrae(
    found: FoundVertebrae, naming: Naming, stds: FloatArray | None
) -> tuple[Vertebra, ...]:
    boxes = hull_boxes(found.corners)
    made = []
    for place, (order, level) in enumerate(
        zip(naming.orders, naming.levels, strict=True)
    ):
        corners = found.corners[place]
        values = {
            'corner_std': _rounded(stds, place),
            'corner_scores': _rounded(found.corner_scores, place),
            'score': _rounded(found.scores, place),
            'presence': _rounded(found.presence, place),
        }
        why = {name: reasons.NOT_TOLD for name, v in values.items() if v is None}
        disputed = None
        if found.disputed is None:
            why['disputed'] = reasons.ONE_MODEL
        else:
            disputed = tuple(found.disputed[place].tolist())
        points = [tuple(c.tolist()) if np.isfinite(c).all() else None for c in corners]
        box = boxes[place] if np.isfinite(boxes[place]).all() else None
        if level is None:
            why['level'] = reasons.NO_NAME
        if None in points:
            why['corners'] = reasons.NOT_TOLD
        if box is None:
            why['hull_box'] = reasons.NO_CORNERS
        made.append(
            Vertebra(
                order=order,
                level=level,
                level_origin=naming.origin,
                corners=tuple(points),  # type: ignore[arg-type]
                hull_box=None if box is None else tuple(box.tolist()),
                reasons=why,
                disputed=disputed,
                **values,
            )
        )
    return tuple(made)


def _rounded(values: FloatArray | None, place: int) -> Any:
    """A number or a tuple of them, ``None`` where not told."""
    if values is None or np.isnan(values[place]).all():
        return None
    rounded = np.round(np.asarray(values[place], np.float64), DECIMALS).tolist()
    if isinstance(rounded, list):
        return tuple(v if np.isfinite(v) else None for v in rounded)
    return rounded


def _lordosis(
    found: FoundVertebrae, naming: Naming, film: FilmFacts, refused: bool
) -> Lordosis:
    upper, lower = 'L1', 'S1'
    corners = found.corners
    places = {level: place for place, level in enumerate(naming.levels)}
    why, degrees = '', float('nan')
    if refused:
        why = reasons.REFUSED
    elif not {upper, lower} <= places.keys():
        why = reasons.NO_LEVEL
    elif film.facing is None:
        why = reasons.FACING
    elif film.scale is None:
        why = reasons.ASPECT
    elif any(naming.in_doubt[: places[upper]]):
        why = reasons.LEVELS
    elif misshapen(corners)[[places[lower], places[upper]]].any():
        why = reasons.OWN_SHAPE
    elif found.disputes[[places[lower], places[upper]], :2].any():
        why = reasons.DISPUTED
    else:
        ends = places[lower], places[upper]
        degrees = sagittal_angle(corners, film.facing, *ends, film.scale)
        why = '' if np.isfinite(degrees) else reasons.MISSING
    if why:
        return Lordosis(upper, lower, None, {'degrees': why})
    return Lordosis(upper, lower, round(degrees, DECIMALS))
