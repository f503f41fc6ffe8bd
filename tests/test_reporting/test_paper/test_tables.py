"""Tables 1 to 3: every number is that of the run's metrics."""

import csv
import dataclasses
import io
import math

import pytest

from spondylo_mmpose.reporting.paper.architecture_table import architecture_table
from spondylo_mmpose.reporting.paper.columns import value
from spondylo_mmpose.reporting.paper.performance_tables import (
    clinical_tables,
    landmark_tables,
)
from spondylo_mmpose.reporting.paper.provenance import source_lines, source_note


def rows_of(table):
    return list(csv.DictReader(io.StringIO(table.to_csv())))


def test_architectures(runs):
    near, _, theirs = rows_of(architecture_table(runs))
    assert near['run'] == 'near'
    assert near['type'] == 'M'
    assert near['parameters'] == '1'
    assert near['multiply_adds'] == ''
    assert (near['boxes'], theirs['boxes']) == ('given', 'found')
    assert (near['epochs'], near['training_films']) == ('1', '4')
    assert theirs['parameters'] == theirs['model'] == ''
    notes = architecture_table(runs).notes
    assert 'near, FLOPs: why.' in notes
    assert 'No record of the model: theirs.' in notes


def test_sizes_are_told_with_three_digits(runs):
    facts = runs[0].facts
    model = dataclasses.replace(
        facts.model, type='TopdownPoseEstimator', backbone='HRNet', head='Head',
        parameters=28_541_234, input_size=(192, 256), flops=3_743_488,
    )  # fmt: skip
    run = dataclasses.replace(runs[0], facts=dataclasses.replace(facts, model=model))
    text = architecture_table([run]).to_markdown()
    assert '| HRNet + Head | top-down | 192 \u00d7 256 ' in text
    assert ' 28.5 |' in text
    assert ' 0.00374 |' in text


def test_landmarks_given_boxes(runs):
    (px,) = landmark_tables(runs[:2])
    assert px.stem == 'table2_given_boxes_px'
    assert px.runs == ['near', 'far']
    near, far = rows_of(px.table)
    for end in ('', '_low', '_high'):
        assert float(near[f'corner/MRE_px{end}']) == pytest.approx(1.5)
        assert float(far[f'corner/MRE_px{end}']) == pytest.approx(9)
    assert (near['corner/SDR@2px'], near['corner/SDR@5px']) == ('100.0', '100.0')
    assert (far['corner/SDR@5px'], far['corner/SDR@10px']) == ('0.0', '100.0')
    # The lower error is the better one, the higher share too.
    assert {(0, 1), (0, 5)} <= px.table.best()


def test_landmarks_end_to_end(runs, truth_films):
    films, vertebrae = truth_films
    found, px = landmark_tables(runs[2:])
    assert [t.stem for t in (found, px)] == [
        'table2_end_to_end_found', 'table2_end_to_end_px'
    ]  # fmt: skip
    (row,) = rows_of(found.table)
    assert float(row['spine/recall']) == pytest.approx(
        100 * (vertebrae - 1) / vertebrae
    )
    assert float(row['spine/precision']) == 100
    assert float(row['spine/count_accuracy']) == pytest.approx(
        100 * (films - 1) / films
    )
    (row,) = rows_of(px.table)
    assert row['spine/MRE_px'] == '0.0'
    # A missed vertebra is a failure.
    assert row['spine/SDR@2px'] == rows_of(found.table)[0]['spine/recall']
    assert any('every corner of a missed vertebra is a failure' in n
               for n in px.table.notes)  # fmt: skip
    assert found.table.notes[0] == f'{films} films, {vertebrae} vertebrae.'


def test_mm_where_a_spacing_is_known(runs):
    records = [
        dataclasses.replace(r, film={**r.film, 'pixel_spacing_mm': [0.5, 0.5]})
        for r in runs[0].records
    ]
    run = dataclasses.replace(runs[0], records=records)
    _, mm = landmark_tables([run])
    assert mm.stem == 'table2_given_boxes_mm'
    assert float(rows_of(mm.table)[0]['corner/MRE_mm']) == pytest.approx(0.75)
    films = len({r.film_id for r in records})
    assert f'mm: of the {films} films whose pixel spacing is known.' in mm.table.notes


@pytest.mark.parametrize('chosen', [slice(2), slice(2, 3)])
def test_clinical_values_and_rules(runs, chosen):
    own = runs[chosen]
    slip, grade = clinical_tables(own)
    for run, row in zip(own, rows_of(slip.table), strict=True):
        metrics = run.metrics(intervals=True)
        for name in ('slip_MAE', 'slip_bias', 'slip_LoA_lower'):
            assert float(row[f'clinical/{name}']) == metrics[f'clinical/{name}']
        low = metrics['clinical/slip_LoA_lower_CI_low']
        assert float(row['clinical/slip_LoA_lower_low']) == low
    for run, row in zip(own, rows_of(grade.table), strict=True):
        told = float(row['clinical/grade_accuracy'])
        assert told == run.metrics()['clinical/grade_accuracy']
    notes = ' '.join(grade.table.notes)
    assert '|slip| below 5 % is grade 0' in notes
    assert '25, 50, 75, 100 % are the upper ends' in notes


def test_a_share_that_all_draws_agree_on_has_the_interval_over_pairs():
    one = value('s', 'share')
    draws = {'s': 100.0, 's_low': 100.0, 's_high': 100.0}
    assert (one.cell(draws).low, one.cell(draws).high) == (100, 100)
    cell = one.cell({**draws, 's_CI_low': 80.0, 's_CI_high': 100.0})
    assert (cell.low, cell.high) == (80, 100)
    wide = {'s': 90.0, 's_low': 85.0, 's_high': 95.0, 's_CI_low': 1.0, 's_CI_high': 2.0}
    assert (one.cell(wide).low, one.cell(wide).high) == (85, 95)
    assert math.isnan(one.cell({}).number)


def test_each_table_names_runs_and_digests(runs):
    tables = [architecture_table(runs)]
    more = (*landmark_tables(runs[:2]), *clinical_tables(runs[:2]))
    tables += [one.table for one in more]
    near = runs[0]
    for table in tables:
        text = table.to_latex()
        assert near.predictions_sha256 in text
        assert near.predictions_sha256[:12] in ''.join(table.notes)
        assert near.annotations[0].sha256 in text
    assert 'checkpoint a b, config a b' in source_note(near)
    assert source_lines(runs[2]) == [
        f'theirs: predictions theirs.json, SHA-256 {runs[2].predictions_sha256}',
        f'theirs: annotations {near.annotations[0].name}, '
        f'SHA-256 {near.annotations[0].sha256}',
    ]
