import copy

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmpose.registry import TRANSFORMS

from spondylo_mmpose.datasets.transforms import FilmAffine, SlotTargets
from spondylo_mmpose.spine.anatomy import LEVEL_ASSUMED, LEVELS, SIDES_SWAPPED

SIZE = 200
QUAD = np.array([[0, 0], [40, 0], [0, 20], [40, 20]], np.float32)


def film(number=4, first=0, origin=LEVEL_ASSUMED):
    """Vertebrae from S1, or the level of another number, at the bottom upward."""
    places = np.arange(number)
    corners = np.stack([QUAD + (80 + 3 * k, 170 - 30 * k) for k in places])
    return dict(
        img=np.zeros((SIZE, SIZE, 3), np.uint8),
        img_shape=(SIZE, SIZE),
        keypoints=corners.astype(np.float32),
        transformed_keypoints=corners.astype(np.float32),
        keypoints_visible=np.ones((number, 4), np.float32),
        input_size=(SIZE, SIZE),
        flip_indices=SIDES_SWAPPED,
        vertebra=[
            dict(level=LEVELS[first + k], level_origin=origin, order=int(k))
            for k in places
        ],
    )


def targets(results, **arguments):
    return SlotTargets(**{'slots': 6, **arguments})(copy.deepcopy(results))


def moved(results, x=0.0, y=0.0):
    results = copy.deepcopy(results)
    results['transformed_keypoints'] += np.array([x, y], np.float32)
    return results


def test_slots_are_levels():
    told = targets(film())
    assert told['slot_presence'].tolist() == [1, 1, 1, 1, 0, 0]
    assert told['slot_presence_weights'].tolist() == [1] * 6
    assert told['slot_known'].tolist() == [1] * 6
    assert (told['slot_corners'][:4] == film()['keypoints']).all()
    assert told['slot_corner_weights'].sum(1).tolist() == [4, 4, 4, 4, 0, 0]
    assert set(told['label_mapping_table']) <= set(told)


def test_the_order_in_the_file_does_not_matter():
    shuffled = film()
    order = [2, 0, 3, 1]
    for key in ('keypoints', 'transformed_keypoints', 'keypoints_visible'):
        shuffled[key] = shuffled[key][order]
    shuffled['vertebra'] = [shuffled['vertebra'][i] for i in order]
    assert (targets(shuffled)['slot_corners'] == targets(film())['slot_corners']).all()


def test_without_levels_they_are_counted_from_the_lowest():
    unnamed = film()
    unnamed['keypoints_visible'] = unnamed['keypoints_visible'][::-1].copy()
    unnamed['transformed_keypoints'] = unnamed['transformed_keypoints'][::-1].copy()
    unnamed['vertebra'] = [dict(level=None)] * 4
    told = targets(unnamed)
    assert (told['slot_corners'][:4] == film()['keypoints']).all()
    assert told['slot_known'].all()


def test_a_lost_s1_makes_the_lowest_visible_vertebra_unknown():
    # S1, of 170 to 190, moves out.
    told = targets(moved(film(), y=31))
    assert not told['slot_known'].any()
    assert told['slot_presence'].tolist() == [1, 1, 1, 0, 0, 0]
    assert (
        told['slot_corners'][0] == moved(film(), y=31)['transformed_keypoints'][1]
    ).all()
    assert told['slot_corner_weights'][:, 0].tolist() == [1, 1, 1, 0, 0, 0]
    assert told['slot_presence_weights'].tolist() == [1] * 6


def test_of_cut_vertebrae_of_an_unknown_film_nothing_is_taught():
    # 4.5 of the 20 px of S1 stay on the film; L5 stands above them whatever they are.
    told = targets(moved(film(), y=25))
    assert not told['slot_known'].any()
    assert told['slot_presence'].tolist() == [0, 1, 1, 1, 0, 0]
    assert told['slot_presence_weights'].tolist() == [0, 1, 1, 1, 1, 1]
    assert told['slot_corner_weights'].sum(1).tolist() == [0, 4, 4, 4, 0, 0]
    # Twice as large a vertebra is 40 px high.
    zoomed = film(6)
    zoomed['transformed_keypoints'] = 2 * zoomed['transformed_keypoints'] - 150
    told = targets(zoomed)
    # S1 190 to 230, L5 130 to 170, 70 to 110, 10 to 50, -50 to -10 and beyond.
    assert told['slot_presence'].tolist() == [0, 1, 1, 1, 0, 0]
    zoomed['transformed_keypoints'] += np.float32([0, 25])
    # S1 out, L5 155 to 195, 95 to 135, 35 to 75, -25 to 15: 15.5 of 40 px are seen.
    told = targets(zoomed)
    assert told['slot_presence'].tolist() == [1, 1, 1, 0, 0, 0]
    assert told['slot_presence_weights'].tolist() == [1, 1, 1, 0, 1, 1]
    assert told['slot_corner_weights'].sum(1).tolist() == [4, 4, 4, 0, 0, 0]


def test_a_little_of_s1_lost_is_none():
    told = targets(moved(film(), y=15))
    assert told['slot_known'].all()
    assert told['slot_presence'].tolist() == [1, 1, 1, 1, 0, 0]
    # Its lower corners, at 205, are outside: it is there, but not whole.
    assert told['slot_corner_weights'][0].tolist() == [1, 1, 0, 0]
    assert told['slot_presence_weights'].tolist() == [0, 1, 1, 1, 1, 1]
    almost = targets(moved(film(), y=15), whole=0.7)
    assert almost['slot_presence_weights'].tolist() == [1] * 6


def test_a_topmost_vertebra_cut_off_is_neither_present_nor_absent():
    # The topmost is at 80 to 100; after this 13 of its 20 px are outside.
    told = targets(moved(film(), y=-94))
    assert told['slot_presence'].tolist() == [1, 1, 1, 0, 0, 0]
    assert told['slot_presence_weights'].tolist() == [1, 1, 1, 0, 1, 1]
    # What there is of it is a corner to be found nevertheless.
    assert told['slot_corner_weights'][3].tolist() == [0, 0, 1, 1]


def test_a_film_labelled_from_l5_upward_by_name():
    named = targets(film(3, first=1, origin='file'))
    assert named['slot_presence'].tolist() == [0, 1, 1, 1, 0, 0]
    # S1 may be there without a label.
    assert named['slot_presence_weights'].tolist() == [0, 1, 1, 1, 1, 1]
    assert named['slot_known'].all()
    lost = targets(moved(film(3, first=1, origin='file'), y=25))
    assert not lost['slot_known'].any()
    assert lost['slot_presence'].tolist() == [0, 1, 1, 0, 0, 0]
    assert lost['slot_presence_weights'].tolist() == [0, 1, 1, 1, 1, 1]


def test_vertebrae_beyond_the_last_slot_are_left_out():
    told = targets(film(5), slots=3)
    assert told['slot_presence'].tolist() == [1, 1, 1]
    assert told['slot_corners'].shape == (3, 4, 2)


def test_counted_from_the_top_as_published():
    told = targets(film(), count_from='top')
    assert (told['slot_corners'][:4] == film()['keypoints'][::-1]).all()
    assert told['slot_known'].all()
    lost = targets(moved(film(), y=-94), count_from='top')
    assert lost['slot_presence'].tolist() == [1, 1, 1, 0, 0, 0]
    assert (
        lost['slot_corners'][0] == moved(film(), y=-94)['transformed_keypoints'][2]
    ).all()


def test_one_slot_takes_whichever_vertebra_the_crop_shows():
    one = film(1, first=3)
    one['vertebra'] = one['vertebra'][0]
    told = targets(one, slots=1)
    assert told['slot_presence'].tolist() == [1]
    assert told['slot_known'].tolist() == [1]
    assert (told['slot_corners'][0] == one['keypoints'][0]).all()


def test_corners_without_a_label_have_no_weight():
    unlabelled = film()
    unlabelled['keypoints_visible'][0, 2:] = 0
    told = targets(unlabelled)
    assert told['slot_corner_weights'][0].tolist() == [1, 1, 0, 0]
    assert told['slot_presence'][0] == 1


def test_a_film_without_vertebrae_has_empty_slots():
    told = targets(dict(input_size=(SIZE, SIZE)))
    assert not told['slot_presence'].any()
    assert told['slot_corners'].shape == (6, 4, 2)


def test_a_flip_swaps_sides_and_leaves_slots():
    init_default_scope('mmpose')
    results = film()
    flip = TRANSFORMS.build(dict(type='RandomFlip', prob=1.0, direction='horizontal'))
    mirrored = FilmAffine(input_size=(SIZE, SIZE))(flip(copy.deepcopy(results)))
    told = targets(mirrored)
    expected = results['keypoints'][:, SIDES_SWAPPED] * [-1, 1] + [SIZE - 1, 0]
    assert told['slot_corners'][:4] == pytest.approx(expected, abs=1e-3)
    assert told['slot_presence'].tolist() == [1, 1, 1, 1, 0, 0]
    assert (told['slot_corners'][:4, 0, 0] < told['slot_corners'][:4, 1, 0]).all()


def test_counting_is_from_one_end_or_the_other():
    with pytest.raises(ValueError, match='lowest'):
        SlotTargets(count_from='bottom')
