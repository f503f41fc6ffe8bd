"""What the boxes alone give away, as text beside what a model does with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from spondylo_mmpose.evaluation.baselines import MeanShape, predict_box_corners
from spondylo_mmpose.evaluation.measuring import measure_records
from spondylo_mmpose.evaluation.records import VertebraRecord

NAMES = ('corner/MRE_px', 'corner/median_px', 'corner/SDR@5px', 'corner/SDR@10px')
"""Values that are told of a floor."""


def floor_text(
    records: Sequence[VertebraRecord], contents: Sequence[Mapping[str, Any]]
) -> str:
    """Errors of predictions that never look at a film.

    Args:
        records: Vertebrae whose boxes were given.
        contents: Decoded annotation files, of which the mean shape is taken; a file
            of the films themselves would flatter the floor.

    Raises:
        SpondyloError: If these hold no vertebra with four corners.
    """
    shape = MeanShape.from_coco(dict(content) for content in contents)
    floors = {
        'mean shape': measure_records(shape.predict(records)),
        'box corners': measure_records(predict_box_corners(records)),
    }
    lines = ['floors, given boxes:']
    for floor, metrics in floors.items():
        told = ', '.join(
            f'{name.removeprefix("corner/")} {metrics[name]:.3f}' for name in NAMES
        )
        lines.append(f'  {floor:11}  {told}')
    return '\n'.join(lines)
