"""Converted data sets made by hand: what is hard to keep is in them."""

from itertools import count
from pathlib import Path

import numpy as np

from spondylo_mmpose.converters.coco import CC_BY_4, DatasetInfo, Film
from tests.helpers import write_coco_root
from tests.test_converters.helpers import make_spine

INFO = DatasetInfo('made by hand', licence=CC_BY_4, source_digests={'a': '1'})


def spine(number=6, shift=0.0, **arguments):
    """Corners with odd decimals."""
    return make_spine(number, **arguments) + 0.123456 + shift


def hard_films():
    """Films of three splits: gaps, half an S1, odd names, stems that stand twice."""
    half = spine(5, shift=1)
    half[0, 2:] = np.nan
    gap = spine(5, shift=2)[[0, 1, 3, 4]]
    return [
        Film(
            'train/Ä b.1, "c".png',
            640,
            640,
            'train',
            half,
            levels=['S1', 'L5', 'L4', 'L3', None],
            level_origin='file',
            patient_id='p;1',
            group='g,1',
            source='buu',
            sex='F',
            age=0,
            pixel_spacing_mm=(0.14, 0.1 + 0.2),
            pixel_spacing_origin='dicom:PixelSpacing',
            original_size=(1200, 2400),
            view='lateral',
        ),
        Film(
            'train/same.png',
            640,
            640,
            'train',
            gap,
            orders=[0, 1, 3, 4],
            levels=['S1', 'L5', 'L3', 'L2'],
            level_origin='file',
            patient_id='p2',
        ),
        Film('val/same.png', 640, 640, 'val', spine(3), group='g'),
        Film('test/same.png', 640, 640, 'test'),
        Film('test/labelled.png', 640, 640, 'test', spine(4)),
    ]


def write_root(root: Path, films) -> Path:
    """A converted data set; each image has its own grey level."""
    return write_coco_root(root, films, count(20), INFO)


def by_name(films):
    """Films by file name."""
    return {film.file_name: film for film in films}
