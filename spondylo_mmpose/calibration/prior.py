"""Pixel spacing estimated from the size of lumbar vertebrae: a guess with its error.

Each lumbar body is taken to have the mean size in the population, so that its four
sides are distances of known length (:mod:`.distances`). People differ, and so does the
estimate: it is right on the average of many, not for the one on the film.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spondylo_mmpose.calibration.distances import Distance, DistanceError, solve
from spondylo_mmpose.calibration.spacing import (
    Estimate,
    Method,
    Outcome,
    Refusal,
    is_plausible,
)
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.spine.anatomy import LEVELS

DEPTH_MM = ((35.7 + 35.3) / 2, 3.55)
"""Mean and standard deviation of the depth of a lumbar body: of the superior (35.7 and
3.5 mm) and inferior end plate (35.3 and 3.6 mm) of L5 on CT of 196 patients, W. H. Cook
and J. F. Baker, Int J Spine Surg 15(6):1072-1081 (2021), table 6."""

HEIGHT_MM = ((30.3 + 26.3) / 2, 1.9)
"""The same of the height: of the anterior (30.3 and 1.9 mm) and posterior wall (26.3
and 1.9 mm)."""

SOURCES_DIFFER = 0.09
"""How far published means lie apart: the phantoms follow others, and there the estimate
is off by this share on average (the larger of the two axes; docs/calibration.md)."""

# L5 stands for L1 to L4: on lateral radiographs of 157 men neither depth nor height
# differed significantly from L1 to L5 (I. Gilad and M. Nissan, J Anat 143:115-120,
# 1985). Its wedge does not: only the mean of the two heights is used.
LUMBAR = LEVELS[LEVELS.index('L5') : LEVELS.index('L1') + 1]

METHOD = 'prior:lumbar_body_size'

MIN_VERTEBRAE = 2
MAX_RESIDUAL = 0.25


@dataclass(frozen=True)
class AnatomicalPrior(Method):
    """Estimate by anatomy.

    Attributes:
        magnification: See :func:`estimate`.
    """

    magnification: float = 1.0

    def __call__(self, film: Film, path: Path) -> Outcome:
        """See the base class."""
        return estimate(film, self.magnification)


def estimate(film: Film, magnification: float = 1.0) -> Outcome:
    """Estimate the spacing of a film from its lumbar vertebrae.

    Args:
        film: The film; complete vertebrae of the levels L1 to L5 count.
        magnification: Size on the detector against size in the patient. With 1 the
            estimate is mm in the patient; spacings of detectors (DICOM's
            ImagerPixelSpacing) are that times the magnification.

    Returns:
        The estimate. Its error joins the spread among people, that among published
        means, and that of the fit.
    """
    if film.view == 'ap':
        return Refusal('the prior is of lateral films')
    sizes = [
        quad
        for quad, level in zip(film.corners, film.levels or (), strict=False)
        if level in LUMBAR and np.isfinite(quad).all()
    ]
    if len(sizes) < MIN_VERTEBRAE:
        return Refusal(f'fewer than {MIN_VERTEBRAE} complete vertebrae of L1 to L5')
    distances = []
    for quad in sizes:
        for across, down in ((True, False), (False, True)):
            a, b = _middle_line(quad, across)
            mm = (DEPTH_MM if not down else HEIGHT_MM)[0] * magnification
            distances.append(Distance((a[0], a[1]), (b[0], b[1]), mm))
    try:
        solution = solve(distances)
        # A body that is collapsed or wrongly drawn says nothing about the film.
        near = np.abs(solution.residuals) <= MAX_RESIDUAL
        if near.sum() >= 2 * MIN_VERTEBRAE and not near.all():
            distances = [d for d, kept in zip(distances, near, strict=True) if kept]
            solution = solve(distances)
    except DistanceError as error:
        return Refusal('the vertebrae give no spacing', {'why': str(error)})
    if not is_plausible(solution.mm):
        return Refusal('not plausible in mm', {'mm': list(solution.mm)})
    people = max(sd / mean for mean, sd in (DEPTH_MM, HEIGHT_MM))
    fit = float(np.std(solution.residuals)) * max(solution.amplification)
    whole = float(np.linalg.norm([people, SOURCES_DIFFER, fit]))
    return Estimate(solution.mm, round(100 * whole, 1), METHOD)


def _middle_line(quad: np.ndarray, across: bool) -> tuple[np.ndarray, np.ndarray]:
    """Line through the middle of a body, from wall to wall or from plate to plate."""
    if across:
        return quad[[0, 2]].mean(0), quad[[1, 3]].mean(0)
    return quad[[0, 1]].mean(0), quad[[2, 3]].mean(0)
