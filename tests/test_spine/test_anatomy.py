import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.spine import anatomy

SQUARE = [[0, 0], [10, 0], [0, 6], [10, 6]]


def rotated(quad, degrees):
    turn = np.radians(degrees)
    matrix = [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    return np.asarray(quad, float) @ matrix


def lordotic_spine(number=7, sacral_tilt=40.0):
    """Facing left: sacrum behind L5, tilted; the column bulges forward."""
    quads = []
    for i in range(number):
        centre = np.array([300 - 60 * np.sin(np.pi * i / 6), 500 - 62 * i])
        if i == 0:
            centre[0] += 40
        tilt = sacral_tilt if i == 0 else 0.0
        quads.append(rotated(np.array(SQUARE) * 7 - [35, 21], -tilt) + centre)
    return np.array(quads)


def test_corner_names_pairs_and_skeleton():
    assert anatomy.CORNERS == (
        'superior_left', 'superior_right', 'inferior_left', 'inferior_right'
    )  # fmt: skip
    for a, b in anatomy.FLIP_PAIRS:
        assert anatomy.CORNERS[a].replace('left', 'right') == anatomy.CORNERS[b]
    ends = sorted(index for edge in anatomy.SKELETON for index in edge)
    assert ends == [0, 0, 1, 1, 2, 2, 3, 3]


def test_hull_boxes_centres_and_areas():
    quads = [SQUARE, [[0, 0], [10, 2], [2, 8], [11, 9]]]
    assert anatomy.hull_boxes(quads).tolist() == [[0, 0, 10, 6], [0, 0, 11, 9]]
    assert anatomy.centres(quads).tolist() == [[5, 3], [5.75, 4.75]]
    assert anatomy.signed_areas(SQUARE) == pytest.approx([60])
    mirrored_order = [SQUARE[1], SQUARE[0], SQUARE[3], SQUARE[2]]
    assert anatomy.signed_areas(mirrored_order) == pytest.approx([-60])


def test_hull_box_ignores_missing_corners():
    quad = np.array(SQUARE, float)
    quad[2:] = np.nan
    assert anatomy.hull_boxes(quad).tolist() == [[0, 0, 10, 0]]


@pytest.mark.parametrize(
    ('order', 'crossed'),
    [
        ([0, 1, 2, 3], False),
        ([0, 1, 3, 2], True),  # walls cross: one end plate is written backwards
        ([0, 3, 2, 1], True),  # end plates cross
        ([1, 0, 3, 2], False),  # mirrored, but no bow-tie
    ],
)
def test_bow_tie(order, crossed):
    quad = np.array(SQUARE)[order]
    assert anatomy.is_bow_tie(quad).tolist() == [crossed]


@given(st.floats(-180, 180), st.floats(0.2, 5), st.floats(0.2, 5))
def test_no_rotation_or_stretch_makes_a_bow_tie(degrees, sx, sy):
    quad = rotated(SQUARE, degrees) * [sx, sy]
    assert not anatomy.is_bow_tie(quad)[0]
    assert anatomy.signed_areas(quad)[0] == pytest.approx(60 * sx * sy)


def quads_at(centres):
    """Small upright vertebrae with these centres."""
    corners = [[-8, -5], [8, -5], [-8, 5], [8, 5]]
    return np.array(centres, dtype=float)[:, None] + corners


@pytest.mark.parametrize(
    'centres',
    [
        # A sacrum nearly level with L5, as in a slip; an axis would swap the two.
        [[290, 460], [172, 426], [160, 362], [196, 295], [262, 232], [352, 175]],
        # A bend lying on its side: the last but one is the lowest on the film.
        [[80, 300], [140, 330], [200, 335], [260, 310], [300, 260], [320, 200]],
        [[100, 200], [160, 200]],
        [[100, 200]],
    ],
)
def test_order_upward_follows_the_spine_not_the_height(centres):
    spine = quads_at(centres)
    number = len(spine)
    assert anatomy.order_upward(spine).tolist() == list(range(number))
    assert anatomy.order_upward(spine[::-1]).tolist() == list(range(number))[::-1]


def test_order_upward_puts_vertebrae_without_corners_last():
    spine = quads_at([[0, 0], [0, 100], [0, 50]])
    spine[1] = np.nan
    assert anatomy.order_upward(spine).tolist() == [2, 0, 1]
    assert anatomy.order_upward(np.zeros((0, 4, 2))).tolist() == []


def test_order_upward_and_levels():
    spine = lordotic_spine()
    assert anatomy.order_upward(spine).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert anatomy.order_upward(spine[::-1]).tolist() == [6, 5, 4, 3, 2, 1, 0]
    assert anatomy.levels_upward(7) == ['S1', 'L5', 'L4', 'L3', 'L2', 'L1', 'T12']
    assert anatomy.levels_upward(2, lowest='L4') == ['L4', 'L3']
    assert anatomy.levels_upward(19)[-2:] == ['T1', None]
    with pytest.raises(ValueError, match='no level'):
        anatomy.levels_upward(3, lowest='L6')


def test_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r'\(N, 4, 2\)'):
        anatomy.as_spine(np.zeros((3, 3, 2)))


def test_mirror_twice_is_identity_and_keeps_names():
    spine = lordotic_spine()
    mirrored = anatomy.mirror(spine, 640)
    assert np.allclose(anatomy.mirror(mirrored, 640), spine)
    assert (anatomy.signed_areas(mirrored) > 0).all()
    # The leftmost superior corner is still called superior_left.
    assert (mirrored[1:, 0, 0] < mirrored[1:, 1, 0]).all()


@pytest.mark.parametrize('tilt', [15, 30, 45, 55, 65])
@pytest.mark.parametrize('number', [2, 3, 5, 8, 11])
def test_facing_both_ways(number, tilt):
    spine = lordotic_spine(number, tilt)
    assert anatomy.infer_facing(spine)[0] == 'left'
    mirrored = anatomy.mirror(spine, 640)
    assert anatomy.infer_facing(mirrored)[0] == 'right'
    assert anatomy.infer_facing(mirrored)[1] == pytest.approx(
        anatomy.infer_facing(spine)[1]
    )


def test_facing_unknown():
    assert anatomy.infer_facing(np.zeros((0, 4, 2))) == (None, 0.0)
    assert anatomy.infer_facing([SQUARE]) == (None, 0.0)
    upright = np.array([np.add(SQUARE, [0, -12 * i]) for i in range(3)])
    assert anatomy.infer_facing(upright) == (None, 0.0)


def test_facing_copes_with_a_missing_corner():
    spine = lordotic_spine()
    spine[0, 2:] = np.nan
    assert anatomy.infer_facing(spine)[0] == 'left'
    spine[0, 0] = np.nan
    assert anatomy.infer_facing(spine)[0] == 'left'


@pytest.mark.parametrize('place', range(5))
def test_facing_passes_over_a_vertebra_without_corners(place):
    spine = lordotic_spine()
    spine[place] = np.nan
    others = np.delete(spine, place, axis=0)
    assert anatomy.infer_facing(spine) == anatomy.infer_facing(others)
    assert anatomy.infer_facing(spine)[0] == 'left'


def test_anatomical_corners():
    ps, as_, pi, ai = anatomy.anatomical_corners(SQUARE, 'left')
    assert [c[0].tolist() for c in (ps, as_, pi, ai)] == [
        [10, 0], [0, 0], [10, 6], [0, 6]
    ]  # fmt: skip
    ps, as_, pi, ai = anatomy.anatomical_corners(SQUARE, 'right')
    assert [c[0].tolist() for c in (ps, as_, pi, ai)] == [
        [0, 0], [10, 0], [0, 6], [10, 6]
    ]  # fmt: skip
    with pytest.raises(ValueError, match='facing'):
        anatomy.anatomical_corners(SQUARE, 'up')  # type: ignore[arg-type]


BODY = np.array([[10, 20], [50, 20], [10, 44], [50, 44]], float)


@pytest.mark.parametrize('missing', [(), (0,), (1,), (2,), (3,), (0, 1), (2, 3)])
def test_box_of_an_upright_vertebra_does_not_depend_on_what_is_missing(missing):
    # 24 px high and 40 wide: exactly BODY_SHARE.
    quad = BODY.copy()
    quad[list(missing)] = np.nan
    assert anatomy.vertebra_boxes(quad).tolist() == [[10, 20, 50, 44]]


@pytest.mark.parametrize('missing', [(0, 2), (1, 3), (0, 3), (1, 2)])
def test_box_from_a_wall_or_a_diagonal(missing):
    quad = BODY.copy()
    quad[list(missing)] = np.nan
    np.testing.assert_allclose(anatomy.vertebra_boxes(quad), [[10, 20, 50, 44]])


def test_box_of_a_tilted_superior_end_plate_extends_downward():
    quad = np.full((1, 4, 2), np.nan)
    quad[0, :2] = [[0, 0], [30, 40]]
    # Perpendicular (-40, 30), of which 0.6.
    np.testing.assert_allclose(anatomy.vertebra_boxes(quad), [[-24, 0, 30, 58]])
