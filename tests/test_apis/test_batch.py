"""A folder of films to a folder of reports."""

import csv
import json
import os
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import pytest

from spondylo_mmpose.apis import batch
from spondylo_mmpose.apis.batch import Batch, prepare
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import read_report, write_report
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_film_report.helpers import SLIPS, FakeModel
from tests.test_imaging.helpers import dicom

OPTIONS = ReportOptions(facing='left')
GREY = np.full((640, 640), 90, np.uint8)


@pytest.fixture
def films(tmp_path):
    """Five films and four that are none."""
    root = tmp_path / 'films'
    (root / 'deep').mkdir(parents=True)
    for number, name in enumerate(('one.png', 'deep/one.png', '<b>&"q".png')):
        cv2.imwrite(str(root / name), GREY + number)
    cv2.imwrite(str(root / 'black.png'), np.zeros_like(GREY))  # breaks the model
    whole = cv2.imencode('.jpg', np.random.default_rng(0).integers(
        0, 255, GREY.shape).astype(np.uint8))[1].tobytes()  # fmt: skip
    (root / 'whole.jpg').write_bytes(whole)
    (root / 'cut.jpg').write_bytes(whole[: len(whole) // 2])
    (root / 'text.png').write_text('no film')
    (root / 'empty.tif').touch()
    (root / 'IM0001').write_bytes(dicom(GREY + 9, PixelSpacing=[0.5, 0.5]))
    return root


def run(inputs, out, model=None, options=OPTIONS, again=None):
    model = FakeModel() if model is None else model
    named = prepare(inputs, out, again == 'skip', again == 'force')
    reporter = FilmReporter(model, batch_size=3)
    return Batch(reporter, named, out, options).run(again == 'skip')


def table(path):
    with path.open(newline='', encoding='utf-8-sig') as stream:
        return list(csv.DictReader(stream))


def test_reports_are_written_while_the_model_goes_on(tmp_path, monkeypatch):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f'{number}.png'), GREY + number)
    goes_on, written = threading.Event(), []

    class Model(FakeModel):
        calls = 0

        def find(self, films, quick=False):
            self.calls += 1
            if self.calls == 2:
                goes_on.set()
            return super().find(films)

    def late(path, *rest):
        assert goes_on.wait(60), 'the model waits until the report is written'
        written.append(path.name)
        write_report(path, *rest)

    monkeypatch.setattr(batch, 'write_report', late)
    named = prepare([tmp_path / '*.png'], tmp_path / 'out')
    done = Batch(FilmReporter(Model(), batch_size=1), named, tmp_path / 'out').run()
    assert done.measured == 3
    assert written == ['0.json', '1.json', '2.json']


def test_a_full_disk_stops_the_batch(films, tmp_path, monkeypatch):
    def full(path, *_):
        raise SpondyloError(f'{path}: no space left')

    monkeypatch.setattr(batch, 'write_report', full)
    with pytest.raises(SpondyloError, match='no space left'):
        run([films], tmp_path / 'out')
    assert not list((tmp_path / 'out').glob('*one*.json'))


def test_a_name_that_is_no_text_stops_no_batch(tmp_path):
    film = tmp_path / os.fsdecode(b'films/a\xff.png')
    film.parent.mkdir()
    film.write_bytes(cv2.imencode('.png', GREY)[1].tobytes())
    out = tmp_path / 'out'
    assert run([film.parent], out).measured == 1
    assert run([film.parent], out, again='skip').kept == 1
    assert 'a%FF.png' in (out / 'index.html').read_text()
    assert table(out / 'summary.csv')[0]['report'] == 'a .json'


def test_bad_films_stop_no_other_and_are_named(films, tmp_path, capsys):
    out = tmp_path / 'out'
    outcome = run([films], out)
    assert (outcome.measured, outcome.kept, outcome.failed) == (5, 0, 4)
    said = '\n'.join(outcome.lines()) + ''.join(capsys.readouterr())
    assert '4 films failed' in said
    assert 'failures.csv' in said
    for path in films.rglob('*'):
        assert path.name not in said
    failures = {Path(row['film']).name: row['reason'] for row in table(
        out / 'failures.csv')}  # fmt: skip
    assert failures.keys() == {'black.png', 'cut.jpg', 'text.png', 'empty.tif'}
    assert failures['black.png'] == 'the model failed: RuntimeError: no light'
    assert failures['empty.tif'] == 'is empty; copy or export the film again'
    assert failures['cut.jpg'].startswith('cannot be read as an image: damaged')
    reports = sorted(path.stem for path in out.glob('*.json'))
    pictures = sorted(path.stem for path in out.glob('*.png'))
    assert len(pictures) == 5
    assert reports == sorted([*pictures, 'predict'])
    assert sum(stem.startswith('one-') for stem in pictures) == 2
    assert not [path for path in out.iterdir() if path.name.startswith('.')]


def test_the_table(films, tmp_path):
    run([films], tmp_path / 'out')
    rows = table(tmp_path / 'out' / 'summary.csv')
    assert len(rows) == 5 * 5
    first = [row for row in rows if row['film'].endswith('IM0001')]
    assert [float(row['slip_percent']) for row in first] == SLIPS
    assert [row['slip_mm'] for row in first][:2] == ['10.0', '-5.0']
    assert [row['grade'] for row in first] == ['I', 'I', '0', '0', '0']
    assert {row['slip_mm'] for row in rows if row not in first} == {''}
    assert {row['report'] for row in rows} == {
        path.name for path in (tmp_path / 'out').glob('*.json')
    } - {'predict.json'}


def test_the_page_asks_for_nothing_but_what_lies_beside_it(films, tmp_path):
    out = tmp_path / 'out'
    run([films], out)
    text = (out / 'index.html').read_text()
    assert '<b>&"q"' not in text
    assert '&lt;b&gt;&amp;&#34;q&#34;' in text
    assert text.count('<figure>') == 5
    assert 'the model failed: RuntimeError: no light' in text

    class Addresses(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found = set()

        def handle_starttag(self, tag, attributes):
            assert tag != 'script'
            for name, value in attributes:
                if name in ('src', 'href') and not value.startswith('data:'):
                    self.found.add(unquote(value))

    addresses = Addresses()
    addresses.feed(text)
    assert len(addresses.found) == 15
    for address in addresses.found:
        assert (out / address).is_file()


def times(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_a_run_goes_on_where_it_was(films, tmp_path):
    out = tmp_path / 'out'
    run([films], out)
    before = times(out)
    (out / 'IM0001.json').unlink()
    cv2.imwrite(str(films / 'whole.jpg'), GREY)  # another film under the name
    model = FakeModel()
    outcome = run([films], out, model, again='skip')
    assert (outcome.measured, outcome.kept, outcome.failed) == (2, 3, 4)
    after = times(out)
    new = {name for name in after if after[name] != before[name]}
    assert new == {
        'IM0001.json', 'IM0001.png', 'IM0001.html', 'whole.json', 'whole.png',
        'whole.html', 'summary.csv', 'failures.csv', 'index.html', 'predict.json',
    }  # fmt: skip
    # Of kept films the tables tell as of the others.
    assert len(table(out / 'summary.csv')) == 5 * 5
    assert (out / 'index.html').read_text().count('<figure>') == 5


@pytest.mark.parametrize('change', ['options', 'model', 'picture', 'page', 'damage'])
def test_what_would_come_out_otherwise_is_not_kept(films, tmp_path, change):
    inputs, out = [films / 'one.png'], tmp_path / 'out'
    run(inputs, out)
    model, options = FakeModel(), OPTIONS
    if change == 'options':
        options = ReportOptions(facing='right')
    elif change == 'model':
        model.facts = model.facts.__class__('another', model.facts.parts)
    elif change in ('picture', 'page'):
        (out / f'one.{"png" if change == "picture" else "html"}').unlink()
    else:
        (out / 'one.json').write_text('{')
    assert run(inputs, out, model, options, again='skip').measured == 1
    assert run(inputs, out, model, options, again='skip').kept == 1


def test_going_on_never_replaces_the_report_of_another_film(films, tmp_path):
    out, other = tmp_path / 'out', tmp_path / 'other'
    other.mkdir()
    run([films / 'one.png'], out)
    before = (out / 'one.json').read_bytes()
    cv2.imwrite(str(other / 'One.png'), GREY + 50)
    outcome = run([other], out, again='skip')
    assert (outcome.measured, outcome.failed) == (1, 0)
    assert (out / 'one.json').read_bytes() == before
    (name,) = {p.stem for p in out.glob('One-*.json')}
    assert read_report(out / f'{name}.json').film.name == 'One.png'
    # Both keep their names from then on, together or alone.
    outcome = run([films / 'one.png', other], out, again='skip')
    assert (outcome.measured, outcome.kept) == (0, 2)
    # A film that was moved is the same film.
    moved = tmp_path / 'moved'
    moved.mkdir()
    (films / 'one.png').rename(moved / 'one.png')
    assert run([moved], out, again='skip').kept == 1


def test_review_pages_are_left_out_on_request(films, tmp_path):
    out = tmp_path / 'out'
    run([films / 'one.png'], out)
    assert (out / 'one.html').is_file()
    named = prepare([films / 'one.png'], out, force=True)
    Batch(FilmReporter(FakeModel()), named, out, OPTIONS, review=False).run()
    assert not (out / 'one.html').exists()
    assert 'one.html' not in (out / 'index.html').read_text()


def test_a_film_of_the_name_of_the_page(films, tmp_path):
    (films / 'text.png').rename(films / 'index.txt')
    cv2.imwrite(str(films / 'index.png'), GREY)
    out = tmp_path / 'out'
    run([films / 'index.png'], out)
    (report,) = (path for path in out.glob('*.json') if path.name != 'predict.json')
    assert report.stem.startswith('index-')
    assert 'Slips between vertebrae' in (out / 'index.html').read_text()


def test_a_film_that_fails_now_leaves_no_report_of_before(films, tmp_path):
    inputs, out = [films / 'one.png'], tmp_path / 'out'
    run(inputs, out)
    (films / 'one.png').write_text('no film')
    assert run(inputs, out, again='skip').failed == 1
    assert {path.name for path in out.iterdir()} == {
        'failures.csv', 'index.html', 'predict.json', 'summary.csv',
    }  # fmt: skip
    cv2.imwrite(str(films / 'one.png'), GREY)
    assert run(inputs, out, again='skip').measured == 1
    assert not (out / 'failures.csv').exists()


def test_earlier_results_are_replaced_on_request_only(films, tmp_path):
    out = tmp_path / 'out'
    run([films / 'one.png'], out)
    with pytest.raises(SpondyloError, match='holds reports already; go on with'):
        prepare([films / 'one.png'], out)
    assert run([films / 'one.png'], out, again='force').measured == 1


def test_a_folder_of_somebody_else_is_left_alone(films, tmp_path):
    (tmp_path / 'other').mkdir()
    (tmp_path / 'other' / 'thesis.docx').touch()
    for force in (False, True):
        with pytest.raises(SpondyloError, match='holds other files'):
            prepare([films], tmp_path / 'other', force=force)
    with pytest.raises(SpondyloError, match='lies in the source'):
        prepare([films], films / 'out')


def test_what_an_interrupted_run_leaves_is_gone_on_with(films, tmp_path):
    class Stopped(FakeModel):
        def find(self, films, quick=False):
            if len(self.sizes) == 4:  # a batch with a bad film, then one by one
                raise KeyboardInterrupt
            return super().find(films)

    out = tmp_path / 'out'
    with pytest.raises(KeyboardInterrupt):
        run([films], out, Stopped())
    assert json.loads((out / 'predict.json').read_text())['status'] == 'running'
    done = len(list(out.glob('*.json'))) - 1
    assert done == 2
    assert run([films], out, again='skip').kept == done
    assert json.loads((out / 'predict.json').read_text())['status'] == 'finished'


def test_equal_films_give_equal_files(films, tmp_path):
    for name in ('first', 'second'):
        run([films], tmp_path / name)
    for path in (tmp_path / 'first').glob('*.json'):
        if path.name != 'predict.json':
            assert path.read_bytes() == (tmp_path / 'second' / path.name).read_bytes()
            assert read_report(path).film.sha256 in path.read_text()
