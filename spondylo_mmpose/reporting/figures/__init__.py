"""Figures, one kind a module; each function returns a matplotlib figure.

So a picture file, a PDF and a page of a report show one and the same drawing;
:func:`to_png` renders it.
"""

from spondylo_mmpose.reporting.figures.angles import angle_errors, height_errors
from spondylo_mmpose.reporting.figures.cumulative import cumulative_error
from spondylo_mmpose.reporting.figures.detection import (
    counts_and_shifts,
    found_by_level,
    precision_recall,
)
from spondylo_mmpose.reporting.figures.films import film_spread
from spondylo_mmpose.reporting.figures.level_boxes import level_boxes
from spondylo_mmpose.reporting.figures.slips import bland_altman, slip_scatter
from spondylo_mmpose.reporting.figures.style import COLOURS, to_png
from spondylo_mmpose.reporting.figures.training import training_curves

__all__ = [
    'COLOURS',
    'angle_errors',
    'bland_altman',
    'counts_and_shifts',
    'cumulative_error',
    'film_spread',
    'found_by_level',
    'height_errors',
    'level_boxes',
    'precision_recall',
    'slip_scatter',
    'to_png',
    'training_curves',
]
