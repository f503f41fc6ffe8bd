"""What the boxes alone give away, as text beside what a model does with them."""

from collections.abc import Sequence

from spondylo_mmpose.evaluation.baselines import floors
from spondylo_mmpose.evaluation.box_fitting import with_corners_in_boxes
from spondylo_mmpose.evaluation.metrics import RadialErrorMetric
from spondylo_mmpose.evaluation.records import VertebraRecord

NAMES = ('MRE_px', 'median_px', 'SDR@5px', 'SDR@10px')
"""Values that are told of a floor."""


def floor_text(
    records: Sequence[VertebraRecord], contents: Sequence[dict], *, fitted: bool = False
) -> str:
    """Errors of predictions that never look at a film; see :func:`.floors`.

    Args:
        records: What a model predicted.
        contents: Decoded annotation files of the mean shape.
        fitted: Fit these predictions to the boxes too, as those of the model were.
    """
    lines = ['floors, given boxes' + (', fitted to them:' if fitted else ':')]
    for floor, predicted in floors(records, contents).items():
        predicted = with_corners_in_boxes(predicted) if fitted else predicted
        metrics = RadialErrorMetric().summarise(predicted)
        told = ', '.join(f'{name} {metrics[name]:.3f}' for name in NAMES)
        lines.append(f'  {floor:11}  {told}')
    return '\n'.join(lines)
