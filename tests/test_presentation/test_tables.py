import csv
import io

import numpy as np
import pytest
from PIL import Image

from spondylo_mmpose.presentation.cells import Cell, Column
from spondylo_mmpose.presentation.tables import Table

NAN, INF = float('nan'), float('inf')


def _table(rows, **keywords):
    columns = [
        Column('run'),
        Column('MRE', 'px', '{:.2f}', 'low', 'MRE_px'),
        Column('SDR @ 2 px', '%', '{:.1f}', 'high', 'SDR@2px'),
        Column('vertebrae', form='{:.0f}'),
    ]
    return Table('Corners', columns, rows, **keywords)


def test_the_best_is_lowest_or_highest_as_the_column_says():
    table = _table([['a', 1.5, 70.0, 3], ['b', 1.4, 60.0, 4], ['c', 1.9, 80.0, 9]])
    assert table.best() == {(1, 1), (2, 2)}


def test_rows_that_show_the_same_are_equally_good():
    # 1.744 and 1.736 both show as 1.74; 1.746 as 1.75.
    rows = [['a', 1.744, 70.0, 3], ['b', 1.736, 70.04, 3], ['c', 1.746, 69.9, 3]]
    assert _table(rows).best() == {(0, 1), (1, 1), (0, 2), (1, 2)}


def test_nan_and_infinity_are_never_best():
    rows = [['a', INF, NAN, 3], ['b', 9.0, NAN, 3], ['c', NAN, 1.0, 3]]
    assert _table(rows).best() == {(1, 1)}
    assert _table([['a', INF, NAN, 3], ['b', INF, NAN, 3]]).best() == set()


def test_a_single_row_has_no_best():
    assert _table([['a', 1.0, 50.0, 3]]).best() == set()
    assert _table([]).best() == set()


def test_csv_holds_full_precision_and_the_ends_of_intervals():
    rows = [
        ['a', Cell(1 / 3, 0.25, 0.5), np.float64(0.1), 3],
        ['=b', INF, NAN, 4],
    ]
    assert _table(rows).to_csv() == (
        'run,MRE_px,MRE_px_low,MRE_px_high,SDR@2px,vertebrae\n'
        'a,0.3333333333333333,0.25,0.5,0.1,3\n'
        "'=b,inf,,,,4\n"
    )


def test_csv_keeps_names_with_commas_and_quotes():
    text = _table([['a,"b"', 1.0, 2.0, 3]]).to_csv()
    assert list(csv.reader(io.StringIO(text)))[1][0] == 'a,"b"'


def test_markdown():
    rows = [['a|b', Cell(1.0, 0.5, 1.5), 50.0, 3], ['c', 2.0, NAN, 4]]
    text = _table(rows, notes=['A note.'], sources=['a: 12ab']).to_markdown()
    assert text == (
        '**Corners**\n\n'
        '| run  |                MRE (px) | SDR @ 2 px (%) | vertebrae |\n'
        '| ---- | ----------------------: | -------------: | --------: |\n'
        '| a\\|b | **1.00 (0.50 to 1.50)** |           50.0 |         3 |\n'
        '| c    |                    2.00 |             -- |         4 |\n\n'
        '* A note.\n* --: not measured\n* a: 12ab\n'
    )


def test_latex():
    rows = [['a_b', Cell(-1.0, -1.5, 0.5), 50.0, 3], ['[c', 2.0, NAN, 4]]
    table = _table(rows, notes=['5 % of'], sources=['a: 12\nab'])
    assert table.to_latex('tab:x').splitlines() == [
        r'% needs \usepackage{booktabs}',
        '% a: 12 ab',
        r'\begin{table}',
        r'\centering',
        r'\caption{Corners}',
        r'\label{tab:x}',
        r'\begin{tabular}{lrrr}',
        r'\toprule',
        r'  run & MRE (px) & SDR @ 2 px (\%) & vertebrae \\',
        r'\midrule',
        r'  a\_b & \textbf{$-$1.00} {\scriptsize ($-$1.50 to 0.50)} & 50.0 & 3 \\',
        r'  {}[c & 2.00 & -- & 4 \\',
        r'\bottomrule',
        r'\end{tabular}',
        r'{\footnotesize\raggedright 5 \% of\par}',
        r'{\footnotesize\raggedright --: not measured\par}',
        r'\end{table}',
    ]
    wide = table.to_latex(wide=True)
    assert r'\begin{table*}' in wide
    assert wide.count('{') == wide.count('}')


def test_latex_may_hold_intervals_below_their_values():
    lines = _table([['a', Cell(1.0, 0.5, 1.5), 2.0, 3]]).to_latex(stacked=True)
    cell = r'\begin{tabular}[t]{@{}r@{}}1.00\\{\scriptsize (0.50 to 1.50)}\end{tabular}'
    assert rf'  a & {cell} & 2.0 & 3 \\' in lines.splitlines()
    # Shrunk where it is too wide, never blown up.
    assert r'\resizebox{\ifdim\width>\textwidth\textwidth\else\width\fi}' in lines
    assert lines.count('{') == lines.count('}')


def test_a_number_that_rounds_to_zero_has_no_minus():
    table = Table('t', [Column('d', form='{:+.1f}')], [[-0.04], [0.04], [-0.06]])
    assert [line.strip('| ') for line in table.to_markdown().splitlines()[4:]] == [
        '+0.0',
        '+0.0',
        '-0.1',
    ]


def test_a_form_may_be_a_function_and_a_cell_may_have_its_own():
    column = Column('p', form=lambda p: '< 0.001' if p < 0.001 else f'{p:.3f}')
    table = Table('t', [column], [[1e-9], [0.5], [Cell(0.5, form='{:.1f}')]])
    assert [line.strip('| ') for line in table.to_markdown().splitlines()[4:]] == [
        '< 0.001',
        '0.500',
        '0.5',
    ]


def test_the_picture_shows_every_row():
    small = _table([['a', 1.0, 2.0, 3]]).to_png()
    large = _table([['$a$', 1.0, NAN, 3]] * 9, notes=['n']).to_png()
    sizes = [Image.open(io.BytesIO(one)).size for one in (small, large)]
    assert sizes[1][1] > 3 * sizes[0][1] / 2
    assert np.asarray(Image.open(io.BytesIO(large)).convert('L')).min() < 100


def test_ragged_rows_and_columns_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match='each row needs 4 cells'):
        _table([['a', 1.0]])
    with pytest.raises(ValueError, match='columns of one name'):
        Table('t', [Column('a'), Column('a')], [])
