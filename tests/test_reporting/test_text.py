import numpy as np

from spondylo_mmpose.evaluation.radial_error import summarise_errors
from spondylo_mmpose.evaluation.slip_agreement import compare_slips
from spondylo_mmpose.reporting.text import level_rows, metric_table, table_rows


def values(errors):
    return {
        **summarise_errors(errors),
        'MRE_mm': np.nan,
        'slip_MAE': 1.26,
        'grade_accuracy': 80.0,
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
    assert len({len(line) for line in lines}) == 1


def test_intervals_stand_behind_their_values():
    # 3 of 4 by Wilson: 30.1 to 95.4.
    clinical = compare_slips([10, 10, 10, 10, 0], [10, 10, 10, 0, 0]).metrics()
    rows = dict(table_rows({'model': values([1]) | clinical, 'bare': values([1])}))
    sensitivity = rows['sensitivity, grade I or more (%)']
    assert sensitivity == ['75.0 (30.1 to 95.4)', 'not measured']
    assert rows['MRE (px)'] == ['1.00', '1.00']
    lines = metric_table({'model': clinical, 'other': clinical}).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert all('  ' in line for line in lines)


def test_rows_of_pairs():
    found = compare_slips([10, 30], [10, np.nan])
    clinical = {f'{k}/L5-S1': v for k, v in found.level_metrics().items()}
    ((name, cells),) = level_rows(clinical | found.metrics())
    assert name == 'L5-S1'
    # II for V at (0, 1) and I at I: 2 pairs, one right, both truly I or more.
    assert cells[:4] == ['2', '0.0', '0.0', '50.0']
    assert cells[5:] == ['2', '50.0', 'not measured']
