import json

import pytest

from ..test_converters.helpers import two_films, write_tree


@pytest.fixture
def two(tmp_path):
    return write_tree(tmp_path / 'src', two_films())


def test_clean_set_ends_with_zero(run_tool, two):
    done = run_tool.fresh('verify_dataset.py', two, '--strict')
    assert done.returncode == 0, done.stderr
    assert 'result: clean' in done.stdout
    # Names may tell who a patient is.
    assert '3209' not in done.stdout + done.stderr


def test_warnings_and_errors_have_their_own_status(run_tool, two):
    labels = next(two.rglob('*.txt'))
    labels.write_text('\n'.join(labels.read_text().splitlines()[::-1]))
    assert run_tool('verify_dataset.py', two).returncode == 1
    assert run_tool('verify_dataset.py', two, '--strict').returncode == 2
    next(two.rglob('*.json')).write_text('{')
    done = run_tool('verify_dataset.py', two)
    assert done.returncode == 2
    assert '1  labels_unreadable  error' in done.stdout


def test_reports_are_written(run_tool, two, tmp_path):
    next(two.rglob('*.json')).write_text('{')
    page, report = tmp_path / 'page', tmp_path / 'report.json'
    done = run_tool('verify_dataset.py', two, '--json', report, '--html', page)
    assert done.returncode == 2
    content = json.loads(report.read_text())
    assert content['counts'] == {'labels_unreadable': 1}
    html = (page / 'index.html').read_text()
    assert 'labels_unreadable' in html and 'not a medical device' in html
    assert html.count('<img') == 1 and len(list((page / 'films').iterdir())) == 1
    again = run_tool('verify_dataset.py', two, '--html', page)
    assert again.returncode == 2
    assert 'not empty' in again.stderr
    again = run_tool('verify_dataset.py', two, '--html', page, '--force')
    assert again.returncode == 2 and f'written: {page}' in again.stdout


def test_page_never_takes_the_place_of_the_data(run_tool, two):
    done = run_tool('verify_dataset.py', two, '--html', two, '--force')
    assert done.returncode == 2
    assert 'is not replaced' in done.stderr and done.stderr.count('\n') == 1
    assert len(list(two.rglob('*.jpg'))) == 2


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (['nosuch'], 'does not exist'),
        (['nosuch', '--format', 'mendeley', '--annotations', 'x'], '--annotations'),
    ],
)
def test_bad_input_is_one_line(run_tool, arguments, text):
    done = run_tool('verify_dataset.py', *arguments)
    assert done.returncode == 2
    assert text in done.stderr and len(done.stderr.splitlines()) == 1
