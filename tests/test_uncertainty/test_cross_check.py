"""Parts checked by one another; the numbers are checked in test_tools."""

import numpy as np

from spondylo_mmpose.uncertainty.cross_check import CrossRow, cross_check_lines


def test_lines_by_hand():
    rows = [
        CrossRow('corners', 90, 7, 8, (2.0, 4.0, 9.0)),
        CrossRow('slips', 90, 1, 3, (5.0,)),
    ]
    assert cross_check_lines(rows)[1:] == [
        'corners    90 %    87.5 (7 of 8), ± 4.00 px',
        'slips      90 %    33.3 (1 of 3), ± 5.00 points',
    ]


def test_of_nothing_nothing_is_told():
    assert np.isnan(CrossRow('slips', 90, 0, 0, ()).actual)
