"""The data set's two label encodings, written as the real files have them."""

import json

import numpy as np

from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

JSON_ORDER = (2, 3, 0, 1)
"""Corners of a JSON label: inferior left, inferior right, superior left, right."""

TXT_ORDER = (0, 2, 3, 1)
"""Corners of a text label: superior left, inferior left, inferior right, sup. right."""

_TXT_PADDING = (14.0, 13.0)


def json_label(corners: FloatArray) -> str:
    """Encode as the R-CNN style JSON: tight boxes, whole px, top to bottom.

    Args:
        corners: ``(N, 4, 2)`` px from the lowest vertebra upward.
    """
    whole = np.rint(corners[::-1]).astype(int)
    boxes = anatomy.hull_boxes(whole).astype(int)
    keypoints = [
        [[*point, 1] for point in quad] for quad in whole[:, JSON_ORDER].tolist()
    ]
    label = {
        'boxes': boxes.tolist(),
        'keypoints': keypoints,
        'labels': [0] * len(whole),
    }
    return json.dumps(label)


def txt_label(corners: FloatArray, rng: np.random.Generator, size: float = 640) -> str:
    """Encode as YOLO-pose text: normalised, loose boxes, top to bottom.

    Args:
        corners: ``(N, 4, 2)`` px from the lowest vertebra upward.
        rng: Draws how loose each box is.
        size: Side of the film, px.
    """
    lines = []
    for quad, box in zip(corners[::-1], anatomy.hull_boxes(corners[::-1]), strict=True):
        pad = np.array(_TXT_PADDING) / 2 * rng.uniform(0.4, 1.6, 2)
        low = np.clip(box[:2] - pad, 0, size) / size
        high = np.clip(box[2:] + pad, 0, size) / size
        middle, extent = (low + high) / 2, high - low
        fields = [f'{v:.6f}' for v in (*middle, *extent)]
        for x, y in quad[list(TXT_ORDER)] / size:
            fields += [f'{x:.6f}', f'{y:.6f}', '2']
        lines.append(' '.join(['0', *fields]))
    return '\n'.join(lines) + '\n'
