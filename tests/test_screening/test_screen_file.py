"""Limits written and read."""

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.screening import Limit, ScreenLimits, load_screen, write_screen
from tests.helpers import edit_json

LIMITS = ScreenLimits(
    {'askew': Limit(30.5, 50.0), 'scores': Limit(0.5, None)}, {'films': 100}
)


@pytest.fixture
def path(tmp_path):
    return write_screen(tmp_path / 'made' / 'screen.json', LIMITS)


def test_there_and_back(path):
    assert load_screen(path) == LIMITS


def put(*keys, value):
    def change(content):
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        (put('format', value='spondylo_mmpose uncertainty'), 'needs "format"'),
        (put('format_version', value='2.0'), "has format_version '2.0'"),
        (put('format_version', value=1), 'has format_version 1'),
        (put('limits', value={}), 'that is not empty'),
        (put('limits', value=[1]), 'that is not empty'),
        (put('facts', value=None), 'and one facts'),
        (put('limits', 'age', value={}), "has 'age', which is none of"),
        (put('limits', 'askew', value=3), 'askew needs caution and refusal'),
        (put('limits', 'askew', 'least', value=3), 'askew needs caution and refusal'),
        (put('limits', 'askew', 'caution', value='3'), "askew: '3' is no positive"),
        (put('limits', 'askew', 'caution', value=True), 'True is no positive'),
        (put('limits', 'askew', 'caution', value=0), 'askew: 0 is no positive'),
        (put('limits', 'askew', 'caution', value=50.5), 'askew refuses what it does'),
    ],
)
def test_what_is_no_such_file_is_one_line(path, change, complaint):
    edit_json(path, change)
    with pytest.raises(SpondyloError, match=complaint) as raised:
        load_screen(path)
    assert str(raised.value).startswith(f'{path}: ')
    assert str(raised.value).endswith('write it with tools/fit_screen.py')
    assert '\n' not in str(raised.value)


@pytest.mark.parametrize('text', ['', '{', '[]', '{"limits": NaN}', '\x00'])
def test_damaged_files(tmp_path, text):
    path = tmp_path / 'screen.json'
    path.write_text(text)
    with pytest.raises(SpondyloError, match=r'screen\.json'):
        load_screen(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(SpondyloError, match=r'none\.json'):
        load_screen(tmp_path / 'none.json')
