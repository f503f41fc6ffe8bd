import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import RadialErrorMetric
from tests.test_evaluation.helpers import film_records, sample_of

QUAD = np.array([[10, 100], [60, 100], [10, 130], [60, 130]], float)
SPINE = np.array([QUAD - [0, 50 * i] for i in range(2)])


@pytest.fixture
def samples():
    """Two films of two vertebrae; every corner is off by a known distance."""
    first = film_records(SPINE, SPINE + [3, 4], film_id=1)  # 5 px everywhere
    prediction = SPINE.copy()
    prediction[1, 0] += [0, 10]  # one corner of L5 off by 10 px, 5 mm
    second = film_records(SPINE, prediction, film_id=2, spacing=[0.25, 0.5])
    return [sample_of(record) for record in (*first, *second)]


def evaluate(samples, batches, **arguments):
    metric = RadialErrorMetric(**arguments)
    for batch in batches:
        metric.process({}, [samples[i] for i in batch])
    return metric.evaluate(len(samples))


def test_values_by_hand(samples):
    metrics = evaluate(samples, [range(4)], px_thresholds=(4, 5, 10))
    # 8 corners of 5 px, 7 of 0 px, 1 of 10 px.
    assert metrics['corner/MRE_px'] == pytest.approx(50 / 16)
    assert metrics['corner/median_px'] == pytest.approx(5)
    assert metrics['corner/SDR@4px'] == pytest.approx(100 * 7 / 16)
    assert metrics['corner/SDR@5px'] == pytest.approx(100 * 15 / 16)
    assert metrics['corner/MRE_px/superior_left'] == pytest.approx(20 / 4)
    assert metrics['corner/MRE_px/inferior_right'] == pytest.approx(10 / 4)
    assert metrics['corner/MRE_px/S1'] == pytest.approx(20 / 8)
    assert metrics['corner/MRE_px/L5'] == pytest.approx(30 / 8)
    # mm only from the film with a spacing: one corner of 10 px * 0.5 mm.
    assert metrics['corner/MRE_mm'] == pytest.approx(5 / 8)
    assert metrics['corner/SDR@4mm'] == pytest.approx(100 * 7 / 8)
    assert [metrics[f'corner/{key}'] for key in ('films', 'vertebrae', 'corners')] == [
        2, 4, 16
    ]  # fmt: skip
    assert metrics['corner/corners_with_mm'] == 8


def test_batches_order_and_repeats_do_not_matter(samples):
    reference = evaluate(samples, [range(4)])
    assert evaluate(samples, [[3], [1, 0], [2]]) == pytest.approx(reference)
    # A sampler that pads its share hands out a vertebra twice.
    metric = RadialErrorMetric()
    metric.process({}, [*samples, samples[0]])
    assert metric.evaluate(5) == pytest.approx(reference)


def test_no_spacing_means_no_mm(samples):
    metrics = evaluate(samples[:2], [range(2)])
    assert np.isnan(metrics['corner/MRE_mm'])
    assert np.isnan(metrics['corner/SDR@2mm'])
    assert metrics['corner/corners_with_mm'] == 0


def test_unlabelled_corner_does_not_count(samples):
    samples[0]['raw_ann_info']['keypoints'][2] = 0
    metrics = evaluate(samples, [range(4)])
    assert metrics['corner/corners'] == 15
    assert metrics['corner/MRE_px'] == pytest.approx(45 / 15)


def test_lost_prediction_fails(samples):
    samples[0]['pred_instances']['keypoints'][0, 0] = np.nan
    metrics = evaluate(samples, [range(4)])
    assert metrics['corner/MRE_px'] == np.inf
    assert metrics['corner/SDR@24px'] == pytest.approx(100 * 15 / 16)


def test_foreign_sample_is_refused(samples):
    del samples[0]['film']
    with pytest.raises(SpondyloError, match='film'):
        evaluate(samples, [range(4)])
