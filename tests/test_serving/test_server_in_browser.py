"""The server and its pages, in a real browser."""

import base64
import json
import threading

import pytest

pytest.importorskip('flask', reason='flask is in requirements/serve.txt')
from waitress import wasyncore
from waitress.server import create_server

from spondylo_mmpose.film_report.report_json import read_report
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.serving.app import create_app
from spondylo_mmpose.serving.security import Guard
from spondylo_mmpose.serving.store import Store
from spondylo_mmpose.serving.worker import Worker
from tests.test_film_report.helpers import FakeModel
from tests.test_review.test_page_in_browser import click, handle, shown_slip
from tests.test_serving.test_store import GREY, OPTIONS, png

NAME = 'A. <i>Patient</i>.png'


@pytest.fixture
def address(tmp_path):
    """A server, and the folder that it serves."""
    store, guard = Store(tmp_path / 'folder'), Guard.for_host('127.0.0.1')
    worker = Worker(store, FilmReporter(FakeModel()), OPTIONS)
    app = create_app(store, guard, worker, 'fake')
    server = create_server(app, host='127.0.0.1', port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f'http://127.0.0.1:{server.effective_port}'
    # Its loop ends when nothing is open any more, the browser's connections too.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, True))
    thread.join(60)
    assert not thread.is_alive()
    server.task_dispatcher.shutdown()
    worker.stop()


def drop(tab, files):
    """Drop files on the page, by their names."""
    told = {name: base64.b64encode(data).decode() for name, data in files.items()}
    tab.value(f"""(() => {{
      const carried = new DataTransfer();
      for (const [name, text] of Object.entries({json.dumps(told)})) {{
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        carried.items.add(new File([bytes], name));
      }}
      const event = new DragEvent('drop', {{ dataTransfer: carried, bubbles: true }});
      document.getElementById('drop').dispatchEvent(event);
    }})()""")


def test_films_go_their_way(tab, address, tmp_path):
    folder = tmp_path / 'folder'
    tab.open(address + '/')
    tab.wait('document.body.dataset.ready')
    drop(tab, {NAME: png(), 'text.png': b'no film', 'other.png': png(GREY // 2)})
    cards = (
        '[...document.querySelectorAll(".film")].map((f) => f.dataset.status).sort()'
    )
    tab.wait(f'({cards}).join() === "failed,reported,reported"')
    text = tab.value('document.getElementById("films").innerText')
    assert 'failed: cannot be read as an image' in text
    assert NAME in text
    assert tab.value('document.querySelectorAll("#films i").length') == 0

    name = f'[...document.querySelectorAll("a.name")].find((a) => a.innerText === {json.dumps(NAME)})'  # noqa: E501
    film = tab.value(f'{name}.href')
    assert 'Patient' not in film
    tab.open(film)
    tab.wait('document.body.dataset.ready')
    assert shown_slip(tab, 'L5/S1') == '+20.0 %'
    tab.value(f"document.querySelector('{handle(1, 3)}').focus()")
    tab.press('ArrowRight', 39, 8)
    tab.value('document.getElementById("who").value = "Dr. B"')
    click(tab, '#save')
    tab.wait('document.getElementById("said").innerText === "Saved."')
    assert tab.value('Spondylo.app.isDirty') is False

    (saved,) = (folder / 'reviewed').glob('*.json')
    report = read_report(saved)
    assert report.pairs[0].slip_percent == 10.0
    assert report.vertebrae[1].corners[3] == (290.0, 480.0)
    assert (report.review.status, report.review.who) == ('corrected', 'Dr. B')
    coco = folder / 'reviewed' / 'coco' / 'annotations' / 'train.json'
    assert len(json.loads(coco.read_text())['annotations']) == 6

    tab.open(film)
    tab.wait('document.body.dataset.ready')
    assert shown_slip(tab, 'L5/S1') == '+10.0 %'
    assert tab.value('document.getElementById("status").innerText') == 'corrected'
    assert tab.value('document.getElementById("who").value') == 'Dr. B'
    assert tab.value('document.getElementById("next").href') != film
    assert tab.complaints() == []

    tab.open(address + '/')
    tab.wait(f'({cards}).join() === "corrected,failed,reported"')
    tab.wait('[...document.images].every((i) => i.loading !== "lazy" || i.complete)')
    assert tab.complaints() == []


def test_a_server_that_is_gone_is_told(tab, address):
    tab.open(address + '/')
    tab.wait('document.body.dataset.ready')
    drop(tab, {'a.png': png()})
    tab.wait('document.querySelector(".film[data-status=reported]")')
    tab.open(tab.value('document.querySelector("a.name").href'))
    tab.wait('document.body.dataset.ready')
    # As if it had ended.
    tab.value('Spondylo.server.session = "http://127.0.0.1:1/"')
    click(tab, '#save')
    tab.wait('document.getElementById("said").classList.contains("error")')
    assert 'does not answer' in tab.value('document.getElementById("said").innerText')
    assert tab.value('document.getElementById("status").innerText') == 'not reviewed'
