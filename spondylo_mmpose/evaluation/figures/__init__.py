"""Figures, one kind a module; each function returns a matplotlib figure.

So a picture file, a PDF and a page of a report show one and the same drawing;
:func:`~spondylo_mmpose.presentation.figure_style.to_png` renders it.
"""

from spondylo_mmpose.evaluation.figures.angles import angle_errors, height_errors
from spondylo_mmpose.evaluation.figures.cumulative import cumulative_error
from spondylo_mmpose.evaluation.figures.detection import (
    counts_and_shifts,
    found_by_level,
    precision_recall,
)
from spondylo_mmpose.evaluation.figures.films import film_spread
from spondylo_mmpose.evaluation.figures.level_boxes import level_boxes
from spondylo_mmpose.evaluation.figures.slips import bland_altman, slip_scatter

__all__ = [
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
]
