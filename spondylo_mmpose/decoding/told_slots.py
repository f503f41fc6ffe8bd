"""Which slots of MAHT-Net are vertebrae of a film."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.spine.anatomy import hull_boxes
from spondylo_mmpose.spine.boxes import DOUBLED_IOU, box_ious


def told_slots(
    corners: ArrayLike, presence: ArrayLike, threshold: float
) -> NDArray[np.intp]:
    """Slots that are present, of those on one vertebra the surest alone.

    Where the spine ends, or is hidden, the next slot now and then settles on a vertebra
    that has one already.

    Args:
        corners: ``(S, 4, 2)`` px of every slot.
        presence: ``(S,)`` in [0, 1].
        threshold: Least presence; 0 gives every slot.

    Returns:
        ``(N,)`` rising.
    """
    sure = np.asarray(presence, np.float64)
    if threshold <= 0:
        return np.arange(len(sure))
    boxes = hull_boxes(np.asarray(corners, np.float64))
    kept: list[int] = []
    for slot in np.argsort(-sure, kind='stable'):
        doubled = (box_ious(boxes[slot], boxes[kept]) > DOUBLED_IOU).any()
        if sure[slot] >= threshold and not doubled:
            kept.append(int(slot))
    return np.array(sorted(kept), np.intp)
