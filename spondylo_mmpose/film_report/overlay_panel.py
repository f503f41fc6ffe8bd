"""The panel beside a film: what was measured, what was not, what to mind."""

import itertools
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from spondylo_mmpose.film_report.spine_report import Pair, SpineReport
from spondylo_mmpose.film_report.texts import (
    origin_text,
    pair_text,
    slip_text,
    warning_text,
)
from spondylo_mmpose.presentation.contact_sheet import font
from spondylo_mmpose.presentation.escaping import MINUS
from spondylo_mmpose.spine.measurements import GRADES

WIDTH = 420
_MARGIN, _SIZE, _LINE, _GAP = 14, 14, 20, 10
_PAPER, _INK, _FAINT = (24, 26, 30), (232, 234, 238), (160, 166, 174)
_CAUTION, _REFUSAL = (255, 183, 77), (255, 105, 97)
_COLUMNS = (0, 84, 160, 270)  # px from the margin: pair, slip, interval, grade

# BGR of the grades 0 to V.
_GRADE_COLOURS = (
    (120, 210, 120),
    (90, 220, 250),
    (60, 165, 255),
    *[(90, 90, 255)] * 3,
)

Row = tuple[tuple[int, str], ...]


def grade_colour(grade: str | None) -> tuple[int, int, int]:
    """BGR colour of a grade; of an uncertain one that of the highest it may be."""
    if grade is None:
        return (190, 190, 190)
    highest = grade.partition(',')[0].rpartition('-')[2]
    return _GRADE_COLOURS[GRADES.index(highest)]


def draw_panel(film: Image.Image, report: SpineReport) -> Image.Image:
    """Set a film and the panel of its report side by side.

    Args:
        film: RGB.
        report: Of it.
    """
    lines = list(_lines(report))
    height = sum(_LINE if row else _GAP for row, _, _ in lines) + 2 * _MARGIN
    size = (film.width + WIDTH, max(film.height, height))
    canvas = Image.new('RGB', size, _PAPER)
    canvas.paste(film, (0, 0))
    pen = ImageDraw.Draw(canvas)
    top = _MARGIN
    for row, colour, bold in lines:
        for column, text in row:
            start = (film.width + _MARGIN + column, top)
            pen.text(start, text, colour, font(_SIZE, bold))
        top += _LINE if row else _GAP
    return canvas


def _lines(report: SpineReport) -> Iterator[tuple[Row, tuple[int, int, int], bool]]:
    """Rows of texts at columns, with colour and weight; empty rows are gaps."""
    share = f'{100 * report.options.interval_level:.0f} % interval'
    heads = ('pair', 'slip', share, 'grade')
    yield tuple(zip(_COLUMNS, heads, strict=True)), _FAINT, False
    for pair in reversed(report.pairs):
        yield _pair(pair), _rgb(pair.grade), True
    if not report.pairs:
        yield ((0, 'no pair of neighbours'),), _INK, False
    yield (), _INK, False
    for why, names in _unmeasured(report):
        yield from _wrapped(f'{names}: {why}', _FAINT)
    film = report.film
    angle = report.lordosis.degrees
    told = f'{angle:.0f}\u00b0' if angle is not None else 'not measured'
    yield from _wrapped(
        f'lordosis {report.lordosis.upper}-{report.lordosis.lower}: {told}', _INK
    )
    yield from _wrapped(
        f'anterior: {film.facing or "not known"}'
        + (f' ({film.facing_origin})' if film.facing_origin else ''),
        _INK,
    )
    spacing = film.pixel_spacing_mm
    yield from _wrapped(
        'pixel spacing: '
        + (f'{spacing[0]:.4g} x {spacing[1]:.4g} mm' if spacing else 'not known'),
        _INK,
    )
    origins = sorted({origin_text(one.level_origin) for one in report.vertebrae})
    if origins:
        yield from _wrapped(f'levels: {", ".join(origins)}', _INK)
    for warning in report.warnings:
        colour = {'caution': _CAUTION, 'refusal': _REFUSAL}.get(warning.severity, _INK)
        yield (), _INK, False
        yield from _wrapped(warning_text(report, warning), colour)
    yield (), _INK, False
    weights = report.model.parts[0].weights_sha256[:12] if report.model.parts else ''
    yield from _wrapped(f'model {report.model.name}, weights {weights}', _FAINT)
    yield from _wrapped(report.notice, _CAUTION)


def _pair(pair: Pair) -> Row:
    cells = [pair_text(pair)]
    if pair.slip_percent is None:
        cells += ['not measured', '', '']
    else:
        ends = pair.slip_interval
        cells += [
            slip_text(pair.slip_percent),
            ' to '.join(f'{end:+.0f}'.replace('-', MINUS) for end in ends)
            if ends
            else 'not known',
            pair.grade or '',
        ]
    return tuple(zip(_COLUMNS, cells, strict=True))


def _unmeasured(report: SpineReport) -> list[tuple[str, str]]:
    """Reasons why slips were not measured, with the pairs that have them."""
    lost = [
        (pair.reasons['slip_percent'], pair_text(pair))
        for pair in report.pairs
        if pair.slip_percent is None
    ]
    grouped = itertools.groupby(sorted(lost), key=lambda one: one[0])
    return [(why, ', '.join(name for _, name in group)) for why, group in grouped]


def _wrapped(
    text: str, colour: tuple[int, int, int]
) -> Iterator[tuple[Row, tuple[int, int, int], bool]]:
    face, line = font(_SIZE), ''
    for word in text.split():
        longer = f'{line} {word}' if line else word
        if line and face.getlength(longer) > WIDTH - 2 * _MARGIN:
            yield ((0, line),), colour, False
            longer = word
        line = longer
    yield ((0, line),), colour, False


def _rgb(grade: str | None) -> tuple[int, int, int]:
    blue, green, red = np.array(grade_colour(grade)).tolist()
    return red, green, blue
