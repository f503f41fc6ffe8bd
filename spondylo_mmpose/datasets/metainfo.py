"""Keypoint meta information of a vertebra, in MMPose's form."""

from typing import Any

from spondylo_mmpose.spine.anatomy import CORNERS, FLIP_PAIRS, SKELETON

OKS_SIGMA = 0.025
"""Spread of a corner label relative to the square root of the vertebra's box area.

Readers differ by some 1.3 to 2 px on vertebrae of about 74 x 43 px (root area 56 px).
"""


def vertebra_metainfo() -> dict[str, Any]:
    """Build the ``METAINFO`` of :class:`.SpondyloDataset` from the anatomy module."""
    swap = {a: b for pair in FLIP_PAIRS for a, b in (pair, pair[::-1])}
    colours = ([255, 170, 0], [0, 200, 255], [255, 85, 0], [0, 110, 255])
    return {
        'dataset_name': 'spondylo',
        'keypoint_info': {
            index: {
                'name': name,
                'id': index,
                'color': colours[index],
                'type': 'upper' if index < 2 else 'lower',
                'swap': CORNERS[swap[index]],
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
