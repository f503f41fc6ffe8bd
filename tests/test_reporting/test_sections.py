import numpy as np
import pytest

from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.measuring import measure_pairs, measure_records
from spondylo_mmpose.reporting.sections.clinical import clinical_part, reasons_grid
from spondylo_mmpose.reporting.sections.detection import detection_part
from spondylo_mmpose.reporting.sections.errors import corner_level_grid, source_grid
from spondylo_mmpose.reporting.sections.facts import NOT_RECORDED, facts_part
from spondylo_mmpose.reporting.sections.items import Grid, Paragraph
from spondylo_mmpose.reporting.sections.results import (
    key_numbers,
    overview,
    results_part,
)
from spondylo_mmpose.reporting.sections.training import chosen_by, training_part
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.helpers import film_records
from tests.test_reporting.helpers import run_of

SQUARE = np.array([[0, 0], [40, 0], [0, 30], [40, 30]], float)
UPPER = SQUARE - [0, 50]


def cells_of(grid):
    return {name: cells for rows in grid.groups.values() for name, cells in rows}


def test_map_of_levels_and_corners_counts_what_it_rests_on():
    # S1 is 5 px off; L5 has lost its superior left corner and is right elsewhere.
    lost = UPPER.copy()
    lost[0] = np.nan
    grid = corner_level_grid(film_records([SQUARE, UPPER], [SQUARE + [3, 4], lost]))
    cells = cells_of(grid)
    # As in the film: L5 above S1.
    assert list(cells) == ['L5', 'S1', 'all']
    assert cells['L5'][0] == 'none\nn = 0, 1 lost'
    assert cells['L5'][4] == '0.00\nn = 3, 1 lost'
    assert cells['S1'] == ['5.00\nn = 1'] * 4 + ['5.00\nn = 4']
    assert cells['all'][4] == '2.86\nn = 7, 1 lost'
    assert grid.shares[1, 0] == 1
    assert (0, 0) not in grid.shares


def test_sources_have_a_table_where_there_are_several():
    one = film_records([SQUARE], [SQUARE + [3, 4]], 1)
    other = film_records([SQUARE], [SQUARE], 2)
    assert source_grid([*one, *other]) is None
    for record, name in ((one[0], 'buu'), (other[0], 'aasce')):
        record.film['source'] = name
    cells = cells_of(source_grid([*one, *other]))
    assert cells['buu'] == ['1', '4', '5.00', '100.0', '0']
    assert list(cells) == ['aasce', 'buu']


def test_results_name_what_was_not_measured():
    records = film_records([SQUARE], [SQUARE + [3, 4]])
    part = results_part({'model': measure_records(records)})
    cells = cells_of(part.items[0])
    assert cells['MRE (px)'] == ['5.00']
    assert 'MRE (mm)' not in cells
    assert part.items[1].text.startswith('Not measured: MRE (mm);')


def test_key_numbers_and_runs_side_by_side():
    values = {'corner/MRE_px': 5.0, 'corner/MRE_px_low': 4.0, 'corner/MRE_px_high': 6.0}
    (key,) = key_numbers(values)
    assert (key.label, key.value, key.interval) == (
        'mean radial error', '5.00 px', '4.00 to 6.00'
    )  # fmt: skip
    found = {'spine/F1': 80.0}
    given, ends = overview({'a': values, 'b': found, 'c': values})
    assert list(cells_of(given)) == ['a', 'c']
    assert cells_of(ends) == {'b': ['80.0']}
    assert ends.columns == ['F1 of vertebrae (%)']


def test_detection_counts():
    film = film_of('a.png', column(0, 1, 2))
    pairs = [(film, prediction_of('a.png', column(1, 2, 8), [0.9, 0.8, 0.5]))]
    part = detection_part(compare_films(pairs), measure_pairs(pairs))
    cells = cells_of(next(item for item in part.items if isinstance(item, Grid)))
    assert cells['true vertebrae'] == ['3']
    assert cells['of them matched'] == ['2']
    assert cells['missed'] == ['1']
    assert cells['false positives'] == ['1']


def test_no_pair_of_neighbours_is_said():
    records = film_records([SQUARE], [SQUARE])
    (item,) = clinical_part(records, measure_records(records)).items
    assert isinstance(item, Paragraph)
    assert 'No slip can be measured' in item.text
    assert reasons_grid([]) is None


def test_facts_without_any_say_so_and_name_no_folder(tmp_path):
    run = run_of(
        tmp_path / 'Jane Doe', film_records([SQUARE], [SQUARE]), notes=['no facts']
    )
    part = facts_part(run)
    note, grid = part.items
    assert note.text == 'No facts.'
    cells = cells_of(grid)
    assert cells['file'] == ['predictions.pkl (SHA-256 0000000000000000…)']
    assert cells['checkpoint'] == cells['device'] == [NOT_RECORDED]
    assert cells['labelled films'] == ['1']
    assert 'Jane Doe' not in str(part.items)


@pytest.mark.parametrize(
    ('hook', 'expected'),
    [
        ({'save_best': 'spine/F1', 'rule': 'greater'}, ('spine/F1', True)),
        ({'save_best': 'corner/MRE_px', 'rule': 'less'}, ('corner/MRE_px', False)),
        ({'save_best': 'auto'}, (None, False)),
        ({}, (None, False)),
    ],
)
def test_what_chose_the_checkpoint(tmp_path, hook, expected):
    config = {'default_hooks': {'checkpoint': hook}}
    assert chosen_by(run_of(tmp_path, [], config)) == expected


def test_a_run_without_a_log_says_so(tmp_path):
    part = training_part(run_of(tmp_path, []))
    assert not part.is_open
    assert 'no training log' in part.items[0].text
