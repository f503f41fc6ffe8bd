"""Pictures that lie beside the tables of an evaluation."""

from collections.abc import Sequence

from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.figures.cumulative import cumulative_error
from spondylo_mmpose.evaluation.figures.detection import found_by_level
from spondylo_mmpose.evaluation.figures.level_boxes import level_boxes
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.presentation.figure_style import to_png


def cumulative_plot(records: Sequence[VertebraRecord]) -> bytes:
    """Cumulative error curve of the corners as PNG, see :func:`.cumulative_error`."""
    return to_png(cumulative_error({'model': corner_errors(records).px}))


def level_plot(records: Sequence[VertebraRecord]) -> bytes:
    """Radial errors of each level as PNG, see :func:`.level_boxes`."""
    return to_png(level_boxes(records))


def found_plot(outcomes: Sequence[FilmOutcome]) -> bytes:
    """Found and missed vertebrae of each level as PNG, see :func:`.found_by_level`."""
    return to_png(found_by_level(outcomes))
