import numpy as np
import pytest

from spondylo_mmpose.evaluation import MeyerdingMetric, RadialErrorMetric
from spondylo_mmpose.evaluation.baselines import MeanShape, predict_box_corners
from spondylo_mmpose.evaluation.clinical import slip_pairs
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.phantom.geometry import SIZE
from spondylo_mmpose.spine.anatomy import infer_facing
from spondylo_mmpose.spine.measurements import slip_percent
from tests.test_evaluation.helpers import film_records, sample_of

FILMS = 6


@pytest.fixture(scope='module')
def truths():
    return [make_phantom(3, i, with_spacing=True).truth for i in range(FILMS)]


def evaluate(metric, records):
    metric.process({}, [sample_of(record) for record in records])
    return metric.evaluate(len(records))


def test_known_spacing_takes_the_stretch_out_of_the_slip(truths):
    largest = 0.0
    for truth in truths:
        corners = truth.corners
        records = film_records(corners, corners, spacing=truth.pixel_spacing_mm)
        pairs = slip_pairs(records)
        true = [pair.true for pair in pairs]
        np.testing.assert_allclose(true, truth.slip_percent_mm, atol=1e-6)
        assert all(pair.in_mm for pair in pairs)
        without = slip_pairs(film_records(corners, corners))
        in_px = [pair.true for pair in without]
        np.testing.assert_allclose(in_px, truth.slip_percent, atol=1e-6)
        assert not any(pair.in_mm for pair in without)
        largest = max(largest, np.abs(truth.slip_percent - truth.slip_percent_mm).max())
    # Else nothing was tested: these films are stretched.
    assert largest > 3


@pytest.mark.parametrize('size', [(400, 900), (1467, 2496), (640, 321)])
def test_a_resize_changes_no_value_in_mm(truths, size):
    rng = np.random.default_rng(0)
    factor = np.array(size) / SIZE
    before, after = [], []
    for number, truth in enumerate(truths):
        corners = truth.corners
        predicted = corners + rng.normal(0, 4, corners.shape)
        spacing = np.array(truth.pixel_spacing_mm)
        before += film_records(corners, predicted, number, spacing.tolist())
        after += film_records(
            corners * factor, predicted * factor, number, (spacing / factor).tolist()
        )
    old, new = (evaluate(RadialErrorMetric(), r) for r in (before, after))
    in_mm = {key for key in old if 'mm' in key}
    assert {'corner/MRE_mm', 'corner/SDR@2mm'} <= in_mm
    for key in in_mm:
        assert new[key] == pytest.approx(old[key])
    assert new['corner/MRE_px'] != pytest.approx(old['corner/MRE_px'])
    old, new = (evaluate(MeyerdingMetric(), r) for r in (before, after))
    assert old['clinical/pairs_in_mm'] == old['clinical/pairs'] > FILMS
    assert new == pytest.approx(old, nan_ok=True)


def test_ap_films_have_no_slip(truths):
    corners = truths[0].corners
    records = film_records(corners, corners)
    for record in records:
        record.film['view'] = 'ap'
    assert slip_pairs(records) == []
    assert evaluate(MeyerdingMetric(), records)['clinical/pairs'] == 0


def test_half_an_s1_has_a_slip_a_facing_and_floors(truths):
    for number, truth in enumerate(truths):
        true = truth.corners.copy()
        true[0, 2:] = np.nan
        facing, _ = infer_facing(true)
        assert facing == truth.facing
        records = film_records(true, truth.corners, number)
        pairs = slip_pairs(records)
        np.testing.assert_allclose(
            [pair.true for pair in pairs], slip_percent(truth.corners, truth.facing)
        )
        assert all(pair.facing_agrees for pair in pairs)
        metrics = evaluate(RadialErrorMetric(), records)
        assert metrics['corner/corners'] == 4 * len(true) - 2
        assert metrics['corner/MRE_px'] == 0

        content = {
            'images': [{'id': 1, 'file_name': 'a.png', 'width': SIZE, 'height': SIZE}],
            'annotations': [
                {**sample_of(r)['raw_ann_info'], 'image_id': 1, 'level': r.level}
                for r in records
            ],
        }
        for floor in (
            MeanShape.from_coco([content]).predict(records),
            predict_box_corners(records),
        ):
            assert all(np.isfinite(r.predicted).all() for r in floor)
            assert np.isfinite(evaluate(RadialErrorMetric(), floor)['corner/MRE_px'])


def test_the_size_before_the_export_takes_the_stretch_out_too(truths):
    truth = truths[0]
    records = film_records(truth.corners, truth.corners)
    for record in records:
        record.film.update(width=SIZE, height=SIZE, original_size=truth.original_size)
    pairs = slip_pairs(records)
    true = [pair.true for pair in pairs]
    np.testing.assert_allclose(true, truth.slip_percent_mm, atol=1e-6)
    assert all(pair.true_aspect and not pair.in_mm for pair in pairs)
    metrics = evaluate(MeyerdingMetric(), records)
    assert metrics['clinical/pairs_true_aspect'] == len(pairs)
    assert metrics['clinical/pairs_in_mm'] == 0
