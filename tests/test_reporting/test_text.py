import numpy as np

from spondylo_mmpose.evaluation.radial_error import summarise_errors
from spondylo_mmpose.reporting.text import metric_table, table_rows


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
