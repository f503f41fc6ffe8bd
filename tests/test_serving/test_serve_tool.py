"""The command that starts the server."""

import argparse
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

pytest.importorskip('flask', reason='flask is in requirements/serve.txt')

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.serving import serve_tool
from spondylo_mmpose.serving.serve_tool import add_options, serve
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    monkeypatch.setattr(serve_tool, 'known_models', dict)


def parsed(*words):
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args(list(map(str, words)))


@pytest.mark.parametrize('end', [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_ended(tmp_path, end, monkeypatch):
    monkeypatch.setenv('SPONDYLO_MODELS', '')
    command = [sys.executable, ROOT / 'tools' / 'serve.py', tmp_path / 'x', '--port', 0]
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = ''
        while 'Ctrl-C' not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        (address,) = re.findall(r'http://127\.0\.0\.1:\d+/', said)
        with urllib.request.urlopen(address + 'api/films') as answer:
            assert answer.read().strip() == b'{"films":[],"measuring":null}'
        process.send_signal(end)
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, '')
    assert out.startswith('ended; 0 films reviewed in ')


def test_a_wide_address_is_warned_of(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(serve_tool, '_run', lambda server: None)
    assert serve(parsed(tmp_path / 'x', '--host', '0.0.0.0', '--port', '0')) == 0
    said = capsys.readouterr().out
    assert said.count('WARNING: 0.0.0.0 can be reached from other machines') == 1
    assert serve(parsed('--out', tmp_path / 'x', '--port', '0')) == 0
    assert 'WARNING' not in capsys.readouterr().out


@pytest.mark.parametrize(
    ('words', 'complaint'),
    [
        ([], 'name one folder'),
        (['a', '--out', 'b'], 'name one folder'),
        (['a', '--port', '70000'], 'ports to 65535'),
        (['a', '--spacing', 'x'], '--spacing x'),
        (['a', '--model', 'no-such'], 'no-such: neither a model'),
        (['a', '--host', '203.0.113.7'], '203.0.113.7:8765: cannot listen there'),
    ],
)
def test_commands_that_make_no_sense(tmp_path, monkeypatch, words, complaint):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpondyloError, match=complaint):
        serve(parsed(*words))


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SpondyloError, match=r'cannot listen there .*in use'):
            serve(parsed(tmp_path / 'x', '--port', port))


def test_one_server_at_a_time(tmp_path, monkeypatch):
    tried = []

    def run(server):
        with pytest.raises(SpondyloError, match='another program writes there'):
            serve(parsed(tmp_path / 'x', '--port', '0'))
        tried.append(server)

    monkeypatch.setattr(serve_tool, '_run', run)
    assert serve(parsed(tmp_path / 'x', '--port', '0')) == 0
    assert tried


def test_without_flask(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'waitress.server', None)
    with pytest.raises(SpondyloError, match=r'spondylo_mmpose\[serve\]'):
        serve(parsed(tmp_path / 'x'))
