import numpy as np

from spondylo_mmpose.evaluation.radial_error import summarise_errors
from spondylo_mmpose.evaluation.slip_agreement import compare_slips
from spondylo_mmpose.reporting.text import (
    groups_of,
    level_rows,
    metric_table,
    number_text,
    table_rows,
    without_intervals,
)


def prefixed(metrics, prefix):
    return {f'{prefix}/{name}': value for name, value in metrics.items()}


def values(errors):
    return {
        **prefixed(summarise_errors(errors), 'corner'),
        'corner/MRE_mm': np.nan,
        'clinical/slip_MAE': 1.26,
        'clinical/grade_accuracy': 80.0,
    }


def test_rows_and_what_was_not_measured():
    rows = dict(table_rows({'model': values([1, 3]), 'other': values([8, 8])}))
    assert rows['MRE (px)'] == ['2.00', '8.00']
    assert rows['SDR @ 2 px (%)'] == ['50.0', '0.0']
    assert rows['MRE (mm)'] == ['not measured', 'not measured']
    assert rows['slip, mean absolute error (points)'] == ['1.3', '1.3']


def test_text_table_has_a_header_and_aligned_columns():
    lines = metric_table({'model': values([1, 3])}).splitlines()
    assert lines[0].split() == ['model']
    assert len({len(line) for line in lines[:-1]}) == 1
    # What nobody measured stands below instead of in rows of its own.
    assert lines[-1].startswith('not measured: MRE (mm); SDR @ 2 mm (%)')
    assert not any(line.startswith('MRE (mm)') for line in lines)


def test_intervals_stand_behind_their_values():
    # 3 of 4 by Wilson: 30.1 to 95.4.
    found = compare_slips([10, 10, 10, 10, 0], [10, 10, 10, 0, 0]).metrics()
    clinical = prefixed(found, 'clinical')
    rows = dict(table_rows({'model': values([1]) | clinical, 'bare': values([1])}))
    sensitivity = rows['sensitivity, grade I or more (%)']
    assert sensitivity == ['75.0 (30.1 to 95.4)', 'not measured']
    assert rows['MRE (px)'] == ['1.00', '1.00']
    lines = metric_table({'model': clinical, 'other': clinical}).splitlines()[:-1]
    assert len({len(line) for line in lines}) == 1
    assert all('  ' in line for line in lines)


def test_rows_of_pairs():
    found = compare_slips([10, 30], [10, np.nan])
    levels = {f'{k}/L5-S1': v for k, v in found.level_metrics().items()}
    ((name, cells),) = level_rows(prefixed(levels | found.metrics(), 'clinical'))
    assert name == 'L5-S1'
    # II for V at (0, 1) and I at I: 2 pairs, one right, both truly I or more.
    assert cells[:5] == ['2', '0.0', '0.0', '1', '50.0']
    assert cells[6:] == ['2', '50.0', 'not measured']


def test_an_interval_from_drawing_comes_before_one_by_formula():
    name = 'clinical/grade_accuracy'
    formula = {name: 90.0, f'{name}_CI_low': 70.0, f'{name}_CI_high': 97.0}
    drawn = {f'{name}_low': 80.0, f'{name}_high': 95.0}
    point = {f'{name}_low': 90.0, f'{name}_high': 90.0}
    rows = dict(table_rows({'a': formula, 'b': formula | drawn, 'c': formula | point}))
    # One that shrank to a point says nothing.
    assert rows['Meyerding grade accuracy (%)'] == [
        '90.0 (70.0 to 97.0)', '90.0 (80.0 to 95.0)', '90.0 (70.0 to 97.0)'
    ]  # fmt: skip
    assert without_intervals(formula | drawn) == {name: 90.0}


def test_numbers_as_text():
    assert number_text(-0.04, '{:.1f}') == '0.0'
    assert number_text(-0.06, '{:.1f}') == '-0.1'
    assert number_text(np.inf, '{:.1f}') == 'infinite'
    assert number_text(np.nan, '{:.1f}') == 'not measured'


def test_rows_follow_what_was_asked():
    given, found = (
        groups_of({'m': {'corner/MRE_px': 1}}),
        groups_of({'m': {'spine/F1': 1}}),
    )
    assert 'Corners, given boxes' in given
    assert 'Vertebrae found' in found
    labels = [label for label, _ in table_rows({'m': {'spine/F1': 91.0}})]
    assert labels[:3] == ['precision (%)', 'recall (%)', 'F1 (%)']
