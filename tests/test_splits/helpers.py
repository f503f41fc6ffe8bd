"""Small data sets to divide."""

from itertools import repeat

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.splits.source import SourceFilm, SplitSource
from tests.helpers import write_coco_root

QUAD = np.array([[20.0, 600], [70, 600], [20, 630], [70, 630]])


def film(name, patient=None, group=None, source='buu', vertebrae=2):
    """A film whose split stands in its name: ``train/a.jpg``."""
    corners = np.array([QUAD - [0, 40 * i] for i in range(vertebrae)])
    return Film(
        name, 160, 640, name.split('/')[0], corners.reshape(-1, 4, 2),
        patient_id=patient, group=group, source=source,
    )  # fmt: skip


def write_root(root, films, images=False):
    return write_coco_root(root, films, repeat(0) if images else ())


def many_films():
    """Twenty patients, the first five with two films, in two sources."""
    films = [
        film(f'train/{i:02d}.jpg', f'p{i}', source='buu' if i < 14 else 'honduran',
             vertebrae=4 + i % 3)
        for i in range(20)
    ]  # fmt: skip
    return films + [film(f'val/{i}x.jpg', f'p{i}') for i in range(5)]


def source_of(films):
    """What :func:`read_source` gives for a data set of these films."""
    return SplitSource(
        root='root',
        films=sorted(
            (
                SourceFilm(
                    {
                        'file_name': one.file_name,
                        'patient_id': one.patient_id,
                        'group': one.group,
                        'source': one.source,
                    },
                    [{}] * len(one.corners),
                    one.split,
                )
                for one in films
            ),
            key=lambda one: one.name,
        ),
        unlabelled=[],
        digests={},
        header={},
    )
