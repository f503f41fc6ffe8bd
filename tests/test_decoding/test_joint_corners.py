"""Corners that are chosen together."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.decoding.heatmaps import Candidates
from spondylo_mmpose.decoding.joint_corners import (
    candidates_of,
    choose_cells,
    choose_corners,
)
from spondylo_mmpose.decoding.shape_prior import disc_log_prior, vertebra_log_prior

BODY = np.array([[0.0, 0], [91, 0], [0, 50], [91, 50]])


def spine(number):
    """Bodies above each other, discs 18 px high; the lowest is no sacrum."""
    return np.stack([BODY - [0, 68 * slot] for slot in range(number)])


def value(places, masses, presence, chosen, weight):
    """What is maximised, written down without dynamic programming."""
    slots = np.arange(len(places))[:, None]
    corners = places[slots, np.arange(4), chosen]
    total = np.log(masses[slots, np.arange(4), chosen]).sum()
    for slot, quad in enumerate(corners):
        sacrum = slot == 0 if len(corners) > 1 else None
        total += weight * vertebra_log_prior(quad, sacrum)
    for slot in range(1, len(corners)):
        bond = disc_log_prior(corners[slot - 1, :2], corners[slot, 2:], slot == 1)
        total += weight * presence[slot - 1] * presence[slot] * bond
    return total


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2]), st.floats(0.05, 2))
def test_nothing_is_better_than_what_is_chosen(seed, slots, weight):
    rng = np.random.default_rng(seed)
    places = spine(slots)[:, :, None] + rng.normal(0, 30, (slots, 4, 2, 2))
    masses = rng.uniform(0.01, 1, (slots, 4, 2))
    presence = rng.uniform(0, 1, slots)
    told = choose_corners(places, masses, presence, weight)
    ways = np.array(list(itertools.product(range(2), repeat=4 * slots)))
    values = [
        value(places, masses, presence, way.reshape(slots, 4), weight) for way in ways
    ]
    assert value(places, masses, presence, told, weight) == pytest.approx(max(values))


@given(st.integers(0, 2**32 - 1))
def test_without_a_prior_the_most_likely_candidates_are_chosen(seed):
    rng = np.random.default_rng(seed)
    masses = rng.uniform(0.01, 1, (3, 4, 3))
    places = rng.uniform(0, 300, (3, 4, 3, 2))
    told = choose_corners(places, masses, np.ones(3), 0.0)
    assert np.array_equal(told, masses.argmax(-1))


def two_peaks(true, false, share=0.4):
    """The wrong peak is the higher one where ``false`` is another place."""
    wrong = (true != false).any(-1)
    masses = np.where(wrong[..., None], [1 - share, share], [0.9, 0.001])
    return np.stack([false, np.where(wrong[..., None], true, 0)], -2), masses


@pytest.mark.parametrize('slot', [1, 2, 3])
@pytest.mark.parametrize('corner', range(4))
def test_a_corner_that_jumped_to_the_neighbour_comes_back(slot, corner):
    true = spine(5)
    false = true.copy()
    false[slot, corner] = true[slot + (1 if corner < 2 else -1), corner]
    told = choose_corners(*two_peaks(true, false), np.ones(5))
    assert told[slot, corner] == 1
    assert told.sum() == 1


def test_an_unlikely_candidate_is_not_chosen_for_the_shapes_sake():
    true = spine(3)
    false = true.copy()
    false[1, 0] -= [0, 20]
    assert choose_corners(*two_peaks(true, false, 0.4), np.ones(3)).sum() == 1
    assert choose_corners(*two_peaks(true, false, 1e-4), np.ones(3)).sum() == 0


def test_an_absent_neighbour_does_not_count():
    """The upper one lies on the lower one, and its other candidates are right."""
    true = spine(2)
    false = true.copy()
    false[1] = true[0]
    places, masses = two_peaks(true, false, 0.2)
    assert (choose_corners(places, masses, np.array([1, 1.0]), 3.0)[1] == 1).all()
    assert (choose_corners(places, masses, np.array([0, 1.0]), 3.0)[1] == 0).all()


def test_a_crop_is_chosen_for_by_its_shape_alone():
    false = BODY.copy()
    false[2, 1] += 60
    places, masses = two_peaks(BODY[None], false[None])
    assert choose_corners(places, masses, np.array([1.0])).tolist() == [[0, 0, 1, 0]]


def test_films_are_chosen_for_one_by_one():
    width, true = 200, spine(2) + [20, 90]
    jumped = true.copy()
    jumped[0, 3] = true[1, 3]
    films = [two_peaks(true, film) for film in (true, jumped)]
    index = np.array([places @ [1, width] for places, _ in films]).astype(np.intp)
    masses = np.array([mass for _, mass in films])
    told = choose_cells(Candidates(index, masses), width, np.full((2, 2), np.nan))
    assert np.array_equal(told[0], true @ [1, width])
    assert told[1, 0, 1] == index[1, 0, 1, 0]
    none = choose_cells(Candidates(index[:0], masses[:0]), width, np.ones((0, 2)))
    assert none.shape == (0, 2, 4)


@pytest.mark.parametrize(
    ('settings', 'count'),
    [({}, 3), ({'candidates': 5}, 5), ({'count_from': 'top', 'candidates': 5}, 1)],
)
def test_slots_from_the_top_are_not_chosen_for(settings, count):
    assert candidates_of(settings) == count
