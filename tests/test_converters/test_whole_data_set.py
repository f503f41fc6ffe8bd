"""Every vertebra of the published data set, as far as its statistics tell of it."""

import csv
from collections import Counter, defaultdict
from pathlib import PurePosixPath

import numpy as np
import pytest

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.naming import parse_name
from spondylo_mmpose.converters.reading import read_films
from spondylo_mmpose.converters.registry import FORMATS

from .helpers import encode, jpeg, json_bytes, txt_bytes, write_tree

USUAL = {'json': ('BL-BR-TL-TR', json_bytes), 'txt': ('TL-BL-BR-TR', txt_bytes)}
STRAY = '3953-M-021Y1'
"""The one box of the data set that is no vertebra."""


@pytest.fixture(scope='module')
def boxes(real_data):
    """Split and hull boxes of each film, in the order of its file."""
    films = defaultdict(list)
    path = real_data / 'mendeley_statistics' / 'per_vertebra_stats.csv'
    with path.open(newline='') as stream:
        for row in csv.DictReader(stream):
            box = [float(row[f'box_{side}']) for side in ('x1', 'y1', 'x2', 'y2')]
            films[row['split'], PurePosixPath(row['filename']).stem].append(box)
    return films


def as_quads(film):
    x1, y1, x2, y2 = np.array(film).T
    corners = [(x1, y1), (x2, y1), (x1, y2), (x2, y2)]
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)


@pytest.mark.real
@pytest.mark.parametrize('suffix', USUAL)
def test_all_vertebrae_come_through_in_both_encodings(boxes, tmp_path, suffix):
    encoding, to_bytes = USUAL[suffix]
    image, files = jpeg(), {}
    for (split, stem), film in boxes.items():
        files[f'd/images/{split}/{stem}.jpg'] = image
        raw = encode(as_quads(film), encoding)
        files[f'd/labels/{split}/{stem}.{suffix}'] = to_bytes(raw)
    report = ConversionReport()
    with open_source(write_tree(tmp_path, files)) as source:
        done = read_films(
            FORMATS['mendeley'], source, 'd', report, lambda *_: None, workers=2
        )

    assert len(boxes) == 685 and sum(map(len, boxes.values())) == 4503
    wanted, found = Counter(), Counter()
    for (split, stem), film in boxes.items():
        wanted[split, parse_name(stem).source] += len(film) - stem.startswith(STRAY)
    for one in done:
        found[one.raw.split, one.film.source] += len(one.film.corners)
        true = as_quads(boxes[one.raw.split, one.raw.stem])
        # Canonical, and nothing moved: each is one of the file's.
        apart = np.abs(one.film.corners[:, None] - true[None]).max((2, 3)).min(1)
        assert apart.max() <= 0.01, one.raw.stem
        assert one.encoding == encoding
    assert found == wanted
    (stray,) = report.items.pop('stray_box')
    assert STRAY in stray['file']
    # What remains are remarks; none of them costs a vertebra.
    assert set(report.counts()) <= {'unsorted_file', 'vertebrae_touch'}
