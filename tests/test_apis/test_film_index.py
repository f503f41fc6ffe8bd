"""Which films the reports in a folder are of."""

from pathlib import Path

import pytest

from spondylo_mmpose.apis.film_index import RUN, FilmIndex
from spondylo_mmpose.film_report.report_json import write_report
from spondylo_mmpose.utils.io import write_json
from tests.test_film_report.helpers import report_of


@pytest.fixture
def folder(tmp_path):
    """Reports of two films; that of a third is gone."""
    films = {name: str(tmp_path / f'{name}.png') for name in ('a', 'B', 'gone')}
    for name in ('a', 'B'):
        write_report(tmp_path / f'{name}.json', report_of())
    write_json(tmp_path / RUN, {'status': 'finished', 'reports': films})
    return tmp_path


def test_films_of_reports_that_are_there(folder):
    index = FilmIndex.of(folder)
    assert index.films == {'a': folder / 'a.png', 'B': folder / 'B.png'}
    assert index.stem_of(folder / 'B.png') == 'B'
    assert index.stem_of(folder / 'b.png') is None


def test_whose_a_report_is(folder):
    index = FilmIndex.of(folder)
    (folder / 'other.png').write_bytes(b'another film')
    assert index.is_of_another('b', folder / 'other.png')
    assert not index.is_of_another('B', folder / 'B.png')
    assert not index.is_of_another('new', folder / 'other.png')


def test_films_of_further_reports_stand_beside_those_of_before(folder, monkeypatch):
    monkeypatch.chdir(folder)
    made = FilmIndex.of(folder).extended({'a': Path('new/a.png'), 'c': Path('c.png')})
    assert made == {
        'a': str(folder / 'new' / 'a.png'),
        'B': str(folder / 'B.png'),
        'c': str(folder / 'c.png'),
    }


@pytest.mark.parametrize(
    'content', ['', 'no JSON', '[]', '{}', '{"reports": [1]}', '{"reports": {"a": 1}}']
)
def test_a_damaged_record_tells_nothing(folder, content):
    (folder / RUN).write_text(content)
    assert FilmIndex.of(folder).films == {}
    (folder / RUN).unlink()
    assert FilmIndex.of(folder).films == {}
