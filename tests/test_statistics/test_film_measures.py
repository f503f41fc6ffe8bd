import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.spine.anatomy import mirror
from spondylo_mmpose.statistics.film_measures import measure_film, true_aspect
from tests.test_statistics.helpers import L4, L5, NAN, S1, S1_PLATE_ONLY, film


def test_slips_of_a_spine_made_by_hand():
    measures = measure_film(film())
    assert measures.film.facing == 'left'
    lowest, upper = measures.pairs
    # L5's posterior corner (190, 180) stands 10 px in front of S1's (200, 200), whose
    # end plate is 100 px long; L4's (192, 110) 2 px behind L5's (190, 120).
    assert (lowest.pair, lowest.slip, lowest.grade) == ('L5-S1', 'measured', 'I')
    assert lowest.slip_percent == pytest.approx(10.0)
    assert (upper.pair, upper.grade) == ('L4-L5', '0')
    assert upper.slip_percent == pytest.approx(-2.0)
    assert lowest.slip_percent_true_aspect is None
    assert lowest.disc_angle == 'aspect_unknown'
    assert measures.film.aspect is None
    assert measures.film.lordosis == 'level_missing'


def test_vertebra_sizes():
    s1, l5, _ = measure_film(film()).vertebrae
    assert (l5.box_width, l5.box_height, l5.corners, l5.order) == (100, 60, 4, 1)
    assert (l5.centre_x, l5.centre_y) == (140, 150)
    assert l5.width_height_ratio == pytest.approx(100 / 60)
    # Mean end plate (100 + 70) / 2; walls (20, 40) and (10, 40) px.
    walls = (np.hypot(20, 40) + np.hypot(10, 40)) / 2
    assert s1.width_height_ratio == pytest.approx(85 / walls)


def test_s1_with_two_corners_gives_a_slip():
    measures = measure_film(film(corners=(S1_PLATE_ONLY, L5)))
    assert measures.pairs[0].slip_percent == pytest.approx(10.0)
    assert measures.unlabelled == [0, 0, 1, 1]
    s1 = measures.vertebrae[0]
    assert (s1.corners, s1.width_height_ratio) == (2, None)


def test_stretch_is_taken_out_where_the_aspect_is_known():
    # S1's plate goes (-100, 50) px forward and down; L5's posterior corner is 20 px
    # above its rear end: -1000 / 12500. With y twice x: -4000 / 20000.
    s1 = [[100, 250], [200, 200], [150, 290], [220, 240]]
    l5 = [[100, 120], [200, 120], [100, 180], [200, 180]]
    for facts in (
        {'pixel_spacing_mm': (0.2, 0.4)},
        {'original_size': (300, 560)},
        {'pixel_spacing_mm': (0.2, 0.4), 'original_size': (300, 280)},
    ):
        pair = measure_film(film(corners=(s1, l5), **facts)).pairs[0]
        assert pair.slip_percent == pytest.approx(-8.0)
        assert pair.slip_percent_true_aspect == pytest.approx(-20.0)
        # S1 falls off by 45 degrees in front, L5's lower plate lies level.
        assert pair.disc_angle_degrees == pytest.approx(45.0)
    assert true_aspect(film()) == (None, None)
    assert true_aspect(film(original_size=(600, 560)))[0] == (2.0, 2.0)


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'view': 'ap'}, 'frontal_view'),
        ({'orders': [0, 2]}, 'not_neighbours'),
        ({'orders': None, 'levels': None}, 'order_unknown'),
        ({'corners': (S1, [*L5[:3], NAN])}, 'corner_missing'),
        # Level plates, one centre right above the other.
        ({'corners': ([[90, 200], [190, 200], *S1[2:]], L5)}, 'measured'),
    ],
)
def test_reason_when_there_is_no_slip(changes, reason):
    pair = measure_film(film(**{'corners': (S1, L5)} | changes)).pairs[0]
    assert pair.slip == reason
    assert (pair.slip_percent is None) == (reason != 'measured')
    assert (pair.grade is None) == (reason != 'measured')


def test_no_facing_no_slip():
    s1 = [[90, 200], [190, 200], [90, 240], [190, 240]]
    measures = measure_film(film(corners=(s1, L5)))
    assert measures.film.facing is None
    assert measures.pairs[0].slip == 'facing_unknown'


def test_lordosis_between_s1_and_l1():
    spine = [S1, L5, L4, *(np.array(L4) - [0, 60 * i] for i in (1, 2, 3))]
    spine = np.array(spine, float)
    spine[-1, 1] += [0, 100 * np.tan(np.radians(20))]  # L1 lower behind: lordotic
    known = measure_film(film(corners=spine, original_size=(600, 560))).film
    assert known.lordosis == 'measured'
    assert known.lordosis_degrees == pytest.approx(20.0)
    unknown = measure_film(film(corners=spine)).film
    assert (unknown.lordosis, unknown.lordosis_degrees) == ('aspect_unknown', None)


@pytest.mark.parametrize('corners', [np.zeros((0, 4, 2)), [L5]])
def test_films_without_pairs(corners):
    measures = measure_film(film(corners=corners))
    assert measures.film.vertebrae == len(corners)
    assert list(measures.pairs) == []


@given(st.tuples(*[st.floats(-8, 8)] * 24))
def test_slips_do_not_change_when_the_film_is_mirrored(shifts):
    spine = np.array([S1, L5, L4], float) + np.reshape(shifts, (3, 4, 2))
    plain = measure_film(film(corners=spine))
    turned = measure_film(film(corners=mirror(spine, 300)))
    assert {plain.film.facing, turned.film.facing} in ({'left', 'right'}, {None})
    assert [p.slip_percent for p in turned.pairs] == pytest.approx(
        [p.slip_percent for p in plain.pairs]
    )
