"""The server's pages and addresses."""

import hashlib
import json
import logging
from pathlib import Path

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import decode_report, encode_report
from spondylo_mmpose.film_report.summary import COLUMNS, summary_rows, table_text
from spondylo_mmpose.review.page import list_page, review_page
from spondylo_mmpose.serving.entries import Entry
from spondylo_mmpose.serving.security import HEADERS, TOKEN_HEADER, Guard
from spondylo_mmpose.serving.store import ConflictError, Store
from spondylo_mmpose.serving.thumbnails import thumbnail
from spondylo_mmpose.serving.worker import Worker

MIB = 2**20

BEFORE_HEADER = 'X-Spondylo-Before'
"""Tells which review somebody began with; without it, a newer one is replaced."""

_LARGEST_REVIEW = 2 * MIB
_LOG = logging.getLogger(__name__)


def create_app(
    store: Store,
    guard: Guard,
    worker: Worker | None = None,
    model: str | None = None,
    largest_upload: int = 256 * MIB,
) -> Flask:
    """Make the application.

    Args:
        store: The folder.
        guard: Who may speak to it.
        worker: What measures uploads; without it none are taken.
        model: Its name.
        largest_upload: Bytes of a film.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config['MAX_CONTENT_LENGTH'] = largest_upload
    _guard(app, guard)
    _pages(app, store, model, worker is not None)
    _films(app, store, worker)
    _reviews(app, store)
    _exports(app, store)

    @app.get('/api/session')
    def session() -> Response:
        return jsonify(token=guard.token)

    return app


def _guard(app: Flask, guard: Guard) -> None:
    @app.before_request
    def check() -> tuple[Response, int] | None:
        header = request.headers.get
        fault = guard.host_fault(header('Host'))
        if fault is None and request.method not in ('GET', 'HEAD', 'OPTIONS'):
            fault = guard.change_fault(
                header('Host'),
                header('Origin'),
                header('Sec-Fetch-Site'),
                header(TOKEN_HEADER),
            )
        return None if fault is None else _fault(fault, 403)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault(
            'Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"
        )
        return response

    @app.errorhandler(SpondyloError)
    def explain(error: SpondyloError) -> tuple[Response, int]:
        return _fault(str(error), 400)

    @app.errorhandler(HTTPException)
    def tell(error: HTTPException) -> tuple[Response, int]:
        text = {
            404: 'there is no such film or page here',
            413: f'is larger than {app.config["MAX_CONTENT_LENGTH"] // MIB} MiB, the '
            'limit of this server (--max-upload)',
        }.get(error.code or 500, str(error.description))
        return _fault(text, error.code or 500)

    @app.errorhandler(Exception)
    def fail(error: Exception) -> tuple[Response, int]:
        # Its text may name a film; its kind does not.
        _LOG.error('%s %s: %s', request.method, request.endpoint, type(error).__name__)
        return _fault(f'a fault of the server: {type(error).__name__}', 500)


def _fault(text: str, status: int) -> tuple[Response, int]:
    return jsonify(error=text), status


def _pages(app: Flask, store: Store, model: str | None, takes_films: bool) -> None:
    @app.get('/')
    def index() -> Response:
        folder = store.folder.resolve().name
        training = str(store.training.root)
        return _html(list_page(folder, training, model, takes_films))

    @app.get('/films/<key>')
    def film(key: str) -> Response:
        entry = _entry(store, key)
        if entry.report is None:
            raise SpondyloError(f'there is no report of this film: {entry.status}')
        base = f'/api/films/{entry.id}'
        server = {
            'session': '/api/session',
            'review': f'{base}/review',
            'list': '/',
            'next': _next(store, entry),
            'before': entry.state,
        }
        picture = entry.picture(store.path(entry, '.html'))
        stem = entry.stem
        return _html(review_page(entry.report, picture, entry.reviewed, stem, server))

    @app.get('/films/<key>/thumbnail.jpg')
    def small(key: str) -> Response:
        entry = _entry(store, key)
        path = store.path(entry, '.png')
        if entry.report is None or not path.is_file():
            abort(404)
        size = entry.report.film.width, entry.report.film.height
        return Response(thumbnail(path, size), mimetype='image/jpeg')


def _next(store: Store, entry: Entry) -> str | None:
    """Address of the film to review after this one."""
    entries = store.entries()
    place = next((i for i, one in enumerate(entries) if one.id == entry.id), 0)
    for one in (*entries[place + 1 :], *entries[:place]):
        if one.status == 'reported':
            return f'/films/{one.id}'
    return None


def _films(app: Flask, store: Store, worker: Worker | None) -> None:
    @app.get('/api/films')
    def films() -> Response:
        current = worker and worker.current
        return jsonify(
            films=[one.as_dict() for one in store.entries()], measuring=current
        )

    @app.post('/api/films')
    def upload() -> tuple[Response, int]:
        if worker is None:
            return _fault('no model: start the server with one to measure films', 409)
        content = request.get_data(cache=False)
        if not content:
            raise SpondyloError('the file is empty')
        digest = hashlib.sha256(content).hexdigest()
        entry, is_new = store.add(request.args.get('name', ''), content, digest)
        if is_new:
            worker.add(entry)
        return jsonify(film=entry.as_dict(), new=is_new), 201 if is_new else 200

    @app.delete('/api/films/<key>')
    def remove(key: str) -> Response:
        store.remove(_entry(store, key))
        return jsonify(removed=key)


def _reviews(app: Flask, store: Store) -> None:
    @app.post('/api/films/<key>/review')
    def save(key: str) -> Response | tuple[Response, int]:
        entry = _entry(store, key)
        if (request.content_length or 0) > _LARGEST_REVIEW:
            return _fault('is larger than any report', 413)
        try:
            told = decode_report(request.get_data(cache=False).decode('utf-8'))
        except UnicodeDecodeError as error:
            raise SpondyloError('is no report: it is no UTF-8') from error
        try:
            reviewed = store.save(entry, told, request.headers.get(BEFORE_HEADER))
        except ConflictError as error:
            return jsonify(error=str(error), before=entry.state), 409
        report = json.loads(encode_report(reviewed))
        return jsonify(report=report, note=entry.note, before=entry.state)

    @app.delete('/api/films/<key>/review')
    def withdraw(key: str) -> Response:
        entry = _entry(store, key)
        store.withdraw(entry)
        return jsonify(film=entry.as_dict())


def _exports(app: Flask, store: Store) -> None:
    @app.get('/export/summary.csv')
    def table() -> Response:
        rows = [
            row
            for entry in store.entries()
            if entry.best is not None
            for row in summary_rows(
                Path(entry.name), store.path(entry, '.json'), entry.best
            )
        ]
        return _file(table_text(COLUMNS, rows), 'text/csv', 'summary.csv')

    @app.get('/export/coco.json')
    def coco() -> Response | tuple[Response, int]:
        path = store.training.annotations
        if not path.is_file():
            return _fault('no film has been reviewed yet', 404)
        text = path.read_text(encoding='utf-8')
        return _file(text, 'application/json', 'train.json')


def _entry(store: Store, key: str) -> Entry:
    entry = store.entry(key)
    if entry is None:
        abort(404)
    return entry


def _html(text: str) -> Response:
    response = Response(text, mimetype='text/html')
    # Pages carry their own policy, which knows their scripts; this adds what they
    # cannot say of themselves.
    response.headers['Content-Security-Policy'] = "frame-ancestors 'none'"
    return response


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, mimetype=kind)
    response.headers['Content-Disposition'] = f'attachment; filename={name}'
    return response
