"""Cobb angles: by hand, and against the table of the AASCE 2019 challenge."""

import csv

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.spine.cobb import cobb_angles, film_smape


def spine(turns, sideways=None, step=50.0):
    """Vertebrae turned by so many degrees, from the top downward; (N, 4, 2) upward."""
    turns = np.radians(np.asarray(turns, float))
    sideways = np.zeros(len(turns)) if sideways is None else np.asarray(sideways, float)
    quad = np.array([[-20, -15], [20, -15], [-20, 15], [20, 15]], float)
    quads = []
    for k, (turn, x) in enumerate(zip(turns, sideways, strict=True)):
        c, s = np.cos(turn), np.sin(turn)
        quads.append(quad @ np.array([[c, s], [-s, c]]) + (300 + x, 60 + step * k))
    return np.array(quads)[::-1]


def bow(number, wide):
    """Sideways shifts of a spine that bends to one side."""
    return wide * np.sin(np.linspace(0, np.pi, number))


def test_one_curve():
    found = cobb_angles(spine([-10, -20, 0, 15, 5], bow(5, 60)), 400)
    # Main between the second and the fourth; the others from there to the ends.
    assert found == pytest.approx([35, 10, 10])


def test_two_curves_in_the_lower_half():
    turns = [0, 12, 4, -6, 20, -25, 0]
    sideways = [0, 40, 0, -40, 0, 30, 0]
    found = cobb_angles(spine(turns, sideways), 300)
    # Main 20 to -25; above, -6 against 20; above that, 12 against -6.
    assert found == pytest.approx([45, 26, 18])


def test_two_curves_in_the_upper_half():
    turns = [0, 12, 4, -6, 20, -25, 0]
    sideways = [0, 40, 0, -40, 0, 30, 0]
    found = cobb_angles(spine(turns, sideways), 3000)
    assert found == pytest.approx([45, 26, 25])


def test_lower_edges_tell_the_half_of_the_film():
    turns = [0, 12, 4, -6, 20, -25, 0]
    sideways = [0, 40, 0, -40, 0, 30, 0]
    # The ends' middles add up to 570 px, their upper edges to 542, the lower to 598.
    assert cobb_angles(spine(turns, sideways), 597) == pytest.approx([45, 26, 18])
    assert cobb_angles(spine(turns, sideways), 599) == pytest.approx([45, 26, 25])


def test_upper_edge_of_the_lowest_vertebra_makes_no_second_curve():
    # It alone lies beyond the line, by 2.6 px; a second curve would have 0 for 20.
    found = cobb_angles(spine([10, 20, 0, -15, 5], bow(5, -60)), 10)
    assert found == pytest.approx([35, 10, 20])


def test_more_than_a_right_angle():
    found = cobb_angles(spine([0, -60, 0, 50, 50], bow(5, 60)), 400)
    assert found == pytest.approx([110, 60, 0])


def test_too_few_or_incomplete():
    assert np.isnan(cobb_angles(spine([0, 5]), 400)).all()
    broken = spine([0, 5, 10])
    broken[1, 2] = np.nan
    assert np.isnan(cobb_angles(broken, 400)).all()


@given(
    st.lists(st.floats(-40, 40), min_size=3, max_size=17),
    st.floats(0.2, 5),
    st.floats(-200, 200),
)
def test_size_and_place_do_not_matter(turns, size, shift):
    sideways = bow(len(turns), 30)
    one = cobb_angles(spine(turns, sideways), 500)
    other = cobb_angles(size * (spine(turns, sideways) + (shift, 0)), 500 * size)
    assert other == pytest.approx(one, abs=1e-3)
    assert one[0] >= one[1:].max() - 1e-6


def test_smape_by_hand():
    predicted = [[40, 10, 10], [0, 0, 0], [30, 5, np.nan]]
    true = [[30, 20, 10], [0, 0, 0], [30, 5, 1]]
    first, second, third = film_smape(predicted, true)
    assert first == pytest.approx(100 * 20 / 120)
    assert second == 0
    assert np.isnan(third)


def test_angles_of_the_challenge(real_data):
    root = real_data / 'aasce2019'
    rows = {
        name: list(csv.reader((root / f'labels/training/{name}.csv').open()))
        for name in ('filenames', 'landmarks', 'angles')
    }
    found, told = [], []
    for (name, *_), marks, angles in zip(*rows.values(), strict=True):
        image = cv2.imread(str(root / 'data/training' / name), cv2.IMREAD_GRAYSCALE)
        height, width = image.shape
        marks = np.array(marks, float)
        corners = np.stack([marks[:68] * width, marks[68:] * height], 1)
        found.append(cobb_angles(corners.reshape(17, 4, 2)[::-1], height))
        told.append(np.array(angles, float))
    same = (np.abs(np.array(found) - told) < 0.1).all(axis=1)
    assert (same.sum(), len(same)) == (481, 481)
    assert film_smape(found, told).mean() == pytest.approx(0.0063, abs=1e-4)
