"""The server, asked without a network."""

import json
import logging
import threading

import cv2
import pytest

pytest.importorskip('flask', reason='flask is in requirements/serve.txt')

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import decode_report, encode_report
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.summary import COLUMNS
from spondylo_mmpose.serving.app import MIB, create_app
from spondylo_mmpose.serving.security import Guard
from spondylo_mmpose.serving.store import Store
from spondylo_mmpose.serving.worker import Worker
from tests.test_film_report.helpers import FakeModel
from tests.test_imaging.helpers import dicom
from tests.test_review.test_remeasuring import moved, told_of
from tests.test_serving.test_store import GREY, OPTIONS, png

HOST = 'http://127.0.0.1:8765'


class Client:
    """A page of the server."""

    def __init__(self, app, token):
        self._client, self.token = app.test_client(), token

    def get(self, path, **options):
        return self._client.get(path, base_url=HOST, **options)

    def send(self, path, data=b'', method='POST', **headers):
        told = {'X-Spondylo-Token': self.token, 'Origin': HOST, **headers}
        told = {k.replace('_', '-'): v for k, v in told.items() if v is not None}
        return self._client.open(
            path, method=method, base_url=HOST, data=data, headers=told
        )


@pytest.fixture
def server(tmp_path):
    store, guard = Store(tmp_path / 'folder'), Guard.for_host('127.0.0.1')
    worker = Worker(store, FilmReporter(FakeModel()), OPTIONS)
    app = create_app(store, guard, worker, 'fake', 4 * MIB)
    client = Client(app, guard.token)
    client.store, client.worker = store, worker
    yield client
    assert worker.stop()


def measured(server, name='A. Patient.png', content=None):
    """Id of a film that was uploaded and measured."""
    answer = server.send(f'/api/films?name={name}', content or png())
    assert answer.status_code == 201, answer.json
    server.worker.wait()
    return answer.json['film']['id']


def statuses(server):
    return {one['id']: one['status'] for one in server.get('/api/films').json['films']}


def test_a_film_goes_its_way(server):
    key = measured(server)
    assert statuses(server) == {key: 'reported'}
    page = server.get(f'/films/{key}').get_data(as_text=True)
    assert '"review": "/api/films/' in page
    report = server.store.entry(key).report
    told = moved(told_of(report), 1, 3, (7, 0))
    answer = server.send(f'/api/films/{key}/review', encode_report(told))
    assert answer.status_code == 200
    assert decode_report(json.dumps(answer.json['report'])).pairs[0].slip_percent == 13
    assert statuses(server) == {key: 'corrected'}
    table = server.get('/export/summary.csv').get_data().decode('utf-8-sig')
    lines = table.splitlines()
    assert lines[0].split(',') == list(COLUMNS)
    assert lines[1].startswith('A. Patient.png,A. Patient.json,6,S1,')
    assert ',13.0,' in lines[1]
    coco = server.get('/export/coco.json').json
    assert len(coco['annotations']) == 6
    assert server.send(f'/api/films/{key}/review', method='DELETE').status_code == 200
    assert statuses(server) == {key: 'reported'}
    assert server.get('/export/coco.json').status_code == 404
    assert server.get(f'/films/{key}/thumbnail.jpg').mimetype == 'image/jpeg'
    assert server.send(f'/api/films/{key}', method='DELETE').status_code == 200
    assert statuses(server) == {}


def test_who_comes_second_is_told(server):
    key = measured(server)
    page = server.get(f'/films/{key}').get_data(as_text=True)
    assert '"before": ""' in page
    report = server.store.entry(key).report
    text = encode_report(told_of(report, who='Ann'))
    first = server.send(f'/api/films/{key}/review', text, X_Spondylo_Before='')
    assert (first.status_code, first.json['before']) == (
        200,
        server.store.entry(key).state,
    )
    told = encode_report(moved(told_of(report), 1, 3, (7, 0)))
    second = server.send(f'/api/films/{key}/review', told, X_Spondylo_Before='')
    assert second.status_code == 409
    assert second.json['error'].startswith('Ann reviewed it at ')
    assert second.json['before'] == first.json['before']
    assert statuses(server) == {key: 'accepted'}
    answer = server.send(
        f'/api/films/{key}/review', told, X_Spondylo_Before=second.json['before']
    )
    assert (answer.status_code, statuses(server)) == (200, {key: 'corrected'})


def test_dicom_comes_in_too(server):
    key = measured(server, 'IM0001', dicom(GREY, PixelSpacing=[0.5, 0.5]))
    report = server.store.entry(key).report
    assert (report.film.format, report.pairs[0].slip_mm) == ('DICOM', 10.0)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'no film at all', 'cannot be read as an image'),
        (png()[:2000], 'cannot be read as an image'),
        (cv2.imencode('.png', GREY * 0)[1].tobytes(), 'the model failed'),
    ],
)
def test_films_that_are_none_are_named(server, content, reason):
    key = measured(server, 'x.png', content)
    (film,) = server.get('/api/films').json['films']
    assert (film['id'], film['status']) == (key, 'failed')
    assert film['failed'].startswith(reason)
    assert str(server.store.folder) not in film['failed']
    assert server.get(f'/films/{key}').status_code == 400


@pytest.mark.parametrize(
    ('text', 'complaint'),
    [
        (b'', 'is no report'),
        (b'{"a": NaN}', 'NaN is not a number'),
        (b'[1]', 'needs "format"'),
        (b'\xff', 'is no UTF-8'),
    ],
)
def test_reviews_that_are_none(server, text, complaint):
    key = measured(server)
    answer = server.send(f'/api/films/{key}/review', text)
    assert answer.status_code == 400
    assert complaint in answer.json['error']
    assert statuses(server) == {key: 'reported'}


def test_corners_that_are_no_numbers(server):
    key = measured(server)
    told = json.loads(encode_report(told_of(server.store.entry(key).report)))
    told['vertebrae'][0]['corners'][0] = [None, 1]
    answer = server.send(f'/api/films/{key}/review', json.dumps(told))
    assert (answer.status_code, statuses(server)) == (400, {key: 'reported'})
    told['vertebrae'][0]['corners'][0] = [float('nan'), 1]
    answer = server.send(f'/api/films/{key}/review', json.dumps(told))
    assert 'NaN is not a number' in answer.json['error']
    answer = server.send(f'/api/films/{key}/review', b' ' * (3 * MIB))
    assert answer.status_code == 413


def test_what_is_not_there(server):
    for path in ('/films/0', '/films/../serve.json', '/films/%2e%2e%2fserve.json',
                 '/films/0/thumbnail.jpg', '/static/x', '/serve.json'):  # fmt: skip
        assert server.get(path).status_code == 404, path
    assert server.send('/api/films/0/review').status_code == 404
    assert server.send('/api/films/0', method='DELETE').status_code == 404
    assert server.get('/api/films/0/review').status_code == 405


def test_too_large(server):
    answer = server.send('/api/films?name=x.png', b'x' * (4 * MIB + 1))
    assert answer.status_code == 413
    assert 'larger than 4 MiB' in answer.json['error']
    assert server.send('/api/films?name=x.png', b'').status_code == 400
    assert statuses(server) == {}


@pytest.mark.parametrize(
    'headers',
    [
        {'Origin': 'http://evil.example'},
        {'Origin': 'http://127.0.0.1:9999'},
        {'Origin': 'null'},
        {'Origin': None, 'Sec_Fetch_Site': 'cross-site'},
        {'Origin': None, 'Sec_Fetch_Site': 'same-site'},
        {'X_Spondylo_Token': 'guess', 'X-Spondylo-Token': None},
        {'X-Spondylo-Token': None},
        {'X-Spondylo-Token': 'ü'},
    ],
)
def test_others_change_nothing(server, headers):
    for method, path in (('POST', '/api/films?name=x.png'), ('DELETE', '/api/films/0')):
        answer = server.send(path, png(), method, **headers)
        assert answer.status_code == 403
    assert statuses(server) == {}


@pytest.mark.parametrize('host', ['evil.example', '127.0.0.1.evil.example', '', '['])
def test_other_names_are_not_served(server, host):
    answer = server.get('/api/session', headers={'Host': host})
    assert answer.status_code == 403
    assert 'token' not in answer.json


def test_names_that_are_served():
    local = Guard.for_host('127.0.0.1')
    for name in ('localhost:8765', '127.0.0.1', '[::1]:8765', 'LOCALHOST'):
        assert local.host_fault(name) is None
    assert local.host_fault('192.168.1.5') is not None
    wide = Guard.for_host('0.0.0.0', ['Reading-Room'])
    for name in ('192.168.1.5:8765', 'reading-room:8765', '[fe80::1]'):
        assert wide.host_fault(name) is None
    assert wide.host_fault('evil.example') is not None


def test_every_answer_is_closed_to_other_sites(server):
    for path in ('/', '/api/films', '/nothing', '/api/session'):
        headers = server.get(path).headers
        assert headers['X-Frame-Options'] == 'DENY'
        assert headers['X-Content-Type-Options'] == 'nosniff'
        assert headers['Cache-Control'] == 'no-store'
        assert "frame-ancestors 'none'" in headers['Content-Security-Policy']
        assert 'Access-Control-Allow-Origin' not in headers


def test_without_a_model_films_are_reviewed_only(server):
    key = measured(server)
    guard = Guard.for_host('127.0.0.1')
    client = Client(create_app(Store(server.store.folder), guard), guard.token)
    assert client.send('/api/films?name=x.png', png(GREY // 2)).status_code == 409
    assert 'id="drop"' not in client.get('/').get_data(as_text=True)
    report = encode_report(told_of(server.store.entry(key).report))
    assert client.send(f'/api/films/{key}/review', report).status_code == 200


def test_a_fault_of_the_server_names_no_film(server, monkeypatch, caplog):
    key = measured(server)

    def fail(*_):
        raise RuntimeError('A. Patient')

    monkeypatch.setattr(server.store, 'save', fail)
    with caplog.at_level(logging.DEBUG):
        report = encode_report(told_of(server.store.entry(key).report))
        answer = server.send(f'/api/films/{key}/review', report)
    assert answer.status_code == 500
    assert 'Patient' not in caplog.text + answer.get_data(as_text=True)
    assert 'RuntimeError' in caplog.text


def test_what_waited_is_measured_after_a_restart(tmp_path):
    store = Store(tmp_path)
    entry, _ = store.add('a.png', png(), 'a' * 64)
    again = Store(tmp_path)
    worker = Worker(again, FilmReporter(FakeModel()), OPTIONS)
    worker.wait()
    assert again.entry(entry.id).status == 'reported'
    assert worker.stop()


def test_stopping_leaves_what_waits(tmp_path):
    began, go_on = threading.Event(), threading.Event()

    class Slow(FakeModel):
        def find(self, films, quick=False):
            began.set()
            assert go_on.wait(60)
            return super().find(films)

    store = Store(tmp_path)
    for number in range(3):
        store.add(f'{number}.png', png(GREY - number), str(number) * 64)
    worker = Worker(store, FilmReporter(Slow()), OPTIONS)
    assert began.wait(60)
    assert not worker.stop(patience=0)
    with pytest.raises(SpondyloError, match='is measured now'):
        store.remove(store.entry(worker.current))
    go_on.set()
    assert worker.stop()
    again = [one.status for one in Store(tmp_path).entries()]
    assert sorted(again) == ['new', 'new', 'reported']
