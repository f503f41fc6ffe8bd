import numpy as np
import pytest

from spondylo_mmpose.evaluation import figures
from spondylo_mmpose.evaluation.angles_heights import Measurement
from spondylo_mmpose.evaluation.clinical import SlipPair
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.presentation.figure_style import to_png
from tests.helpers import texts
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.helpers import film_records

SQUARE = np.array([[0, 0], [40, 0], [0, 30], [40, 30]], float)


def pair(true, predicted, name='L5-S1'):
    return SlipPair('a.png', 1, name, true, predicted, facing_agrees=True)


def test_a_figure_becomes_png():
    content = to_png(figures.cumulative_error({'model': np.array([1.0, 3.0])}))
    assert content.startswith(b'\x89PNG')
    # The width in its header is that of the picture.
    assert 400 < int.from_bytes(content[16:20], 'big') < 1200


def test_cumulative_error_counts_missing_corners_as_never_within():
    figure = figures.cumulative_error({'model': np.array([1.0, np.inf, np.nan])}, 2)
    x, y = figure.axes[0].lines[0].get_data()
    assert y[x < 1].max() == 0
    assert y[-1] == 50


def test_bland_altman_draws_bias_and_limits():
    # Differences 1 and 3: bias 2, standard deviation sqrt(2), limits 2 +- 2.77.
    figure = figures.bland_altman([pair(10, 11), pair(10, 13), pair(5, np.nan)])
    told = texts(figure)
    assert {'bias +2.0', 'lower limit -0.8', 'upper limit +4.8'} <= set(told)
    assert '1 not measured' in told
    points = figure.axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points, [[10.5, 1], [11.5, 3]])


def test_levels_of_slips_differ_in_colour_and_in_form():
    pairs = [pair(1, 2), pair(3, 4, 'L4-L5')]
    one, two = figures.slip_scatter(pairs).axes[0].collections
    assert one.get_label() == 'L5-S1'
    assert two.get_label() == 'L4-L5'
    assert (one.get_facecolor() != two.get_facecolor()).any()
    assert len(one.get_paths()[0]) != len(two.get_paths()[0])


@pytest.mark.parametrize('draw', [figures.bland_altman, figures.slip_scatter])
def test_no_slips_are_drawn_as_such(draw):
    assert 'nothing was measured' in texts(draw([]))
    to_png(draw([]))


def test_level_boxes_count_lost_corners():
    lost = SQUARE.copy()
    lost[0] = np.nan
    records = film_records([SQUARE, SQUARE - [0, 50]], [SQUARE + [3, 4], lost])
    figure = figures.level_boxes(records)
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == [
        'S1', 'L5\n1 lost'
    ]  # fmt: skip


def test_spread_of_films_keeps_lost_ones_apart():
    figure = figures.film_spread([3.0, np.inf, 1.0, np.nan], floor=5.0)
    heights = [bar.get_height() for bar in figure.axes[0].containers[0]]
    assert heights == [1.0, 3.0]
    assert {'1 with missing corners', 'median 3.00 px'} <= set(texts(figure))
    assert 'nothing was measured' in texts(figures.film_spread([]))


def test_angles_by_place_and_nothing_without_any():
    def angle(kind, place, error):
        return Measurement('a.png', kind, 'deg', place, error, 'measured')

    figure = figures.angle_errors(
        [
            angle('disc_angle', 'L4-L5', 1.0),
            angle('disc_angle', 'L5-S1', 2.0),
            angle('disc_angle', 'L5-S1', np.nan),
            angle('sacral_slope', '', -1.0),
        ]
    )
    names = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert names == ['disc\nL5-S1\nn = 1', 'disc\nL4-L5\nn = 1', 'sacral\nslope\nn = 1']
    assert figures.angle_errors([]) is None
    assert figures.height_errors([angle('disc_angle', 'L5-S1', 1.0)]) is None


def outcomes():
    """Three vertebrae; the lowest missed, and one invented far above (score 0.5)."""
    film = film_of('a.png', column(0, 1, 2))
    return compare_films(
        [(film, prediction_of('a.png', column(1, 2, 8), [0.9, 0.8, 0.5]))]
    )


def test_found_and_missed_by_level():
    found, missed = figures.found_by_level(outcomes()).axes[0].containers
    assert [bar.get_height() for bar in found] == [0, 1, 1]
    assert [bar.get_height() for bar in missed] == [1, 0, 0]


def test_counts_and_shifts():
    left, right = figures.counts_and_shifts(outcomes()).axes
    # Bars from -4 to +4: 3 found of 3; both matched are one too low.
    assert [bar.get_height() for bar in left.containers[0]] == [0] * 4 + [1] + [0] * 4
    assert [bar.get_height() for bar in right.containers[0]] == [0] * 3 + [2] + [0] * 5


def test_recall_ends_below_all_where_a_vertebra_is_missed():
    curve, point = figures.precision_recall(outcomes()).axes[0].lines
    # Two of three are found before the false one.
    assert curve.get_xdata().max() == pytest.approx(200 / 3)
    assert point.get_xydata()[0] == pytest.approx([200 / 3, 200 / 3])
    without = compare_films(
        [(film_of('a.png', column(0)), prediction_of('a.png', column(0), [np.nan]))]
    )
    assert figures.precision_recall(without) is None
