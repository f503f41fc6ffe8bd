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
    for record in (*first, *second):
        record.film.update(width=300, height=400, source='here')
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
    assert metrics['corner/corners_lost'] == 0
    # (8 * 25 + 100) / 16 px²; in mm 5² / 8.
    assert metrics['corner/MSE_px'] == pytest.approx(300 / 16)
    assert metrics['corner/MSE_mm'] == pytest.approx(25 / 8)
    # Every wall is 30 px high, the diagonal of 300 x 400 px is 500 px long.
    assert metrics['corner/MRE_percent_height'] == pytest.approx(100 / 30 * 50 / 16)
    assert metrics['corner/median_percent_height'] == pytest.approx(100 / 30 * 5)
    assert metrics['corner/MRE_percent_diagonal'] == pytest.approx(100 / 500 * 50 / 16)


def test_parts_by_hand(samples):
    for sample in samples[2:]:
        sample['film']['source'] = 'there'
    metrics = evaluate(samples, [range(4)], detailed=True)
    assert metrics['corner/MRE_px/source:here'] == pytest.approx(5)
    assert metrics['corner/MRE_px/source:there'] == pytest.approx(10 / 8)
    assert metrics['corner/MRE_px/L5/superior_left'] == pytest.approx(15 / 2)
    assert metrics['corner/MRE_px/S1/superior_left'] == pytest.approx(5 / 2)
    assert 'corner/MRE_px/L4/superior_left' not in metrics
    plain = evaluate(samples, [range(4)])
    assert 'corner/MRE_px/L5/superior_left' not in plain
    assert {name: metrics[name] for name in plain} == plain


def test_intervals_are_over_patients_and_only_when_asked_for(samples):
    plain = evaluate(samples, [range(4)])
    assert not any(name.endswith(('_low', '_high')) for name in plain)
    metrics = evaluate(samples, [range(4)], intervals=True, detailed=True)
    assert {name: metrics[name] for name in plain} == plain
    assert metrics['corner/patients'] == 2
    # Two films of 5 px and 10 / 8 px: resamples are one of them twice, or both.
    limits = [metrics[f'corner/MRE_px_{side}'] for side in ('low', 'high')]
    assert limits == pytest.approx([10 / 8, 5])
    limits = [metrics[f'corner/MRE_px/L5_{side}'] for side in ('low', 'high')]
    assert limits == pytest.approx([10 / 4, 5])
    assert 'corner/MRE_px/L5/superior_left_low' in metrics
    # One film has a spacing: no interval in mm.
    assert np.isnan(metrics['corner/MRE_mm_low'])
    assert not any('films_' in name or 'corners_low' in name for name in metrics)
    shuffled = evaluate(samples, [[3], [1, 0], [2]], intervals=True, detailed=True)
    assert shuffled == pytest.approx(metrics, nan_ok=True)
    for sample in samples:
        sample['film']['patient_id'] = 'one'
    metrics = evaluate(samples, [range(4)], intervals=True)
    assert metrics['corner/patients'] == 1
    assert np.isnan(metrics['corner/MRE_px_low'])


def test_no_record_measures_nothing():
    metrics = RadialErrorMetric(intervals=True, detailed=True).summarise([])
    assert metrics['vertebrae'] == metrics['patients'] == 0
    assert np.isnan(metrics['MRE_px'])
    assert np.isnan(metrics['MRE_px_high'])


def test_an_end_plate_alone_has_no_height(samples):
    for sample in samples[:2]:
        sample['raw_ann_info']['keypoints'][6:] = [0.0] * 6
    metrics = evaluate(samples[:2], [range(2)])
    assert metrics['corner/MRE_px'] == pytest.approx(5)
    assert np.isnan(metrics['corner/MRE_percent_height'])
    assert metrics['corner/MRE_percent_diagonal'] == pytest.approx(1)


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
    assert metrics['corner/corners_lost'] == 1


def test_foreign_sample_is_refused(samples):
    del samples[0]['film']
    with pytest.raises(SpondyloError, match='film'):
        evaluate(samples, [range(4)])


def with_estimate(records, mm, error_percent=13.0):
    for record in records:
        record.film['pixel_spacing_estimate'] = {
            'mm': mm,
            'error_percent': error_percent,
            'method': 'm',
        }
    return records


def test_estimates_count_only_when_asked_for_and_under_their_own_names():
    known = film_records(SPINE, SPINE + [0, 2], film_id=1, spacing=[0.25, 0.5])
    # An estimate beside a known spacing is not used.
    with_estimate(known, [9.0, 9.0])
    guessed = with_estimate(film_records(SPINE, SPINE + [3, 4], film_id=2), [1.0, 2.0])
    samples = [sample_of(record) for record in (*known, *guessed)]
    plain = evaluate(samples, [range(4)])
    assert plain['corner/MRE_mm'] == pytest.approx(1)
    assert not any('estimated' in name for name in plain)
    asked = evaluate(samples, [range(4)], use_estimated_spacing=True)
    assert {key: asked[key] for key in plain} == pytest.approx(plain, nan_ok=True)
    assert asked['corner/MRE_mm_estimated'] == pytest.approx(np.hypot(3, 8))
    assert asked['corner/SDR@2mm_estimated'] == 0
    assert asked['corner/corners_with_mm'] == 8
    assert asked['corner/corners_with_mm_estimated'] == 8
    assert asked['corner/spacing_error_percent'] == 13


def test_estimates_alone_give_no_mm(samples):
    records = with_estimate(film_records(SPINE, SPINE), [1.0, 1.0])
    metrics = evaluate([sample_of(record) for record in records], [range(2)])
    assert np.isnan(metrics['corner/MRE_mm'])
    none = evaluate(samples[:2], [range(2)], use_estimated_spacing=True)
    assert np.isnan(none['corner/MRE_mm_estimated'])
    assert np.isnan(none['corner/spacing_error_percent'])


def test_half_an_s1_counts_with_the_corners_it_has(samples):
    samples[2]['raw_ann_info']['keypoints'][6:] = [0.0] * 6
    metrics = evaluate(samples, [range(4)])
    assert metrics['corner/corners'] == 14
    assert metrics['corner/corners_with_mm'] == 6
    assert metrics['corner/MRE_mm'] == pytest.approx(5 / 6)
