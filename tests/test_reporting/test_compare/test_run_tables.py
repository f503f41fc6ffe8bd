import csv
import io

from spondylo_mmpose.evaluation.measuring import measure_pairs, measure_records
from spondylo_mmpose.reporting.compare.comparing import compare_runs
from spondylo_mmpose.reporting.compare.measures import (
    END_TO_END,
    GIVEN_BOXES,
    PANELS,
    measures_of,
)
from spondylo_mmpose.reporting.compare.run_tables import (
    best_runs,
    value_tables,
    whole_table,
)
from tests.test_reporting.test_compare.helpers import found, given


def test_every_measure_is_one_that_exists(tmp_path):
    (run,), (film_run,) = given(tmp_path, a=[0, 1]), found(tmp_path, b=([0, 1], 0))
    assert {m.name for m in measures_of(True)} <= measure_records(run.records).keys()
    known = measure_pairs(film_run.pairs).keys()
    assert {m.name for m in measures_of(False)} <= known
    assert [m.name for m in PANELS[True]][:2] == ['corner/MRE_px', 'corner/SDR@5px']
    assert len(PANELS[False]) == 8


def test_tables_given_boxes(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4], b=[0, 1]))
    tables = value_tables(question)
    assert [t.title for t in tables] == [
        f'Given boxes, 3 films: {title}' for title in GIVEN_BOXES
    ]
    headings = [column.title for column in tables[0].columns]
    assert headings[:4] == ['run', 'films', 'vertebrae', 'MRE (px)']
    rows = [dict(zip(headings, row, strict=True)) for row in tables[0].cells]
    assert [row['MRE (px)'].value for row in rows] == [5, 1]
    assert [row['vertebrae'].value for row in rows] == [8, 8]
    assert tables[0].best() >= {(1, headings.index('MRE (px)'))}
    # 0.5 mm a px.
    assert [row[1].value for row in tables[1].cells] == [2.5, 0.5]
    sources = list(tables[0].sources)
    assert sources[0].startswith('a: a.pkl, SHA-256 ')


def test_a_table_without_a_value_is_left_out_and_named(tmp_path):
    from spondylo_mmpose.reporting.compare.same_films import _restrict

    runs = given(tmp_path, a=[3, 4], b=[0, 1])
    # Without film three nothing has a spacing.
    (question,) = compare_runs(
        [_restrict(run, {'a/one.png', 'a/two.png'}) for run in runs]
    )
    tables = value_tables(question)
    assert not any('mm' in table.title for table in tables)
    assert 'Corners (mm): nothing was measured.' in tables[0].notes


def test_published_numbers_stand_below_the_slot_metric_alone(tmp_path):
    (question,) = compare_runs(found(tmp_path, c=([0, 1], 0)))
    tables = value_tables(question)
    assert [t.title.partition(': ')[2] for t in tables] == list(END_TO_END)
    has = ['43.85' in table.to_markdown() for table in tables]
    assert has == [False] * (len(tables) - 1) + [True]


def test_csv_holds_every_run_and_value(tmp_path):
    runs = [*given(tmp_path, a=[3, 4]), *found(tmp_path, c=([0, 1], 4))]
    text = whole_table(compare_runs(runs)).to_csv()
    one, other = csv.DictReader(io.StringIO(text))
    assert (one['run'], one['kind'], other['kind']) == (
        'a', 'given boxes', 'end to end',
    )  # fmt: skip
    for row, run in ((one, runs[0]), (other, runs[1])):
        metrics = run.metrics(intervals=True)
        for measure in measures_of(run.given_boxes):
            value = metrics[measure.name]
            assert row[measure.name] == ('' if value != value else str(value))
        assert row['sha256'] == run.predictions_sha256
    assert one['spine/F1'] == other['corner/MRE_px'] == ''
    assert float(one['corner/MRE_px_low']) == 5


def test_the_best_are_named(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4], b=[0, 1], c=[0, 1]))
    best = best_runs(question)
    assert best['corner/MRE_px'] == ['b', 'c']
    assert 'corner/corners_lost' not in best


def test_who_finds_only_the_easy_ones_is_not_the_best(tmp_path):
    # The run that missed two vertebrae has no error on the others.
    runs = found(tmp_path, whole=([3, 4], 0), easy=([0, 0], 2))
    (question,) = compare_runs(runs)
    best = best_runs(question)
    assert best['spine/recall'] == ['whole']
    assert best['spine/SDR@2px'] == ['easy']
    matched = {'spine/MRE_px', 'spine/median_px', 'spine/p95_mm', 'clinical/slip_MAE'}
    slots = {'published_slot/MRE_px512', 'published_slot/median_px512'}
    assert not best.keys() & (matched | slots)
    told = [any('No best' in note for note in t.notes) for t in value_tables(question)]
    assert told == [False, True, True, True, True]


def test_where_nothing_was_missed_the_least_error_is_the_best(tmp_path):
    (question,) = compare_runs(found(tmp_path, a=([3, 4], 0), b=([0, 1], 0)))
    best = best_runs(question)
    assert best['spine/MRE_px'] == best['published_slot/MRE_px512'] == ['b']
    assert not any('No best' in n for t in value_tables(question) for n in t.notes)
