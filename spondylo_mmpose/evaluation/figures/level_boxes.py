"""Spread of the errors at each level."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.presentation.figure_style import (
    COLOURS,
    make_figure,
    nothing_here,
)
from spondylo_mmpose.spine.anatomy import LEVELS


def level_boxes(records: Sequence[VertebraRecord]) -> Figure:
    """Radial errors of each level as boxes.

    A box spans the quartiles, its line is the median, the whiskers end at the 5th and
    95th percentile. Lost corners have no place on the axis; they are counted below
    their level.
    """
    px = corner_errors(records).px
    levels = np.array([record.level for record in records], dtype=object)
    boxes, names = [], []
    for level in LEVELS:
        errors = px[levels == level]
        errors = errors[~np.isnan(errors)]
        if not errors.size:
            continue
        finite = errors[np.isfinite(errors)]
        lost = errors.size - finite.size
        boxes.append(finite)
        names.append(f'{level}\n{lost} lost' if lost else level)
    figure = make_figure(1.6 + 0.6 * max(len(boxes), 4), 3.1)
    axes = figure.subplots()
    if boxes:
        axes.boxplot(
            boxes,
            whis=(5, 95),
            showfliers=False,
            medianprops={'color': COLOURS['model']},
        )
        axes.set_xticks(range(1, len(names) + 1), names)
    else:
        nothing_here(axes)
    axes.set(ylabel='radial error (px)', ylim=(0, None))
    axes.grid(alpha=0.3, axis='y')
    return figure
