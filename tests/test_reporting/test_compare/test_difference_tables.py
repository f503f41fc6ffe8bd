import pytest

from spondylo_mmpose.reporting.compare.comparing import compare_runs
from spondylo_mmpose.reporting.compare.difference_tables import (
    difference_rows,
    difference_table,
    p_text,
)
from tests.test_reporting.test_compare.helpers import found, given


def test_each_run_minus_the_baseline(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4], b=[0, 1], c=[6, 8]))
    table = difference_table(question)
    assert table.title == 'Given boxes: each run minus a, 3 films of 2 patients'
    names = [column.csv_name for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.cells]
    assert [row['run'].value for row in rows] == ['b', 'c']
    assert [row['MRE_px'].value for row in rows] == [-4, 5]
    assert (rows[0]['MRE_px'].low, rows[0]['MRE_px'].high) == (-4, -4)
    assert [row['better_worse'].value for row in rows] == ['2 : 0', '0 : 2']
    assert table.best() == set()
    assert '-4.00 (-4.00 to -4.00)' in table.to_markdown()
    assert '+5.00 (+5.00 to +5.00)' in table.to_markdown()


def test_end_to_end(tmp_path):
    # The second run misses the three vertebrae of film one and one of film two.
    (question,) = compare_runs(found(tmp_path, c=([0, 1], 0), d=([0, 2], 4)))
    table = difference_table(question)
    names = [column.csv_name for column in table.columns]
    (row,) = [dict(zip(names, row, strict=True)) for row in table.cells]
    assert names[1:4] == ['F1', 'precision', 'recall']
    assert row['recall'].value == -50
    assert row['precision'].value == 0
    assert row['MRE_px_both_matched'].value == 1
    titles = [column.title for column in table.columns]
    assert 'MRE, both matched (px)' in titles
    assert any('missed or more than 5 px off' in note for note in table.notes)


def test_what_nobody_measured_has_no_column_and_one_test_needs_no_adjusting(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4], b=[0, 1]))
    titles = [column.title for column in difference_table(question).columns]
    assert 'p (Holm)' not in titles
    assert titles[-1] == 'p'
    assert 'slip MAE, both measured (points)' in titles


def test_every_difference_is_a_row_of_csv(tmp_path):
    questions = compare_runs(
        [
            *given(tmp_path, a=[3, 4], b=[0, 1]),
            *found(tmp_path, c=([0, 1], 0), d=([0, 2], 4)),
        ]
    )
    rows = difference_rows(questions).to_csv().splitlines()
    assert rows[0].startswith('kind,baseline,run,value,of_baseline,of_run,difference')
    assert rows[1].startswith('given boxes,a,b,MRE_px,5.0,1.0,-4.0,-4.0,-4.0,3,2,2,0,')
    assert any(row.startswith('end to end,c,d,F1,100.0,66.6') for row in rows)


def test_a_single_run_has_no_table(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4]))
    with pytest.raises(ValueError, match='no differences'):
        difference_table(question)


def test_small_p_values_are_told_by_their_bound():
    assert [p_text(p) for p in (0.0004, 0.001, 0.5)] == ['< 0.001', '0.001', '0.500']
