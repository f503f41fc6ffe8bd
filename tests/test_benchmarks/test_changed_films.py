"""The tool that shows films to a model, changed: a phantom to the model that ships."""

from spondylo_mmpose.benchmarks.bearing import TOGETHER
from spondylo_mmpose.benchmarks.film_changes import CHANGES
from spondylo_mmpose.utils.io import read_json


def test_a_phantom_under_every_change(phantoms, tmp_path, run_tool):
    out = tmp_path / 'changed.json'
    told = ('--model', 'lumbar_lateral', '--out', out, '--device', 'cpu')
    result = run_tool('benchmarks/changed_films.py', phantoms, *told)
    assert result.returncode == 0, result.stderr
    summary = read_json(out)
    assert list(summary) == [*CHANGES, TOGETHER]
    plain = summary['as it is']
    # It learned from phantoms; what it finds is where they are labelled.
    assert plain['recall'] > 60
    assert plain['median_px'] < 3
    assert summary['mirrored']['median_px'] < 3
    assert summary['noise, sd 30 of 255']['SDR@5px'] < plain['SDR@5px']
    assert summary[TOGETHER]['films'] == plain['films'] * (len(CHANGES) - 1)
    assert '| 2.5 times as large |' in result.stdout


def test_films_are_not_counted_twice(phantoms, run_tool):
    told = ('--model', 'lumbar_lateral', '--folds', '2')
    result = run_tool('benchmarks/changed_films.py', phantoms, *told)
    assert result.returncode == 2
    assert 'has a {fold} in its name' in result.stderr


def test_without_a_model_there_is_nothing_to_measure(run_tool):
    result = run_tool('benchmarks/changed_films.py')
    assert result.returncode == 0
    assert 'skipped' in result.stdout
