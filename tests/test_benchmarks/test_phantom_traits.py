"""The tool that shows phantoms with traits to a model: the one that ships."""

from spondylo_mmpose.utils.io import read_json


def test_sets_and_kinds_of_fractures(tmp_path, run_tool):
    out = tmp_path / 'traits.json'
    told = ('--model', 'lumbar_lateral', '--out', out, '--device', 'cpu')
    sets = ('--num', 3, '--sets', 'plain', 'fractures')
    result = run_tool('benchmarks/phantom_traits.py', *told, *sets)
    assert result.returncode == 0, result.stderr
    written = read_json(out)
    assert list(written['sets']) == ['plain', 'fractures']
    assert written['sets']['plain']['median_px'] < 3
    kinds = written['vertebrae']
    assert kinds['whole']['found'] > 5
    assert sum(kinds[kind]['vertebrae'] for kind in kinds if kind != 'whole') >= 1
    assert '| whole |' in result.stdout


def test_a_trait_that_there_is_not_is_told_first(tmp_path, run_tool):
    told = ('--model', 'lumbar_lateral', '--sets', 'hair')
    result = run_tool(
        'benchmarks/phantom_traits.py', *told, '--out', tmp_path / 'a.json'
    )
    assert result.returncode == 2
    assert 'hair: no such trait' in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_model_there_is_nothing_to_measure(run_tool):
    result = run_tool('benchmarks/phantom_traits.py')
    assert result.returncode == 0
    assert 'skipped' in result.stdout
