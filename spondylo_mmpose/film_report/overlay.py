"""A report drawn on its film: vertebrae, levels, slips, grades."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from spondylo_mmpose.film_report.overlay_panel import draw_panel, grade_colour
from spondylo_mmpose.film_report.spine_report import Pair, SpineReport, Vertebra
from spondylo_mmpose.film_report.texts import slip_text
from spondylo_mmpose.presentation.contact_sheet import fit, font
from spondylo_mmpose.presentation.drawing import MISSED, PREDICTION, draw_quad
from spondylo_mmpose.spine.anatomy import FloatArray, anatomical_corners, as_spine

SIDES = (960, 1280)
"""Least and greatest length of the film's longer side on a picture, px."""

_TEXT, _RIM = (235, 235, 235), (0, 0, 0)
_LEVEL_SIZE, _SLIP_SIZE = 17, 16
_EXTENDED = 0.15  # of the end plate, beyond its ends


def report_overlay(pixels: NDArray[np.uint8], report: SpineReport) -> NDArray[np.uint8]:
    """Draw a report on its film, with a panel of what was measured beside it.

    The film is enlarged or made smaller so that writing of one size is legible on it.
    The film's name does not stand there: pictures are shown around.

    Args:
        pixels: ``(H, W)`` grey values.
        report: Of this film.

    Returns:
        ``(H', W', 3)`` BGR.
    """
    longer = max(pixels.shape)
    side = min(max(longer, SIDES[0]), SIDES[1])
    image, scale = fit(pixels, side, side)
    told_of = {
        order
        for warning in report.warnings
        if warning.severity != 'note'
        for order in warning.vertebrae
    }
    for vertebra in report.vertebrae:
        colour = MISSED if vertebra.order in told_of else PREDICTION
        draw_quad(image, vertebra_quad(vertebra), colour, scale)
    quads = {one.order: vertebra_quad(one) for one in report.vertebrae}
    for pair in report.pairs:
        _draw_slip(image, pair, quads, report, scale)
    # Ten times as fast as NumPy turns channels around.
    canvas = Image.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    pen = ImageDraw.Draw(canvas)
    for vertebra in report.vertebrae:
        if vertebra.hull_box is not None:
            middle = np.nanmean(vertebra_quad(vertebra), axis=0) * scale
            _write(pen, vertebra.level or '?', middle, canvas.size, 'mm', _LEVEL_SIZE)
    for pair in report.pairs:
        _write_slip(pen, pair, quads, report, scale, canvas.size)
    drawn = draw_panel(canvas, report)
    return np.asarray(cv2.cvtColor(np.asarray(drawn), cv2.COLOR_RGB2BGR), np.uint8)


def vertebra_quad(vertebra: Vertebra) -> FloatArray:
    """Corners ``(4, 2)`` px; NaN for one that was not found."""
    lost = (np.nan, np.nan)
    return np.array([lost if one is None else one for one in vertebra.corners])


def _draw_slip(
    image: NDArray[np.uint8],
    pair: Pair,
    quads: dict[int, FloatArray],
    report: SpineReport,
    scale: float,
) -> None:
    """Draw the lower end plate's line and how far the upper corner is along it."""
    if pair.slip_percent is None or report.film.facing is None:
        return
    both = as_spine([quads[pair.lower_order], quads[pair.upper_order]])
    ps, as_, pi, _ = anatomical_corners(both, report.film.facing)
    along = as_[0] - ps[0]
    foot = ps[0] + along * pair.slip_percent / 100
    colour = grade_colour(pair.grade)
    ends = ps[0] - _EXTENDED * along, as_[0] + _EXTENDED * along
    _line(image, *ends, colour, scale, 1)
    _line(image, pi[1], foot, colour, scale, 1)
    _line(image, ps[0], foot, colour, scale, 4)


def _line(
    image: NDArray[np.uint8],
    start: FloatArray,
    end: FloatArray,
    colour: tuple[int, int, int],
    scale: float,
    width: int,
) -> None:
    # OpenCV wants 32-bit numbers; the line may lead far out of the film.
    points = np.clip(np.round(np.stack([start, end]) * scale * 16), -1e7, 1e7)
    a, b = (tuple(map(int, point)) for point in points)
    cv2.line(image, a, b, colour, width, cv2.LINE_AA, 4)


def _write_slip(
    pen: ImageDraw.ImageDraw,
    pair: Pair,
    quads: dict[int, FloatArray],
    report: SpineReport,
    scale: float,
    size: tuple[int, int],
) -> None:
    """Write slip and grade behind the disc."""
    both = as_spine([quads[pair.lower_order], quads[pair.upper_order]])
    on_left = report.film.facing == 'right'
    # The posterior corners, or the right ones where nobody knows which these are.
    side = 0 if on_left else 1
    ends = np.array([both[0, side], both[1, 2 + side]]) * scale
    x = ends[:, 0].min() - 16 if on_left else ends[:, 0].max() + 16
    y = ends[:, 1].mean()
    if not np.isfinite([x, y]).all():
        return
    text, colour = 'not measured', (190, 190, 190)
    if pair.slip_percent is not None:
        text = f'{slip_text(pair.slip_percent)}  {pair.grade}'
        colour = grade_colour(pair.grade)[::-1]
    anchor = 'rm' if on_left else 'lm'
    _write(pen, text, np.array([x, y]), size, anchor, _SLIP_SIZE, colour)


def _write(
    pen: ImageDraw.ImageDraw,
    text: str,
    at: FloatArray,
    size: tuple[int, int],
    anchor: str,
    height: int,
    colour: tuple[int, int, int] = _TEXT,
) -> None:
    """Write with a dark rim, moved inside the film."""
    face = font(height, bold=True)
    box = pen.textbbox(tuple(at), text, font=face, anchor=anchor, stroke_width=2)
    start, end = np.array(box[:2]), np.array(box[2:])
    inside = np.clip(start, 0, np.maximum(0, np.array(size) - (end - start)))
    where = tuple((at + inside - start).tolist())
    pen.text(where, text, colour, face, anchor, stroke_width=2, stroke_fill=_RIM)
