import sys

import pytest
from bootstrap.interpreter import Interpreter, candidates, choose, probe
from bootstrap.process import SetupError


def program(folder, name, content='#!/bin/sh\n'):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content)
    path.chmod(0o755)
    return str(path)


def fake(answers):
    """A probe that knows the answers; what it does not know does not run."""

    def run(path):
        found = answers.get(path)
        return found and Interpreter(path, *found)

    return run


@pytest.fixture
def machine(tmp_path):
    paths = {
        'shim': program(tmp_path / 'shims', 'python3.11'),
        'old': program(tmp_path / 'bin', 'python3.10'),
        'new': program(tmp_path / 'bin', 'python3.11'),
        'default': program(tmp_path / 'bin', 'python3'),
        'managed': program(tmp_path / '.pyenv/versions/3.11.9/bin', 'python'),
    }
    environ = {
        'PATH': f'{tmp_path / "shims"}:{tmp_path / "bin"}',
        'HOME': str(tmp_path),
    }
    return environ, paths


def no_uv(environ):
    return None


def test_candidates_in_order_of_preference(machine):
    environ, paths = machine
    names = [name for c in candidates(environ) for name in paths if paths[name] == c]
    assert names == ['shim', 'new', 'managed', 'old', 'default']


def test_shim_that_does_not_run_is_passed_over(machine):
    environ, paths = machine
    answers = {paths['new']: ('3.11', True, True)}
    assert choose(None, environ, fake(answers), no_uv).path == paths['new']


def test_version_is_asked_not_read_off_the_name(machine):
    environ, paths = machine
    answers = {
        paths['new']: ('3.13', True, True),
        paths['default']: ('3.10', True, True),
    }
    assert choose(None, environ, fake(answers), no_uv).path == paths['default']


def test_one_with_headers_is_preferred(machine):
    environ, paths = machine
    answers = {
        paths['new']: ('3.11', True, False),
        paths['old']: ('3.10', True, True),
    }
    assert choose(None, environ, fake(answers), no_uv).path == paths['old']
    del answers[paths['old']]
    assert choose(None, environ, fake(answers), no_uv).path == paths['new']


def test_uv_is_the_last_resort(machine):
    environ, _ = machine
    answers = {'/uv/python': ('3.11', True, True)}
    found = choose(None, environ, fake(answers), lambda environ: '/uv/python')
    assert found.path == '/uv/python'


def test_nothing_fits(machine):
    environ, paths = machine
    answers = {paths['default']: ('3.13', True, True)}
    with pytest.raises(SetupError, match=r'^no Python 3\.11 or 3\.10 found; install'):
        choose(None, environ, fake(answers), no_uv)


def test_missing_venv_module_is_named(machine):
    environ, paths = machine
    answers = {paths['new']: ('3.11', False, True)}
    with pytest.raises(SetupError, match=r'python3\.11-venv on Debian'):
        choose(None, environ, fake(answers), no_uv)


@pytest.mark.parametrize(
    ('answer', 'message'),
    [
        (None, 'does not run'),
        (('3.12', True, True), r'is Python 3\.12; name a Python 3\.11'),
        (('3.10', False, True), 'lacks the modules venv'),
    ],
)
def test_users_choice_that_does_not_fit(machine, answer, message):
    environ, paths = machine
    with pytest.raises(SetupError, match=message):
        choose('python3', environ, fake({paths['default']: answer}), no_uv)


def test_users_choice_is_taken(machine):
    environ, paths = machine
    answers = {paths['old']: ('3.10', True, False)}
    assert choose(paths['old'], environ, fake(answers), no_uv).version == '3.10'


def test_probe_of_this_interpreter():
    found = probe(sys.executable)
    assert found.version == f'{sys.version_info[0]}.{sys.version_info[1]}'


@pytest.mark.parametrize('content', ['#!/bin/sh\nexit 127\n', '#!/bin/sh\necho hi\n'])
def test_probe_of_what_is_no_python(tmp_path, content):
    assert probe(program(tmp_path, 'python3.11', content)) is None
    assert probe(str(tmp_path / 'absent')) is None
