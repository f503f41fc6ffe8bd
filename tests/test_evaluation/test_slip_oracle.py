"""The published definition of slip against spines laid out by hand.

Taillard's ratio as Hu et al. (LSLD-Net, 2024) write it down: the way of the upper
vertebra's posterior inferior corner from the lower one's posterior superior corner,
measured parallel to the lower one's upper end plate, over that end plate's length.
"""

import numpy as np
import pytest

from spondylo_mmpose.evaluation import MeyerdingMetric
from spondylo_mmpose.evaluation.clinical import slip_pairs
from spondylo_mmpose.spine.anatomy import mirror
from spondylo_mmpose.spine.measurements import slip_percent
from tests.test_evaluation.helpers import film_records, sample_of

# Facing left. A sacral end plate of 50 px on the triangle 3-4-5: from the posterior
# corner (140, 200) 40 px forward and 30 px down to the anterior one (100, 230). One
# percent of it is 0.4 px left and 0.3 px down; upright on it is (-0.6, -0.8) a px.
# S1's lower corners bear on nothing.
SACRUM = [[100, 230], [140, 200], [124, 262], [164, 232]]
# L5's posterior inferior corner 10 px above the plate: for 0 % at (134, 192), and each
# percent takes it by (-0.4, +0.3).
POSTERIOR = {
    0: [134, 192],
    5: [132, 193.5],
    25: [124, 199.5],
    -25: [144, 184.5],
    50: [114, 207],
    -10: [138, 189],
    110: [90, 225],
}


def on_sacrum(percent):
    pi = np.array(POSTERIOR[percent], float)
    ai = pi + [-40, 30]
    l5 = [ai + [-20, -30], pi + [-18, -35], ai, pi]
    return np.array([SACRUM, l5], float)


@pytest.mark.parametrize('percent', POSTERIOR)
@pytest.mark.parametrize('mirrored', [False, True])
def test_on_a_sacrum_of_37_degrees(percent, mirrored):
    spine, facing = on_sacrum(percent), 'left'
    if mirrored:
        spine, facing = mirror(spine, 300), 'right'
    np.testing.assert_allclose(slip_percent(spine, facing), [percent], atol=1e-9)


@pytest.mark.parametrize('mirrored', [False, True])
@pytest.mark.parametrize(
    ('percent', 'grade'),
    [(0, 0), (5, 1), (-10, 1), (25, 1), (-25, 1), (50, 2), (110, 5)],
)
def test_through_the_metric_with_the_facing_inferred(percent, grade, mirrored):
    spine = on_sacrum(percent)
    spine = mirror(spine, 300) if mirrored else spine
    records = film_records(spine, spine)
    (pair,) = slip_pairs(records)
    assert pair.true == pytest.approx(percent, abs=1e-9)
    metric = MeyerdingMetric()
    metric.process({}, [sample_of(record) for record in records])
    metrics = metric.evaluate(len(records))
    assert metrics['clinical/pairs_graded_1_or_more'] == (grade >= 1)
    matrix = metric.details(records)['all']['confusion']['pairs']
    assert matrix[grade][grade] == 1


@pytest.mark.parametrize('tilt', [-20, 0, 15, 45, 60])
@pytest.mark.parametrize('percent', [-30, -5, 0, 25, 50, 75, 100])
@pytest.mark.parametrize('facing', ['left', 'right'])
def test_foot_of_the_perpendicular_at_any_tilt(tilt, percent, facing):
    """Laid out in the plate's own frame; the disc's height does not matter."""
    forward = -1 if facing == 'left' else 1
    angle = np.radians(tilt)
    along = np.array([forward * np.cos(angle), np.sin(angle)])
    upward = np.array([forward * np.sin(angle), -np.cos(angle)])
    assert along @ upward == pytest.approx(0)
    posterior, length = np.array([250.0, 400.0]), 80.0

    def place(a, b):
        return posterior + a * along + b * upward

    slip = length * percent / 100
    for disc in (4.0, 20.0):
        corners = {
            'lower': (place(length, 0), place(0, 0), place(76, -40), place(3, -45)),
            'upper': (
                place(slip + 90, disc + 50), place(slip + 9, disc + 52),
                place(slip + 85, disc + 9), place(slip, disc),
            ),
        }  # fmt: skip
        # Anterior first is image left when facing left.
        order = [0, 1, 2, 3] if facing == 'left' else [1, 0, 3, 2]
        spine = np.array([np.array(q)[order] for q in corners.values()])
        np.testing.assert_allclose(slip_percent(spine, facing), [percent], atol=1e-9)


def test_a_stretched_film_needs_its_spacing():
    # 25 % laid out by hand in mm, stored with x at half the scale (2 mm per px).
    spine = on_sacrum(25) / [2, 1]
    (pair,) = slip_pairs(film_records(spine, spine, spacing=[2.0, 1.0]))
    assert pair.true == pytest.approx(25)
    assert pair.in_mm
    # In px the plate is (-20, 30), the way (-8, -0.5): (160 - 15) / 1300 = 11.15 %.
    (pair,) = slip_pairs(film_records(spine, spine))
    assert pair.true == pytest.approx(100 * 145 / 1300)
