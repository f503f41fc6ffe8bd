"""A small data set written by hand."""

from itertools import repeat

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.spine.anatomy import levels_upward
from tests.helpers import write_coco_root

NAN = [np.nan, np.nan]

# Facing left: the sacrum lies behind (right of) L5.
S1 = [[100, 200], [200, 200], [120, 240], [190, 240]]
S1_PLATE_ONLY = [[100, 200], [200, 200], NAN, NAN]
L5 = [[90, 120], [190, 120], [90, 180], [190, 180]]
L4 = [[92, 50], [192, 50], [92, 110], [192, 110]]


def film(name='train/a.png', corners=(S1, L5, L4), size=(300, 280), **facts):
    facts = {
        'split': name.split('/')[0],
        'source': 'buu',
        'view': 'lateral',
        'orders': list(range(len(corners))),
        'levels': levels_upward(len(corners)),
    } | facts
    return Film(name, *size, corners=np.array(corners, float), **facts)


def write_set(root, films, grey=60):
    """Write annotations and films of one grey value."""
    return write_coco_root(root, films, repeat(grey))
