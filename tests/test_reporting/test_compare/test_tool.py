import argparse
import csv
import json
import re

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.offline_tool import run_evaluate
from spondylo_mmpose.reporting.compare.tool import run_compare
from tests.test_reporting.test_compare.helpers import dump_of, results_of, truth_of


def _arguments(tmp_path, runs, **options):
    defaults = {
        'runs': [str(run) for run in runs],
        'out': str(tmp_path / 'out'),
        'annotations': [],
        'baseline': [],
        'sort': None,
        'common_films': False,
        'score_threshold': None,
        'no_slip_threshold': 5.0,
    }
    return argparse.Namespace(**{**defaults, **options})


def _questions(tmp_path):
    return json.loads((tmp_path / 'out/comparison.json').read_text())['questions']


def test_the_baseline_and_the_files_are_told(tmp_path):
    runs = [dump_of(tmp_path, 'a', [3, 4]), dump_of(tmp_path, 'b', [0, 1])]
    lines = run_compare(_arguments(tmp_path, runs))
    assert 'baseline, given boxes: a (the first; choose another with --baseline)' in (
        lines
    )
    assert f'written: {tmp_path / "out" / "comparison.md"}' in lines
    assert '\n'.join(lines).startswith('**Given boxes, 3 films: Corners (px)**')
    # What a comparison wrote, the next one replaces.
    lines = run_compare(_arguments(tmp_path, runs[1:]))
    assert not any(line.startswith('baseline') for line in lines)
    assert not (tmp_path / 'out/differences.csv').exists()
    assert [run['name'] for run in _questions(tmp_path)[0]['runs']] == ['b']


def test_numbers_are_those_of_evaluate(tmp_path):
    truth = truth_of(tmp_path)
    runs = {
        'boxes': dump_of(tmp_path, 'boxes', [3, 4]),
        'films': results_of(tmp_path, 'films', [1, 2], missing=2),
    }
    run_compare(_arguments(tmp_path, runs.values(), annotations=[truth]))
    with (tmp_path / 'out/comparison.csv').open(newline='') as stream:
        rows = {row['run']: row for row in csv.DictReader(stream)}
    for name, path in runs.items():
        values = tmp_path / f'{name}_values.json'
        options = {
            'predictions': path, 'annotations': [truth], 'json': values, 'out': None,
            'save_json': None, 'given_boxes': None, 'allow_missing': False,
            'score_threshold': None, 'no_slip_threshold': 5.0, 'no_intervals': False,
            'intervals': True, 'more': [], 'floor': None,
            'fit_to_boxes': False, 'mean_with': [],
        }  # fmt: skip
        run_evaluate(argparse.Namespace(**options))
        evaluated = json.loads(values.read_text())['metrics']
        shared = rows[name].keys() & evaluated.keys()
        assert len(shared) > 15
        for metric in shared:
            cell = float(rows[name][metric]) if rows[name][metric] else None
            assert cell == evaluated[metric], metric


def test_films_that_all_have_are_told(tmp_path):
    runs = [dump_of(tmp_path, 'a', [3, 4]), dump_of(tmp_path, 'b', [0, 1], films=2)]
    lines = run_compare(_arguments(tmp_path, runs, common_films=True))
    assert 'given boxes: compared on the 2 films that all runs have' in lines
    assert '* a: 1 films are left out, which other runs lack.' in '\n'.join(lines)


def test_the_score_threshold_counts(tmp_path):
    run = results_of(tmp_path, 'a', [0, 0], score=0.5)
    for threshold, recall in ((None, 100), (0.6, 0)):
        options = {'score_threshold': threshold, 'annotations': [truth_of(tmp_path)]}
        run_compare(_arguments(tmp_path, [run], **options))
        metrics = _questions(tmp_path)[0]['runs'][0]['metrics']
        assert metrics['spine/recall'] == recall


@pytest.mark.parametrize(
    ('make', 'options', 'message'),
    [
        (results_of, {}, 'name the annotation files of its films with --annotations'),
        (dump_of, {'score_threshold': 0.5}, 'for predictions end to end'),
        (dump_of, {'score_threshold': float('nan')}, 'score_threshold=nan'),
        (dump_of, {'baseline': ['x']}, 'is none of the runs a'),
        (dump_of, {'sort': 'x'}, 'is no column here'),
    ],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path, make, options, message):
    run = make(tmp_path, 'a', [3, 4])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SpondyloError, match=re.escape(message)):
        run_compare(_arguments(tmp_path, [run], **options))
    assert sorted(tmp_path.iterdir()) == before


def test_runs_of_one_name_are_refused(tmp_path):
    run = dump_of(tmp_path, 'a', [3, 4])
    with pytest.raises(SpondyloError, match='tell them apart with NAME=PATH'):
        run_compare(_arguments(tmp_path, [run, run]))
    lines = run_compare(_arguments(tmp_path, [run, f'b={run}']))
    assert '* a and b are the same predictions.' in '\n'.join(lines)


def test_other_folders_are_not_replaced(tmp_path):
    run = dump_of(tmp_path, 'a', [3, 4])
    with pytest.raises(SpondyloError, match='is not replaced'):
        run_compare(_arguments(tmp_path, [run], out=str(tmp_path)))
    (tmp_path / 'comparison.json').write_text('{}')
    with pytest.raises(SpondyloError, match='holds the source'):
        run_compare(_arguments(tmp_path, [run], out=str(tmp_path)))
    assert run.exists()
