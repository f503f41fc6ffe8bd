"""Small pictures of the films that something is wrong with."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from spondylo_mmpose.audit.findings import Finding
from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.formats.base import FilmResult
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.presentation.contact_sheet import fit
from spondylo_mmpose.presentation.drawing import (
    ERROR,
    draw_film,
    draw_points,
    draw_quad,
)
from spondylo_mmpose.spine.anatomy import FloatArray

SIZE = 420
"""Longer side of a thumbnail, px."""


def write_thumbnail(
    path: Path, source: RawSource, film: FilmResult, findings: Sequence[Finding]
) -> bool:
    """Draw a film with its vertebrae, the faulty ones in red.

    Args:
        path: JPEG file to write.
        source: Where the film is read from.
        film: The film.
        findings: What is wrong with it.

    Returns:
        Whether there is a picture; a film that cannot be read has none.
    """
    if film.raw.image is None:
        return False
    try:
        pixels = read_radiograph(source.read(film.raw.image)).pixels
    except (MemberError, RadiographError):
        return False
    image, scale = fit(pixels, SIZE, SIZE)
    if film.film is not None:
        draw_film(image, film.film, scale)
    for finding in findings:
        _draw_fault(image, film, finding, scale)
    return bool(cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 85]))


def _draw_fault(
    image: np.ndarray, film: FilmResult, finding: Finding, scale: float
) -> None:
    """Draw the vertebra of a finding as it stands in the file, in place."""
    index = finding.detail.get('vertebra')
    if index is None or film.labels is None:
        return
    for vertebra in film.labels.vertebrae:
        if vertebra.index != index:
            continue
        if vertebra.corners is not None:
            # In the file's order, whatever it is: points, and no sides.
            draw_points(image, vertebra.corners, ERROR, scale)
        elif vertebra.box is not None:
            draw_quad(image, _as_quad(vertebra.box), ERROR, scale)


def _as_quad(box: FloatArray) -> FloatArray:
    x1, y1, x2, y2 = box
    return np.array([[x1, y1], [x2, y1], [x1, y2], [x2, y2]])
