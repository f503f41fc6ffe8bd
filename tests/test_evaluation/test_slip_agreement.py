import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.evaluation.slip_agreement import compare_slips, rules

# Grades of the truth: 0, I, I, II, 0 (retrolisthesis below 5 %), III.
TRUE = [2, 10, 24, 30, -4.5, 60]
# 0 right; I right, 2 off; II wrong, 2 off; not measured; I wrong, 3 off; II wrong.
FOUND = [2, 12, 26, np.nan, -7.5, 49]

SLIP = st.floats(-150, 150)


def test_values_by_hand():
    metrics = compare_slips(TRUE, FOUND).metrics()
    # Errors 0, 2, 2, -, -3, -11.
    assert metrics['slip_MAE'] == pytest.approx(18 / 5)
    assert metrics['slip_median'] == pytest.approx((2 + 3) / 2)  # 0 2 2 3 11 inf
    assert metrics['slip_bias'] == pytest.approx(-2)
    # Deviations 2, 4, 4, -1, -9: 118 / 4.
    deviation = np.sqrt(118 / 4)
    assert metrics['slip_SD'] == pytest.approx(deviation)
    assert metrics['slip_LoA_lower'] == pytest.approx(-2 - 1.96 * deviation)
    assert metrics['slip_LoA_upper'] == pytest.approx(-2 + 1.96 * deviation)
    assert metrics['slip_unmeasured'] == 1
    assert metrics['slip_unmeasured_percent'] == pytest.approx(100 / 6)
    # Of all six: three are within 2.5, four within 5 and within 10.
    assert metrics['slip_within_2.5'] == pytest.approx(50)
    assert metrics['slip_within_5'] == pytest.approx(400 / 6)
    assert metrics['slip_within_10'] == pytest.approx(400 / 6)
    # Wilson's of 4 of 6.
    ends = [metrics[f'slip_within_10_CI_{end}'] for end in ('low', 'high')]
    assert ends == pytest.approx([30.0, 90.32], abs=0.01)
    assert metrics['grade_accuracy'] == pytest.approx(200 / 6)
    # Grade I or more: 10, 24, 60 found of 10, 24, 30, 60.
    assert metrics['sensitivity_1_or_more'] == 75
    assert metrics['specificity_1_or_more'] == 50
    assert metrics['positive_predictive_1_or_more'] == 75
    assert metrics['negative_predictive_1_or_more'] == 100
    assert metrics['prevalence_1_or_more'] == pytest.approx(400 / 6)
    assert metrics['pairs_graded_1_or_more'] == 4
    assert metrics['sensitivity_2_or_more'] == 50
    assert metrics['specificity_2_or_more'] == 75
    assert metrics['pairs'] == 6
    # From a border (5, 25, 50, 75, 100): 3, 5, 1, 5, 0.5, 10.
    assert metrics['pairs_within_1_of_border'] == pytest.approx(200 / 6)
    assert metrics['pairs_within_2.5_of_border'] == pytest.approx(200 / 6)


def test_details_are_json_with_the_matrix_named():
    details = json.loads(json.dumps(compare_slips(TRUE, FOUND).details()))
    matrix = details['confusion']
    cells = {
        (row, column): number
        for row, line in zip(matrix['row_names'], matrix['pairs'], strict=True)
        for column, number in zip(matrix['column_names'], line, strict=True)
        if number
    }
    assert cells == {
        ('0', '0'): 1, ('0', 'I'): 1, ('I', 'I'): 1, ('I', 'II'): 1,
        ('II', 'not measured'): 1, ('III', 'II'): 1,
    }  # fmt: skip
    assert details['counts']['sensitivity_1_or_more'] == [3, 4]
    assert details['counts']['prevalence_2_or_more'] == [2, 6]


def test_exactly_a_border_and_exactly_an_error():
    # 25 is I, 50 is II; 5 is no longer "no slip". A border is 0 from itself.
    metrics = compare_slips([25, 50, 5, 7], [25.0 + 1e-12, 50, 5, 9.5]).metrics()
    assert metrics['grade_accuracy'] == 100
    assert metrics['pairs_graded_2_or_more'] == 1
    assert metrics['slip_within_2.5'] == 100
    assert metrics['pairs_within_1_of_border'] == 75


def test_an_infinite_slip_is_not_grade_five():
    metrics = compare_slips([120], [np.inf]).metrics()
    assert metrics['grade_accuracy'] == 0
    assert metrics['slip_MAE'] == np.inf
    assert compare_slips([120], [np.inf]).confusion[5].tolist() == [0] * 6 + [1]


@pytest.mark.filterwarnings('error')
def test_nothing_to_compare():
    metrics = compare_slips([], []).metrics()
    counts = [name for name, value in metrics.items() if not np.isnan(value)]
    assert counts == [
        'slip_unmeasured', 'pairs_graded_1_or_more', 'pairs_graded_2_or_more', 'pairs'
    ]  # fmt: skip
    assert all(metrics[name] == 0 for name in counts)


@given(st.lists(st.tuples(SLIP, SLIP), min_size=1, max_size=20), st.data())
def test_no_share_gains_by_failing(pairs, data):
    true, found = np.array(pairs).T
    lost = found.copy()
    lost[data.draw(st.integers(0, len(pairs) - 1))] = np.nan
    before = compare_slips(true, found).metrics()
    after = compare_slips(true, lost).metrics()
    for name in before:
        gains = name.startswith(('slip_within', 'grade_acc', 'sensit', 'specif'))
        assert not (gains and after[name] > before[name] + 1e-9), name
    assert after['slip_median'] >= before['slip_median']


def test_rules_name_the_threshold():
    assert 'below 3.5 % is grade 0' in rules(3.5)['no_slip']
    assert '25, 50, 75, 100 %' in rules(5)['borders']
