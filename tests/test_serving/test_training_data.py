"""Reviewed films are training data: recipes' data set and the audit read them."""

import numpy as np
import pytest

from spondylo_mmpose.apis.batch import Batch, prepare
from spondylo_mmpose.audit.auditing import audit, reading
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.serving.store import Store
from tests.test_film_report.helpers import FakeModel
from tests.test_imaging.helpers import dicom
from tests.test_review.test_remeasuring import moved, told_of
from tests.test_serving.test_store import GREY, png


@pytest.fixture(scope='module')
def reviewed(tmp_path_factory):
    """A data set of a DICOM film that was corrected and one that was accepted."""
    films = tmp_path_factory.mktemp('films')
    (films / 'IM0001').write_bytes(dicom(GREY, PixelSpacing=[0.5, 0.5]))
    (films / 'b.png').write_bytes(png(np.roll(GREY, 3)))
    out = tmp_path_factory.mktemp('out') / 'reports'
    options = ReportOptions(facing='left')
    Batch(FilmReporter(FakeModel()), prepare([films], out), out, options).run()
    store = Store(out)
    for entry in store.entries():
        told = told_of(entry.report)
        by = (7, 0) if entry.name == 'IM0001' else (0, 0)
        store.save(entry, moved(told, 1, 3, by))
    return store.training.root


def test_recipes_read_it(reviewed):
    pytest.importorskip('mmpose')
    from mmengine.registry import init_default_scope

    from spondylo_mmpose.datasets import SpondyloDataset

    init_default_scope('mmpose')
    dataset = SpondyloDataset(
        data_root=str(reviewed),
        ann_file='annotations/train.json',
        data_prefix=dict(img='images'),
        pipeline=[dict(type='LoadRadiograph')],
    )
    assert len(dataset) == 12
    samples = [dataset[i] for i in range(12)]
    assert {one['img'].shape for one in samples} == {(640, 640, 3)}
    spaced = [one for one in samples if one['film']['pixel_spacing_mm']]
    assert [one['vertebra']['level'] for one in spaced][:2] == ['S1', 'L5']
    assert spaced[1]['keypoints'][0].tolist()[3] == [287, 480]
    assert {one['film']['pixel_spacing_origin'] for one in spaced} == {
        'dicom:PixelSpacing'
    }


def test_the_audit_finds_no_error(reviewed):
    with reading(reviewed, None, 1) as read:
        result = audit(read, None, 1)
    assert result.status(strict=False) < 2
