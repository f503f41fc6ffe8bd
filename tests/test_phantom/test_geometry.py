"""Geometry against the statistics of the real training films.

The expected numbers were counted on the real training films: vertebrae per film, median
centre distance, median width and height of the tight boxes, centre of S1.
"""

from collections import defaultdict

import numpy as np
import pytest

from spondylo_mmpose.phantom import make_truth
from spondylo_mmpose.phantom.patient import family_at
from spondylo_mmpose.spine import anatomy, measurements

NUMBER = 240


@pytest.fixture(scope='module')
def truths():
    return [make_truth(7, index) for index in range(NUMBER)]


@pytest.fixture(scope='module')
def by_family(truths):
    groups = defaultdict(list)
    for truth in truths:
        groups[truth.family].append(truth)
    return groups


def test_corners_are_canonical_and_inside(truths):
    for truth in truths:
        corners = truth.corners
        assert (anatomy.signed_areas(corners) > 200).all()
        assert not anatomy.is_bow_tie(corners).any()
        assert np.array_equal(anatomy.order_upward(corners), np.arange(len(corners)))
        assert corners.min() >= 0.999
        assert corners.max() <= 639


def test_only_the_topmost_is_cut_and_only_by_the_upper_border(truths):
    cut = 0
    for truth in truths:
        touches = (truth.corners[..., 1] < 1.001).any(axis=1)
        assert not touches[:-1].any()
        cut += touches[-1]
    assert 0 < cut < 0.25 * NUMBER


@pytest.mark.parametrize(
    ('family', 'real'),
    [
        # count, centre distance, box width, box height, S1 y
        ('buu_json', (7.38, 61.8, 93.2, 51.9, 418)),
        # Boxes of the text files are padded by about 14 and 12 px.
        ('buu_txt', (6.36, 64.0, 120 - 14, 68 - 12, 426)),
        ('honduran', (5.67, 102.6, 118.4, 92.0, 473)),
    ],
)
def test_statistics_are_those_of_real_films(by_family, family, real):
    films = by_family[family]
    assert len(films) > 60
    measured = []
    for truth in films:
        boxes = anatomy.hull_boxes(truth.corners)
        sides = np.median(boxes[:, 2:] - boxes[:, :2], axis=0)
        centre = anatomy.centres(truth.corners)
        pitch = np.median(np.linalg.norm(np.diff(centre, axis=0), axis=1))
        measured.append((len(boxes), pitch, *sides, centre[0, 1]))
    mean = np.mean(measured, axis=0)
    # Count within 0.6; sizes within 12 % (zoomed films vary by 40 %: 15 %).
    assert mean[0] == pytest.approx(real[0], abs=0.6)
    assert mean[1:4] == pytest.approx(real[1:4], rel=0.15)
    assert mean[4] == pytest.approx(real[4], abs=18)


def test_facing_as_in_the_real_sources(truths):
    for source, low, high in (('buu', 0.0, 0.05), ('honduran', 0.3, 0.7)):
        right = [t.facing == 'right' for t in truths if t.source == source]
        assert low <= np.mean(right) <= high


def test_every_grade_and_both_directions_occur(truths):
    slips = np.concatenate([t.slip_percent_mm for t in truths])
    grades = measurements.meyerding_grade(slips)
    assert set(grades) == {0, 1, 2, 3, 4, 5}
    # Most pairs are in place; grades get rarer upward.
    assert np.mean(grades == 0) > 0.8
    assert np.sum(grades == 1) > np.sum(grades == 2) > np.sum(grades == 5)
    assert np.sum(slips < -5) > 10
    assert np.sum(slips > 5) > 2 * np.sum(slips < -5)


def test_s1_is_a_tilted_wedge(truths):
    shorter = [
        measurements.end_plate_lengths(t.corners, _spacing(t))[0] for t in truths
    ]
    upper, lower = np.transpose(shorter)
    assert np.mean(lower < upper) > 0.9
    slope = [
        measurements.end_plate_angles(t.corners, t.facing, _spacing(t))[0, 0]
        for t in truths
    ]
    # Sacral slope: textbooks give 40 degrees with a spread of 10.
    assert 33 < np.mean(slope) < 45


def _spacing(truth):
    return np.array(truth.original_size, dtype=float)


def test_few_films_hold_all_kinds_and_do_not_depend_on_the_number():
    for seed in range(20):
        kinds = {family_at(seed, index) for index in range(5)}
        assert kinds == {'buu_json', 'buu_txt', 'honduran'}


def test_all_levels_are_those_that_lie_wholly_on_the_film(truths):
    full = [make_truth(7, index, all_levels=True) for index in range(60)]
    pairs = list(zip(full, truths, strict=False))
    more = [len(one.corners) - len(other.corners) for one, other in pairs]
    # Readers leave out some on most films, and label some that the border cuts.
    assert 20 < np.count_nonzero(np.array(more) > 0) < 55
    assert min(more) in (-1, 0)
    for one, other in pairs:
        shared = min(len(one.corners), len(other.corners) - 1)
        np.testing.assert_array_equal(one.corners[:shared], other.corners[:shared])
        assert len(one.levels) == len(one.corners) <= 12
        assert one.corners.min() >= 1
        # There is no room for another whole one above.
        left = one.corners[-1][:, 1].min()
        height = np.ptp(anatomy.centres(one.corners)[-2:, 1])
        if len(one.corners) < 12:
            assert left < 1.5 * height
