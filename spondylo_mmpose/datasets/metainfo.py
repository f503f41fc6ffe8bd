"""Keypoint meta information of a vertebra, in MMPose's form."""

from typing import Any

from spondylo_mmpose.spine.anatomy import CORNERS, SIDES_SWAPPED, SKELETON

VERTEBRA_CLASS = 'vertebra'
"""Name of the only class, as in the categories of the annotation files."""

OKS_SIGMA = 0.025
"""Spread of a corner label relative to the square root of the vertebra's box area.

Only COCO's AP uses it, none of our own metrics. It is 1.4 px on a box of 74 x 43 px,
about as finely as a corner can be placed on a film of 640 px.
"""


def vertebra_metainfo() -> dict[str, Any]:
    """Build the ``METAINFO`` of :class:`.SpondyloDataset` from the anatomy module."""
    colours = ([255, 170, 0], [0, 200, 255], [255, 85, 0], [0, 110, 255])
    return {
        'dataset_name': 'spondylo',
        'keypoint_info': {
            index: {
                'name': name,
                'id': index,
                'color': colours[index],
                'type': 'upper' if index < 2 else 'lower',
                'swap': CORNERS[SIDES_SWAPPED[index]],
            }
            for index, name in enumerate(CORNERS)
        },
        'skeleton_info': {
            index: {
                'link': (CORNERS[a], CORNERS[b]),
                'id': index,
                'color': [90, 220, 120],
            }
            for index, (a, b) in enumerate(SKELETON)
        },
        'joint_weights': [1.0] * len(CORNERS),
        'sigmas': [OKS_SIGMA] * len(CORNERS),
    }
