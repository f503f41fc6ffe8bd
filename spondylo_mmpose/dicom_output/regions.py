"""Corners as spatial coordinates of DICOM.

DICOM counts from the upper left edge of the first pixel (PS3.3, C.18.6), the package
from its centre: half a pixel is added.
"""

import numpy as np
from highdicom.sr import (
    CoordinatesForMeasurement,
    GraphicTypeValues,
    ImageRegion,
    SourceImageForRegion,
)
from pydicom import Dataset

from spondylo_mmpose.dicom_output import concepts
from spondylo_mmpose.film_report.overlay import vertebra_quad
from spondylo_mmpose.film_report.spine_report import Pair, SpineReport, Vertebra
from spondylo_mmpose.spine.anatomy import (
    CORNERS,
    FloatArray,
    anatomical_corners,
    as_spine,
)

HALF_PIXEL = 0.5

AROUND = (0, 1, 3, 2)
"""Corners in the order in which a line around the vertebra meets them."""


def source_image(header: Dataset) -> SourceImageForRegion:
    """The film that coordinates are on."""
    return SourceImageForRegion(header.SOPClassUID, header.SOPInstanceUID)


def vertebra_region(
    vertebra: Vertebra, header: Dataset
) -> tuple[ImageRegion, str] | None:
    """Corners of a vertebra.

    Args:
        vertebra: Of the report.
        header: Of the film.

    Returns:
        A polyline, closed if all four corners were found, or a point; and which corners
        it leads through. ``None`` where none was found.
    """
    quad = vertebra_quad(vertebra)
    found = [place for place in AROUND if np.isfinite(quad[place]).all()]
    if not found:
        return None
    line = [*found, found[0]] if len(found) == len(AROUND) else found
    kind = GraphicTypeValues.POLYLINE if len(line) > 1 else GraphicTypeValues.POINT
    region = ImageRegion(kind, _coordinates(quad[line]), source_image(header))
    return region, ', '.join(CORNERS[place].replace('_', ' ') for place in line)


def slip_coordinates(
    pair: Pair, report: SpineReport, header: Dataset
) -> list[CoordinatesForMeasurement]:
    """What a slip was measured between.

    Args:
        pair: With a slip.
        report: Its report, which knows which side is anterior.
        header: Of the film.

    Returns:
        The lower vertebra's superior end plate, from posterior to anterior, and the
        upper one's posterior inferior corner.
    """
    quads = {one.order: vertebra_quad(one) for one in report.vertebrae}
    both = as_spine([quads[pair.lower_order], quads[pair.upper_order]])
    assert report.film.facing is not None
    ps, as_, pi, _ = anatomical_corners(both, report.film.facing)
    return [
        CoordinatesForMeasurement(
            GraphicTypeValues.POLYLINE,
            _coordinates(np.stack([ps[0], as_[0]])),
            source_image(header),
            purpose=concepts.END_PLATE,
        ),
        CoordinatesForMeasurement(
            GraphicTypeValues.POINT,
            _coordinates(pi[1:2]),
            source_image(header),
            purpose=concepts.CORNER,
        ),
    ]


def _coordinates(points: FloatArray) -> FloatArray:
    return np.asarray(points, np.float64) + HALF_PIXEL
