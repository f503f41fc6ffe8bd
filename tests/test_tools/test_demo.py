"""The demo itself, as small as it goes."""


def test_demo_ends_with_a_report(run_tool, tmp_path):
    out = tmp_path / 'demo'
    result = run_tool('demo.py', '--out', out, '--num', 8, '--epochs', 2)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == str((out / 'report.html').resolve())
    html = (out / 'report.html').read_text()
    for text in ('mean shape', 'training loss', 'Films from the best to the worst'):
        assert text in html
    assert 'mean shape' in result.stdout
    # The small set with planted faults was counted on the screen.
    assert 'bow_tie' in result.stdout


def test_demo_does_not_delete_a_foreign_folder(run_tool, tmp_path):
    (tmp_path / 'thesis.tex').write_text('years of work')
    result = run_tool('demo.py', '--out', tmp_path)
    assert result.returncode == 2
    assert 'is no earlier demo' in result.stderr
    assert (tmp_path / 'thesis.tex').read_text() == 'years of work'


def test_missing_real_films_are_noticed_before_the_work(run_tool, tmp_path):
    result = run_tool(
        'demo.py', '--out', tmp_path / 'demo', '--real-data', tmp_path / 'none'
    )
    assert result.returncode == 2
    assert 'mendeley_lateral6' in result.stderr
    assert not (tmp_path / 'demo').exists()
