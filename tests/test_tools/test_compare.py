"""tools/compare.py as a user runs it."""

from tests.test_reporting.test_compare.helpers import dump_of, results_of, truth_of


def test_runs_of_both_kinds(tmp_path, run_tool):
    runs = [
        dump_of(tmp_path, 'boxes', [3, 4]),
        f'films={results_of(tmp_path, "a", [1, 2], missing=2)}',
    ]
    out = tmp_path / 'out'
    done = run_tool.fresh(
        'compare.py', *runs, '--annotations', truth_of(tmp_path), '--out', out
    )
    assert done.returncode == 0, done.stderr
    for path in out.iterdir():
        assert f'written: {path}' in done.stdout
    assert '| boxes | ' in done.stdout
    assert '| films | ' in done.stdout
    assert (out / 'comparison.png').read_bytes().startswith(b'\x89PNG')


def test_runs_on_other_films_end_with_status_2(tmp_path, run_tool):
    runs = [dump_of(tmp_path, 'a', [3, 4]), dump_of(tmp_path, 'b', [0, 1], films=2)]
    done = run_tool('compare.py', *runs, '--out', tmp_path / 'out')
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr.startswith('error: b lacks films that a has: b/three.png; ')
    assert not (tmp_path / 'out').exists()
