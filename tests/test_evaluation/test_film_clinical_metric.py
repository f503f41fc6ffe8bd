"""Slips end to end on three vertebrae that are laid out by hand.

S1 and L5 are those of :mod:`.test_slip_oracle`: L5 on S1 slips by 25 %. L5's superior
end plate goes from (106, 164.5) by (-42, 35) to the front; L4 stands a tenth of it
forward: L4 on L5 slips by 10 %.
"""

import numpy as np
import pytest

from spondylo_mmpose.evaluation import (
    FilmClinicalMetric,
    MeyerdingMetric,
    SagittalMetric,
)
from spondylo_mmpose.spine.anatomy import mirror
from spondylo_mmpose.spine.measurements import slip_percent
from tests.test_evaluation.film_helpers import film_of, prediction_of, sample_of_film
from tests.test_evaluation.helpers import film_records
from tests.test_evaluation.test_slip_oracle import on_sacrum

PLATE, UPWARD = np.array([-42, 35.0]), np.array([-35, -42.0])
_PI = np.array([106, 164.5]) + 0.1 * PLATE + 0.2 * UPWARD
_L4 = [_PI + PLATE + UPWARD, _PI + UPWARD, _PI + PLATE, _PI]
SPINE = np.concatenate([on_sacrum(25), [_L4]])
NAMES = ['S1', 'L5', 'L4']


def measured(*pairs, **options):
    return FilmClinicalMetric(**options).summarise(pairs)


def pair(predicted, name='a.png', scores=None, levels=None, **fields):
    film = film_of(name, SPINE, **fields)
    return film, prediction_of(name, predicted, scores, levels=levels)


def test_the_spine_is_as_described():
    np.testing.assert_allclose(slip_percent(SPINE, 'left'), [25, 10])


def test_all_found_is_as_good_as_boxes_given():
    found = SPINE + np.random.default_rng(1).normal(0, 2, SPINE.shape)
    values = measured(pair(found[[2, 0, 1]], pixel_spacing_mm=(0.5, 0.5)))
    records = film_records(SPINE, found, spacing=[0.5, 0.5])
    for metric in (MeyerdingMetric(), SagittalMetric()):
        for name, value in metric.summarise(records).items():
            told = values[f'{metric.prefix}/{name}']
            assert told == pytest.approx(value, nan_ok=True), name
    assert values['clinical/pairs_found'] == 2
    assert values['clinical/pairs_shifted_percent'] == 0
    assert values['clinical/pairs_named'] == 0
    assert np.isnan(values['clinical/pairs_misnamed_percent'])


@pytest.mark.parametrize(
    ('places', 'unmeasured', 'shifted'),
    [
        # L4 missed; L5 missed, both pairs need it; S1 missed, the rest is one too low.
        ([0, 1], {'L4-L5'}, 0),
        ([0, 2], {'L4-L5', 'L5-S1'}, None),
        ([1, 2], {'L5-S1'}, 100),
    ],
)
def test_a_missed_vertebra_leaves_its_pairs_unmeasured(places, unmeasured, shifted):
    values = measured(pair(SPINE[places]))
    for name in ('L4-L5', 'L5-S1'):
        lost = name in unmeasured
        assert values[f'clinical/slip_unmeasured/{name}'] == lost
        assert values[f'clinical/grade_accuracy/{name}'] == (0 if lost else 100)
    assert values['clinical/pairs'] == 2
    assert values['clinical/slip_unmeasured'] == len(unmeasured)
    assert values['clinical/grade_accuracy'] == 50 * (2 - len(unmeasured))
    # Both pairs truly slip: one that was not measured was not found.
    assert values['clinical/sensitivity_1_or_more'] == 50 * (2 - len(unmeasured))
    assert values['clinical/pairs_found'] == 2 - len(unmeasured)
    if shifted is not None:
        assert values['clinical/slip_MAE'] == pytest.approx(0)
        assert values['clinical/pairs_shifted_percent'] == shifted
    discs = values['sagittal/disc_angle_unmeasured_deg']
    assert discs == 0  # the film's aspect is not known: the truth gives none


def test_a_film_without_a_prediction_is_all_wrong():
    film, right = pair(SPINE)
    values = measured((film, right), (film_of('b.png', SPINE), None))
    assert values['clinical/pairs'] == 4
    assert values['clinical/slip_unmeasured'] == 2
    assert values['clinical/grade_accuracy'] == 50


def test_vertebrae_below_the_threshold_are_missed():
    scored = pair(SPINE, scores=[0.9, 0.9, 0.4])
    assert measured(scored)['clinical/slip_unmeasured'] == 0
    assert measured(scored, score_threshold=0.5)['clinical/slip_unmeasured'] == 1


def test_corners_that_are_not_finite_leave_their_pairs_unmeasured():
    broken = SPINE.copy()
    broken[2, 3] = np.nan
    values = measured(pair(broken))
    assert values['clinical/slip_unmeasured/L4-L5'] == 1
    assert values['clinical/slip_unmeasured/L5-S1'] == 0


def test_wrong_names_are_told_though_slips_are_right():
    values = measured(
        pair(SPINE, levels=['L5', 'L4', 'L3']), pair(SPINE, 'b.png', levels=NAMES)
    )
    assert values['clinical/slip_MAE'] == pytest.approx(0)
    assert values['clinical/pairs_named'] == 4
    assert values['clinical/pairs_misnamed_percent'] == 50
    assert values['clinical/pairs_shifted_percent'] == 50


def test_names_without_a_place_count_only_where_both_are_told():
    some = pair(SPINE, levels=[None, 'L4', 'L4'])
    values = measured(some)
    assert values['clinical/pairs_named'] == 1
    assert values['clinical/pairs_misnamed_percent'] == 100
    # One has no name, so places are counted, and they are right.
    assert values['clinical/pairs_shifted_percent'] == 0


def test_pairs_across_a_gap_and_ap_films_are_none():
    film = film_of('a.png', SPINE, orders=[0, 1, 3])
    values = measured((film, prediction_of('a.png', SPINE)))
    assert (values['clinical/pairs'], values['clinical/pairs_found']) == (1, 1)
    values = measured(pair(SPINE, view='ap'))
    assert (values['clinical/pairs'], values['clinical/pairs_found']) == (0, 0)


@pytest.mark.parametrize('missed', [0, 1, 2])
def test_the_facing_of_what_was_found_is_its_own(missed):
    """A vertebra that was missed does not lend the prediction the true facing."""
    four = np.concatenate([SPINE, SPINE[2:] + [-5, -50]])
    for spine in (four, mirror(four, 512)):
        found = np.delete(spine, missed, axis=0)
        values = measured((film_of('a.png', spine), prediction_of('a.png', found)))
        assert values['clinical/facing_agreement'] == 100


def test_intervals_draw_patients():
    off = SPINE.copy()
    # L4 ten percentage points forward.
    off[2] += 0.1 * PLATE
    films = [pair(off), pair(SPINE, 'b.png'), pair(SPINE, 'c.png')]
    values = measured(*films, intervals=True)
    assert values['clinical/slip_MAE'] == pytest.approx(10 / 6)
    # Means of three draws with replacement: none of the film that is off, or only it.
    assert values['clinical/slip_MAE_low'] == pytest.approx(0)
    assert values['clinical/slip_MAE_high'] == pytest.approx(5)
    assert 'clinical/slip_MAE_low' not in measured(*films)
    one = [
        pair(found, name, patient_id='p')
        for name, found in (('a.png', off), ('b.png', SPINE), ('c.png', SPINE))
    ]
    assert np.isnan(measured(*one, intervals=True)['clinical/slip_MAE_low'])


@pytest.mark.parametrize('batches', [[[0, 1, 2]], [[2], [1, 0]], [[1, 1], [2, 0, 2]]])
def test_batches_order_and_repeats_do_not_matter(batches):
    off = SPINE + [2, 1]
    pairs = [pair(off), pair(off[[2, 0]], 'b.png'), pair(SPINE, 'c.png')]
    samples = [sample_of_film(*one) for one in pairs]
    # The samples' annotations name no level, so the pairs come without names.
    unnamed = [(film_of(f.file_name, SPINE, levels=[None] * 3), p) for f, p in pairs]
    expected = measured(*unnamed, intervals=True)
    metric = FilmClinicalMetric(intervals=True)
    for batch in batches:
        metric.process({}, [samples[i] for i in batch])
    values = metric.evaluate(sum(map(len, batches)))
    assert values == pytest.approx(expected, nan_ok=True)
    assert [film.file_name for film, _ in metric.pairs] == ['a.png', 'b.png', 'c.png']
