"""A folder of films, reports and reviews."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from spondylo_mmpose.apis.batch import Batch, prepare
from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import read_report, write_report
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.imaging import read_radiograph
from spondylo_mmpose.serving.folder_files import safe_stem
from spondylo_mmpose.serving.store import ConflictError, Store
from tests.test_film_report.helpers import FakeModel
from tests.test_review.test_remeasuring import moved, told_of

OPTIONS = ReportOptions(facing='left')
GREY = np.random.default_rng(0).integers(0, 200, (640, 640)).astype(np.uint8)


def png(pixels=GREY):
    return cv2.imencode('.png', pixels)[1].tobytes()


@pytest.fixture
def run_folder(tmp_path):
    """What tools/predict.py writes of two films and one that is none."""
    films = tmp_path / 'films'
    films.mkdir()
    for number, name in enumerate(('=one.png', 'two.png')):
        cv2.imwrite(str(films / name), np.roll(GREY, number))
    (films / 'text.png').write_text('no film')
    out = tmp_path / 'out'
    Batch(FilmReporter(FakeModel()), prepare([films], out), out, OPTIONS).run()
    return out


def by_name(store):
    return {one.name: one for one in store.entries()}


def test_a_folder_of_predict(run_folder):
    store = Store(run_folder)
    found = by_name(store)
    assert {name: one.status for name, one in found.items()} == {
        '=one.png': 'reported', 'two.png': 'reported', 'text.png': 'failed',
    }  # fmt: skip
    assert 'cannot be read as an image' in found['text.png'].failed
    np.testing.assert_array_equal(found['=one.png'].pixels(), GREY)
    assert len({one.id for one in store.entries()}) == 3
    assert not any('one' in one.id for one in store.entries())


def test_a_review_is_kept_and_becomes_training_data(run_folder):
    store = Store(run_folder)
    entry = by_name(store)['two.png']
    told = moved(told_of(entry.report), 1, 3, (7, 0))
    saved = store.save(entry, told)
    assert (entry.status, entry.note) == ('corrected', '')
    assert saved.pairs[0].slip_percent == 13.0
    assert read_report(run_folder / 'reviewed' / 'two.json') == saved
    assert read_report(run_folder / 'two.json') == entry.report  # the model's word

    again = by_name(Store(run_folder))['two.png']
    assert again.reviewed == saved
    root = run_folder / 'reviewed' / 'coco'
    content = read_annotation_file(root / 'annotations' / 'train.json')
    (image,) = content['images']
    assert 'two' not in json.dumps(content)
    film = read_radiograph(root / 'images' / image['file_name'])
    np.testing.assert_array_equal(film.pixels, entry.pixels())
    corners = [
        np.reshape(a['keypoints'], (4, 3))[:, :2] for a in content['annotations']
    ]
    np.testing.assert_allclose(corners, [one.corners for one in saved.vertebrae])
    assert [a['level'] for a in content['annotations']][:2] == ['S1', 'L5']
    assert [a['review'] for a in content['annotations']][:2] == [
        'accepted',
        'corrected',
    ]
    assert image['group'] == entry.report.film.sha256


def test_a_review_is_withdrawn(run_folder):
    store = Store(run_folder)
    entry = by_name(store)['two.png']
    store.save(entry, told_of(entry.report))
    assert entry.status == 'accepted'
    store.withdraw(entry)
    assert entry.status == 'reported'
    left = [
        path.name for path in (run_folder / 'reviewed').rglob('*') if path.is_file()
    ]
    assert left == []


def test_a_review_of_an_earlier_report_is_not_shown_as_one_of_this(run_folder):
    store = Store(run_folder)
    entry = by_name(store)['two.png']
    store.save(entry, told_of(entry.report))
    path = run_folder / 'two.json'
    changed = replace(entry.report, package_version='0.0.1')
    path.write_text(changed.to_json())
    again = by_name(Store(run_folder))['two.png']
    assert again.status == 'reported'
    assert again.note == 'its review is of another report, made of it before'
    with pytest.raises(SpondyloError, match='is of another report'):
        Store(run_folder).save(again, told_of(entry.report))


def test_a_review_that_somebody_made_meanwhile_is_not_replaced(run_folder):
    store = Store(run_folder)
    entry = by_name(store)['two.png']
    begun = entry.state
    first = store.save(entry, told_of(entry.report, who='Ann'), begun)
    told = moved(told_of(entry.report), 1, 3, (7, 0))
    with pytest.raises(ConflictError, match='Ann reviewed it at 20'):
        store.save(entry, told, begun)
    assert entry.reviewed == first
    store.save(entry, told, entry.state)
    assert entry.status == 'corrected'
    seen = entry.state
    store.withdraw(entry)
    with pytest.raises(ConflictError, match='was withdrawn'):
        store.save(entry, told, seen)


def test_a_review_that_a_page_saved_is_taken_up(run_folder):
    entry = by_name(Store(run_folder))['two.png']
    told = moved(told_of(entry.report, who='Ann'), 1, 3, (7, 0))
    # Browsers number copies; the numbers of a page are not believed.
    beside = run_folder / 'two.reviewed (1).json'
    write_report(beside, told)
    (run_folder / 'two.coco.json').write_text('{}')
    (run_folder / 'two.coco (2).json').write_text('{}')
    store = Store(run_folder)
    assert set(by_name(store)) == {'=one.png', 'two.png', 'text.png'}
    entry = by_name(store)['two.png']
    assert (entry.status, entry.reviewed.review.who) == ('corrected', 'Ann')
    assert entry.reviewed.pairs[0].slip_percent == 13.0
    assert read_report(run_folder / 'reviewed' / 'two.json') == entry.reviewed
    assert not beside.exists()
    assert store.training.annotations.is_file()


def test_a_review_of_no_report_here_is_left_where_it_is(run_folder):
    entry = by_name(Store(run_folder))['two.png']
    beside = run_folder / 'other.reviewed.json'
    write_report(beside, told_of(entry.report, origin_sha256='0' * 64))
    store = Store(run_folder)
    assert set(by_name(store)) == {'=one.png', 'two.png', 'text.png'}
    assert beside.is_file()


def test_films_are_found_from_any_folder_and_of_all_runs(tmp_path, monkeypatch):
    films, out = tmp_path / 'PAT  01', tmp_path / 'out'
    films.mkdir()
    for number, name in enumerate(('a  b.png', 'c.png')):
        cv2.imwrite(str(films / name), np.roll(GREY, number))
    monkeypatch.chdir(tmp_path)
    for one in sorted(films.iterdir()):
        named = prepare([one.relative_to(tmp_path)], out, force=True)
        Batch(FilmReporter(FakeModel()), named, out, OPTIONS).run()
    monkeypatch.chdir(out)
    store = Store(out)
    assert {one.film for one in store.entries()} == set(films.iterdir())


def test_a_film_that_is_gone_is_reviewed_but_trains_nothing(run_folder, tmp_path):
    (tmp_path / 'films' / 'two.png').unlink()
    store = Store(run_folder)
    entry = by_name(store)['two.png']
    store.save(entry, told_of(entry.report))
    assert entry.status == 'accepted'
    assert entry.note == (
        'is no training data: the file of the film is not where it was'
    )
    # Its page holds a picture to look at.
    assert entry.picture(run_folder / 'two.html').startswith('data:image/jpeg;base64,')


def test_uploads(tmp_path):
    store = Store(tmp_path / 'new')
    entry, is_new = store.add('../../ev<i>l.png', png(), 'a' * 64)
    assert is_new
    assert entry.film.parent == tmp_path / 'new' / 'films'
    assert entry.status == 'new'
    assert store.add('other.png', png(), 'a' * 64) == (entry, False)
    (result,) = FilmReporter(FakeModel()).each([entry.film], OPTIONS)
    store.finish(entry, result)
    assert entry.status == 'reported'
    bad, _ = store.add('bad.png', b'text', 'b' * 64)
    (result,) = FilmReporter(FakeModel()).each([bad.film], OPTIONS)
    store.finish(bad, result)
    again = {one.id: one.status for one in Store(tmp_path / 'new').entries()}
    assert again == {entry.id: 'reported', bad.id: 'failed'}
    assert store.add('bad.png', b'text', 'b' * 64) == (bad, True)  # once more
    with pytest.raises(SpondyloError, match='waits or is measured now'):
        store.remove(bad)
    store.fail(bad, 'no film')
    store.remove(entry)
    store.remove(bad)
    left = [path.name for path in (tmp_path / 'new').rglob('*') if path.is_file()]
    assert left == ['serve.json']


@pytest.mark.parametrize(
    ('name', 'stem'),
    [
        ('a b.PNG', 'a b'),
        ('C:\\films\\x.dcm', 'x'),
        ('../../etc/passwd', 'passwd'),
        ('', 'film'),
        ('...', 'film'),
        ('.png', 'png'),
        ('predict.png', 'predict-01234567'),
        ('INDEX.png', 'INDEX-01234567'),
        ('Taken.png', 'Taken-01234567'),
        ('IM.0001', 'IM.0001'),
        ('ünï\x00\n/<b>.png', '_b_'),
        (100 * 'ü' + '.png', 40 * 'ü'),
    ],
)
def test_names_of_uploads_are_tamed(name, stem):
    assert safe_stem(name, {'taken'}, '0123456789') == stem


def test_folders_of_others_are_left_alone(tmp_path):
    (tmp_path / 'thesis.docx').touch()
    with pytest.raises(SpondyloError, match='holds other files'):
        Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ['thesis.docx']


@pytest.mark.parametrize(
    'content',
    [
        '{',
        '[]',
        '{"format": "other"}',
        '{"format": "spondylo_mmpose reviews of films", "format_version": "2.0"}',
        '{"format": "spondylo_mmpose reviews of films", "format_version": "1.0", '
        '"films": [{"stem": "../x", "file": "x", "name": "x", "sha256": "x", '
        '"failed": null}]}',
    ],
)
def test_a_damaged_record_is_told(tmp_path, content):
    (tmp_path / 'serve.json').write_text(content)
    with pytest.raises(SpondyloError, match=r'serve\.json: '):
        Store(tmp_path)


def test_damaged_reports_and_reviews_stop_nothing(run_folder):
    store = Store(run_folder)
    entry = by_name(store)['two.png']
    store.save(entry, told_of(entry.report))
    (run_folder / 'reviewed' / 'two.json').write_text('{')
    (run_folder / '=one.json').write_text('[]')
    found = {one.stem: one for one in Store(run_folder).entries()}
    assert found['=one'].failed.startswith('is no report')
    assert found['two'].status == 'reported'
    assert found['two'].note.startswith('its review is no report')
