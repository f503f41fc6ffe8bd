"""Any valid spine, however listed, turned, curved and stretched, comes out the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.converters.cleaning import clean
from spondylo_mmpose.converters.encodings import ENCODINGS
from spondylo_mmpose.converters.labels import RawLabels, RawVertebra
from spondylo_mmpose.spine import anatomy

from .helpers import encode

TILT = 75.0
"""Largest tilt of a vertebra in its spine, and of a spine on its film, degrees."""


@st.composite
def spines(draw):
    """Corners upward ``(N, 4, 2)`` on a film, and the film's size.

    Discs are as high as it takes for no two bodies to meet.
    """
    number = draw(st.integers(3, 12))
    wide = draw(st.floats(60, 90))
    high = wide * draw(st.floats(0.45, 0.8))
    disc = high * draw(st.floats(0.1, 0.7))
    # Between two plates the disc is a wedge; its thin end is not below nothing.
    bend = 2 * np.degrees(np.arctan(disc / wide))
    bends = draw(st.lists(st.floats(-bend, bend), min_size=number, max_size=number))
    # Plates fall off to the left by so much; the lowest is a sacrum.
    slope = draw(st.floats(-TILT, TILT))
    tilts = [slope]
    for change in bends[1:]:
        tilts.append(float(np.clip(tilts[-1] + change, -TILT, TILT)))
    across = np.stack([np.cos(np.deg2rad(tilts)), -np.sin(np.deg2rad(tilts))], axis=1)
    up = np.stack([across[:, 1], -across[:, 0]], axis=1)
    growth = draw(st.floats(0.94, 1.0)) ** np.arange(number)
    half = 0.5 * growth[:, None] * high * up
    steps = half[:-1] + half[1:]
    between = up[:-1] + up[1:]
    steps += disc * between / np.linalg.norm(between, axis=1, keepdims=True)
    centres = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    side = 0.5 * growth[:, None] * wide * across
    spine = np.stack(
        [
            centres + half - side,
            centres + half + side,
            centres - half - side,
            centres - half + side,
        ],
        axis=1,
    )
    spine = turn(spine, draw(st.floats(-TILT, TILT)))
    spine = spine * draw(st.floats(0.5, 4)) * [draw(st.floats(1 / 1.6, 1.6)), 1.0]
    margin = 5 + draw(st.floats(0, 0.2)) * np.ptp(spine.reshape(-1, 2), axis=0).max()
    spine += margin - spine.reshape(-1, 2).min(0)
    return spine, np.ceil(spine.reshape(-1, 2).max(0) + margin)


def turn(spine, degrees):
    """Turn a spine so that its line of best fit leans right by so much."""
    middle = spine.mean(1)
    axis = (np.arange(len(spine)) - (len(spine) - 1) / 2) @ middle
    angle = np.deg2rad(degrees) - np.arctan2(axis[0], -axis[1])
    cos, sin = np.cos(angle), np.sin(angle)
    return spine @ np.array([[cos, sin], [-sin, cos]])


@settings(max_examples=300, deadline=None)
@given(
    film=spines(),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    usual=st.sampled_from(sorted(ENCODINGS)),
    shuffle=st.randoms(use_true_random=False),
)
def test_any_valid_spine_comes_out_canonical(film, encoding, usual, shuffle):
    spine, (width, height) = film
    listed = list(range(len(spine)))
    shuffle.shuffle(listed)
    raw = encode(spine[listed], encoding)
    vertebrae = [RawVertebra(i, quad) for i, quad in enumerate(raw)]
    notes = []
    found = clean(
        RawLabels(vertebrae, usual),
        width,
        height,
        lambda kind, **detail: notes.append(kind),
    )
    assert found is not None, notes
    np.testing.assert_array_equal(found.corners, spine)
    assert found.encoding == encoding
    assert found.orders == list(range(len(spine)))
    assert found.levels == list(anatomy.LEVELS[: len(spine)])
    expected = set() if encoding == usual else {'encoding_unusual'}
    if listed != sorted(listed, reverse=True):
        expected.add('unsorted_file')
    assert set(notes) == expected


@given(film=spines(), shuffle=st.randoms(use_true_random=False))
def test_order_does_not_depend_on_the_listing(film, shuffle):
    spine, _ = film
    listed = list(range(len(spine)))
    shuffle.shuffle(listed)
    order = anatomy.order_upward(spine[listed])
    np.testing.assert_array_equal(np.array(listed)[order], np.arange(len(spine)))
