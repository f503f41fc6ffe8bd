"""The signed-rank test by hand; the rest is tested with the comparisons."""

import numpy as np

from spondylo_mmpose.evaluation.paired_statistics import signed_ranks


def bad(*numbers):
    """So many bad ones of 24 corners for each patient, ``(6 P, 4)``."""
    return np.concatenate([[1.0] * n + [0.0] * (24 - n) for n in numbers]).reshape(
        -1, 4
    )


def test_changes_of_shares_tie():
    # All changes are one of 24, but 3/24 - 2/24 and 5/24 - 4/24 differ as floats. Six
    # ranks of 3.5, half of them up, half down: 10.5 on either side.
    first, second = bad(3, 5, 7, 4, 6, 8), bad(2, 4, 6, 5, 7, 9)
    statistic, p, better = signed_ranks([first, second], np.repeat(np.arange(6), 6))
    assert (statistic, p, better) == (10.5, 1.0, (3, 3))


def test_equal_means_are_no_change():
    # Summed in another order 0.1, 0.2 and 0.3 differ in the last digit.
    first = np.array([[0.1, 0.2, 0.3, np.nan], [1, 1, 1, np.nan]])
    second = np.array([[0.3, 0.2, 0.1, np.nan], [2, 2, 2, np.nan]])
    assert first[0, :3].mean() != second[0, :3].mean()
    statistic, p, better = signed_ranks([first, second], np.arange(2))
    assert (statistic, p, better) == (0.0, 1.0, (1, 0))


def test_lost_corners_stay_infinite():
    first = np.array([[1.0] * 4, [np.inf] * 4, [np.inf] * 4, [2.0] * 4])
    second = np.array([[np.inf] * 4, [1.0] * 4, [np.inf] * 4, [1.0] * 4])
    statistic, _, better = signed_ranks([first, second], np.arange(4))
    # Ranks 2.5 up, 2.5 and 1 down.
    assert (statistic, better) == (2.5, (1, 2))
