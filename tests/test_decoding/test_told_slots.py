import numpy as np
import pytest

from spondylo_mmpose.decoding.told_slots import told_slots

# 40 by 20 px each, 30 px apart.
COLUMN = np.array(
    [[[10, y], [50, y], [10, y + 20], [50, y + 20]] for y in (100.0, 70.0, 40.0, 10.0)]
)


def moved(slot, by):
    corners = COLUMN.copy()
    corners[slot] = COLUMN[slot - 1] + by
    return corners


@pytest.mark.parametrize(
    ('presence', 'expected'),
    [
        ([0.9, 0.8, 0.5, 0.2], [0, 1, 2]),
        ([0.2, 0.8, 0.3, 0.9], [1, 3]),
        ([0.1, 0.2, 0.3, 0.4], []),
    ],
)
def test_those_that_are_present(presence, expected):
    assert told_slots(COLUMN, presence, 0.5).tolist() == expected


@pytest.mark.parametrize(
    ('by', 'kept'),
    [
        ((0, 0), [0, 1, 2]),
        # 20 px of 40 overlap: a third of both together; 18 px: less than 0.3.
        ((20, 0), [0, 1, 2]),
        ((22, 0), [0, 1, 2, 3]),
    ],
)
def test_of_two_on_one_vertebra_the_surer(by, kept):
    corners = moved(3, by)
    assert told_slots(corners, [0.9, 0.9, 0.9, 0.6], 0.5).tolist() == kept
    # The surer may be the upper one.
    upper = [slot if slot != 2 or len(kept) == 4 else 3 for slot in kept]
    assert told_slots(corners, [0.9, 0.9, 0.6, 0.9], 0.5).tolist() == upper


def test_of_equals_the_lower():
    assert told_slots(moved(3, 0), [0.9] * 4, 0.5).tolist() == [0, 1, 2]


def test_one_that_is_left_out_takes_no_other_away():
    # Slot 1 lies on slot 0, slot 2 near slot 1 alone.
    corners = COLUMN.copy()
    corners[1] = COLUMN[0] + [0, -8]
    corners[2] = COLUMN[0] + [0, -16]
    assert told_slots(corners, [0.9, 0.8, 0.7, 0.6], 0.5).tolist() == [0, 2, 3]


def test_every_slot_where_none_is_asked_to_be_sure():
    assert told_slots(moved(3, 0), [0.0] * 4, 0).tolist() == [0, 1, 2, 3]
    assert told_slots(np.zeros((0, 4, 2)), [], 0.5).tolist() == []
