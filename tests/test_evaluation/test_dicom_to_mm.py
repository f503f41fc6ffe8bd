"""A film from its file to its error in mm: converter, data set and metrics together."""

import io

import numpy as np
import pytest
from PIL import Image

from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.formats.mendeley import Mendeley
from spondylo_mmpose.datasets import SpondyloDataset
from spondylo_mmpose.evaluation import MeyerdingMetric, RadialErrorMetric
from spondylo_mmpose.spine.measurements import slip_percent
from tests.test_converters.helpers import LABELS, make_spine, usual_json, write_tree
from tests.test_imaging.helpers import dicom

ROW, COLUMN = 0.15, 0.14
SPINE = make_spine()
DARK, BRIGHT = 300, 41000


def pixels():
    """The film as MONOCHROME1 stores it: bone is dark."""
    stored = np.full((640, 640), BRIGHT, np.uint16)
    for quad in SPINE:
        (x1, y1), (x2, y2) = quad.min(0).astype(int), quad.max(0).astype(int)
        stored[y1:y2, x1:x2] = DARK
    return stored


def as_dicom():
    return dicom(
        pixels(), PhotometricInterpretation='MONOCHROME1', PixelSpacing=[ROW, COLUMN]
    )


def as_png():
    buffer = io.BytesIO()
    Image.fromarray(BRIGHT - pixels()).save(buffer, 'PNG')
    return buffer.getvalue()


def metrics_of(tmp_path, name, content):
    """Metrics of a prediction that is off by one px to the right and one down."""
    files = {
        f'T/images/train/{name}': content,
        f'{LABELS}{name.rsplit(".", 1)[0]}.json': usual_json(SPINE),
    }
    out = tmp_path / 'out'
    convert(Mendeley(), write_tree(tmp_path / 'src', files), out)
    dataset = SpondyloDataset(
        data_root=str(out),
        ann_file='annotations/train.json',
        data_prefix={'img': 'images/'},
        pipeline=[],
    )
    samples = []
    for place in range(len(dataset)):
        info = dataset.get_data_info(place)
        samples.append({**info, 'pred_instances': {'keypoints': info['keypoints'] + 1}})
    with Image.open(samples[0]['img_path']) as image:
        grey = np.asarray(image)
    found = {}
    for metric in (RadialErrorMetric(), MeyerdingMetric()):
        metric.process({}, samples)
        found |= metric.evaluate(len(samples))
    return found, grey


def test_dicom_is_measured_in_mm_on_each_axis(tmp_path):
    metrics, grey = metrics_of(tmp_path, 'film.dcm', as_dicom())
    assert metrics['corner/MRE_px'] == pytest.approx(2**0.5)
    # DICOM tells the spacing of rows first: it is that along y.
    assert metrics['corner/MRE_mm'] == pytest.approx(np.hypot(COLUMN, ROW))
    assert metrics['corner/corners_with_mm'] == 24
    assert metrics['clinical/pairs_in_mm'] == metrics['clinical/pairs'] == 5
    assert metrics['clinical/slip_MAE'] == pytest.approx(0, abs=1e-6)
    # Bone is bright.
    x, y = SPINE[2].mean(0).astype(int)
    assert grey.dtype == np.uint8
    assert int(grey[y, x]) > int(grey[5, 5]) + 200


def test_the_same_film_as_png_has_no_mm(tmp_path):
    metrics, _ = metrics_of(tmp_path, 'film.png', as_png())
    assert metrics['corner/MRE_px'] == pytest.approx(2**0.5)
    assert np.isnan(metrics['corner/MRE_mm'])
    assert np.isnan(metrics['corner/SDR@2mm'])
    assert metrics['corner/corners_with_mm'] == 0
    assert metrics['clinical/pairs'] == 5
    assert metrics['clinical/pairs_in_mm'] == 0


def test_axes_that_changed_places_would_be_seen():
    """The spine's slips differ enough between the two readings of the tag."""
    right = slip_percent(SPINE, 'left', (COLUMN, ROW))
    wrong = slip_percent(SPINE, 'left', (ROW, COLUMN))
    assert np.abs(right - wrong).max() > 1
