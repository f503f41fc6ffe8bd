import json

import pytest

from spondylo_mmpose.benchmarks.speed_tables import TABLES
from spondylo_mmpose.benchmarks.tables import (
    MISSING,
    fill_page,
    update_page,
    without_folders,
)
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT
from tests.test_benchmarks.test_speed_tables import RESULTS

DOCS = ROOT / 'docs'
PAGE = 'Before\n\n<!-- table: decoding -->\nold\n<!-- end of table -->\n\nAfter\n'


def test_the_page_shows_what_its_files_hold():
    text = (DOCS / 'speed.md').read_text()
    assert fill_page(text, DOCS / 'benchmarks') == text
    assert all(f'<!-- table: {name} -->' in text for name in TABLES)


def test_the_files_tell_of_no_folder():
    for path in (DOCS / 'benchmarks').glob('*.json'):
        content = json.loads(path.read_text())
        assert without_folders(content) == content
        assert path.stat().st_size < 100_000
        assert path.stem in TABLES


def test_tables_stand_between_the_marks(tmp_path):
    assert fill_page(PAGE, tmp_path).split('\n') == [
        'Before', '', '<!-- table: decoding -->', '', MISSING, '',
        '<!-- end of table -->', '', 'After', '',
    ]  # fmt: skip
    (tmp_path / 'decoding.json').write_text(json.dumps(RESULTS['decoding']))
    filled = fill_page(PAGE, tmp_path)
    assert '| UDPHeatmap (MMPose)' in filled
    assert MISSING not in filled
    assert 'old' not in filled
    assert fill_page(filled, tmp_path) == filled


def test_what_does_not_fit(tmp_path):
    with pytest.raises(SpondyloError, match='the page has no place for a table'):
        fill_page('Words', tmp_path)
    with pytest.raises(SpondyloError, match='colours: no such table; there are data_'):
        fill_page(PAGE.replace('decoding', 'colours'), tmp_path)
    (tmp_path / 'decoding.json').write_text('{"rows": 3}')
    with pytest.raises(SpondyloError, match=r'decoding\.json: is not what .* writes'):
        fill_page(PAGE, tmp_path)


def test_newer_files_are_kept(tmp_path):
    page, kept, measured = (tmp_path / name for name in ('page.md', 'kept', 'measured'))
    page.write_text(PAGE)
    measured.mkdir()
    with pytest.raises(SpondyloError, match='holds no result'):
        update_page(page, kept, measured)
    result = {**RESULTS['decoding'], 'notes': ['of /home/me/films/a.py here']}
    (measured / 'decoding.json').write_text(json.dumps(result))
    (measured / 'other.json').write_text('{}')
    assert update_page(page, kept, measured) == [kept / 'decoding.json', page]
    assert json.loads((kept / 'decoding.json').read_text())['notes'] == ['of a.py here']
    before = page.read_text()
    (kept / 'decoding.json').write_text('{}')
    with pytest.raises(SpondyloError, match=r'page\.md: .*decoding\.json'):
        update_page(page, kept)
    assert page.read_text() == before


@pytest.mark.parametrize(
    ('text', 'left'),
    [
        ('/home/me/a.py', 'a.py'),
        ('/a.py: no; /tmp/x/b.onnx: yes', '/a.py: no; b.onnx: yes'),
        ('films/s and 1/2', 'films/s and 1/2'),
        ('https://x.org/a/b', 'https://x.org/a/b'),
        ('configs/maht/a.py', 'configs/maht/a.py'),
    ],
)
def test_folders_are_left_out(text, left):
    assert without_folders({'a': [text, 1, None]}) == {'a': [left, 1, None]}


def test_nothing_named_is_nothing_done(run_tool):
    result = run_tool('benchmarks/tables.py')
    assert result.returncode == 0
    assert result.stdout.startswith('skipped: name the folder')
