"""Broken vertebrae: how much height is left, and what of it the film shows."""

import numpy as np
import pytest

from spondylo_mmpose.phantom import make_phantom
from spondylo_mmpose.phantom.bones import BoneLook, draw_body
from spondylo_mmpose.phantom.canvas import Canvas
from spondylo_mmpose.phantom.column import BODIES, draw_column
from spondylo_mmpose.phantom.fractures import Fractures, draw_fractures
from spondylo_mmpose.phantom.patient import Patient
from spondylo_mmpose.phantom.statistics import family
from spondylo_mmpose.spine import anatomy

QUAD = np.array([[50.0, 50], [150, 50], [50, 110], [150, 110]])


@pytest.fixture(scope='module')
def drawn():
    return [draw_fractures(BODIES, np.random.default_rng(k)) for k in range(300)]


def _of_kind(drawn, kind):
    """Height left in front and behind, and hollows: ``(K, 4)``."""
    return np.array(
        [
            [*one.left[i], *one.hollow[i]]
            for one in drawn
            for i, its in enumerate(one.kinds)
            if its == kind
        ]
    )


def test_one_to_three_are_broken_and_never_s1(drawn):
    numbers = [sum(kind is not None for kind in one.kinds) for one in drawn]
    assert set(numbers) == {1, 2, 3}
    assert all(one.kinds[0] is None and len(one.kinds) == BODIES for one in drawn)
    whole = [one.left[i] for one in drawn for i in range(BODIES) if not one.kinds[i]]
    assert np.all(np.array(whole) == 1)


def test_kinds_lose_height_where_genant_says(drawn):
    wedge = _of_kind(drawn, 'wedge')
    # Of two like heights the front one is lower, by a fifth at least.
    assert (wedge[:, 0] <= 0.8).all() and (wedge[:, 0] >= 0.4).all()
    assert (wedge[:, 1] > wedge[:, 0]).all() and (wedge[:, 1] >= 0.82).all()
    middle = _of_kind(drawn, 'biconcave')
    assert (middle[:, :2] >= 0.85).all()
    sunk = middle[:, 2:].sum(axis=1)
    assert (sunk >= 0.16).all() and (sunk <= 0.48).all()
    assert (middle[:, 2] >= middle[:, 3]).all()
    crush = _of_kind(drawn, 'crush')
    assert (crush[:, 0] <= 0.8).all() and (crush[:, 1] <= 0.88).all()
    assert len(wedge) > len(middle) > 0 < len(crush)


def test_the_thoracolumbar_junction_breaks_most(drawn):
    count = np.sum([[kind is not None for kind in one.kinds] for one in drawn], axis=0)
    assert set(np.argsort(count)[-2:]) == {5, 6}  # L1, T12 counted from S1


def _heights(quads):
    """Anterior and posterior height, ``(M, 2)``."""
    return np.linalg.norm(quads[:, :2] - quads[:, 2:], axis=2)


def _column(fractures):
    patient = Patient('buu_json', 'F', 70, 'left', None, 0.0)
    rng = np.random.default_rng(4)
    return draw_column(patient, family('buu_json').draw(rng), rng, fractures)


def test_a_broken_body_is_lower_and_the_spine_above_leans_forward():
    left = np.ones((BODIES, 2))
    left[3] = 0.5, 0.9
    none = np.zeros(BODIES)
    kinds = (None, None, None, 'wedge', *[None] * (BODIES - 4))
    broken = _column(Fractures(kinds, left, np.zeros((BODIES, 2)), none))
    whole = _column(None)
    share = _heights(broken)[1:] / _heights(whole)[1:]
    expected = np.ones((BODIES - 1, 2))
    expected[2] = 0.5, 0.9
    np.testing.assert_allclose(share, expected, atol=0.03)
    # Facing left: to the left of where it was, seen from the broken one.
    away = [anatomy.centres(quads)[9] - anatomy.centres(quads)[3] for quads in
            (broken, whole)]  # fmt: skip
    assert away[0][0] < away[1][0] - 5


def test_truth_tells_what_is_broken():
    found = []
    for index in range(8):
        film = make_phantom(5, index, traits=['fractures'], all_levels=True)
        assert len(film.truth.fractures) == len(film.truth.corners)
        found += film.truth.fractures
    assert {'wedge', None} < set(found)
    assert set(make_phantom(5, 0).truth.fractures) == {None}


def _drawn(hollow=(0.0, 0.0), pressed=0.0):
    look = BoneLook(
        fill=0.0, plate=20.0, wall=20.0, double=0.0, worn=0.0, soft=0.7,
        hollow=hollow, pressed=pressed,
    )  # fmt: skip
    canvas = Canvas(200)
    draw_body(canvas, QUAD, look, np.random.default_rng(3))
    return canvas.image


def test_a_sunken_end_plate_is_as_deep_as_it_is_said():
    def highest(image):
        return [int(np.argmax(image[40:80, x])) + 40 for x in range(85, 116)]

    # 0.3 of 60 px deeper than usual, and a wave of a third of it at most.
    deeper = np.array(highest(_drawn(hollow=(0.3, 0.0)))) - highest(_drawn())
    assert 18 <= deeper.max() <= 26


def test_pressed_bone_is_a_band_below_the_upper_end_plate():
    change = _drawn(pressed=0.5) - _drawn()
    rows = np.flatnonzero(change[:, 90:110].max(axis=1) > 0.5)
    assert rows.min() > 50 and rows.max() < 80
