import numpy as np
import pytest

from spondylo_mmpose.datasets import RandomBoxJitter

BOX = np.array([[10, 20, 110, 60]], np.float32)


def drawn(count=2000, **options):
    np.random.seed(0)
    jitter = RandomBoxJitter(**options)
    return np.concatenate([jitter({'bbox': BOX})['bbox'] for _ in range(count)]) - BOX


def test_every_side_moves_on_its_own_by_its_share_of_the_box():
    errors = drawn(deviation=0.05) / [100, 40, 100, 40]
    # A normal of 0.05 cut at three deviations.
    assert errors.std(0) == pytest.approx([0.0493] * 4, rel=0.06)
    assert errors.mean(0) == pytest.approx([0] * 4, abs=0.004)
    assert np.abs(errors).max() <= 0.1501
    correlation = np.corrcoef(errors.T) - np.eye(4)
    assert np.abs(correlation).max() < 0.08


def test_share_of_the_samples():
    moved = (drawn(400, probability=0.25) != 0).any(1).mean()
    assert moved == pytest.approx(0.25, abs=0.06)
    assert (drawn(20, probability=0) == 0).all()
    assert (drawn(20, deviation=0) == 0).all()


def test_the_given_box_is_left_alone_and_the_new_one_is_float32():
    results = {'bbox': BOX.copy()}
    kept = results['bbox']
    changed = RandomBoxJitter()(results)['bbox']
    assert (kept == BOX).all()
    assert changed.dtype == np.float32
    assert changed.shape == (1, 4)


@pytest.mark.parametrize(
    'bad', [{'deviation': -0.1}, {'deviation': 0.2}, {'probability': 1.5}]
)
def test_arguments_out_of_range(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        RandomBoxJitter(**bad)
