"""The report in a real browser: nothing is broken, nothing is asked of the network."""

from collections import Counter

import cv2
import numpy as np
import pytest

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from spondylo_mmpose.evaluation.matched_records import matched_records
from spondylo_mmpose.reporting.page import Options, Section, write_page
from spondylo_mmpose.reporting.run_record import RunRecord
from tests.test_evaluation.helpers import film_records
from tests.test_reporting.helpers import run_of

FILMS = 4
LOWEST = np.array([[300, 500], [400, 495], [305, 560], [398, 556]], float)
# Five vertebrae, S1 below; L5 stands 8 px before it, the others above that.
SPINE = np.array([LOWEST - [8 * (i > 0), 90 * i] for i in range(5)])
SCALARS = [
    *({'step': 10 * i, 'epoch': i, 'loss': 1 / i, 'loss_a': 0.6 / i, 'loss_b': 0.4 / i,
       'lr': 1e-3 / i} for i in range(1, 5)),
    *({'step': i, 'corner/MRE_px': 9 / i, 'corner/median_px': 8 / i,
       'corner/SDR@2px': 20 * i, 'corner/SDR@5px': 24 * i} for i in range(1, 5)),
]  # fmt: skip


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """A report of a run given boxes and of one that had to find the vertebrae."""
    folder = tmp_path_factory.mktemp('report')
    rng = np.random.default_rng(0)
    films = {}
    for i in range(FILMS):
        path = folder / f'patient name {i}.png'
        cv2.imwrite(str(path), rng.integers(0, 90, (640, 640), np.uint8))
        films[f'{i}.png'] = path
    jittered = [SPINE + rng.normal(0, 2, SPINE.shape) for _ in films]
    records = [
        record
        for i, predicted in enumerate(jittered)
        for record in film_records(SPINE, predicted, i)
    ]
    given = run_of(folder, records, scalars=SCALARS, film_files=films)
    # L3 is missed on every film, and one vertebra invented beside the spine.
    pairs = [
        (
            Film(name, 640, 640, 'test', SPINE),
            FilmPrediction(
                name,
                np.concatenate([np.delete(found, 3, axis=0), found[:1] - [200, 0]]),
                np.array([0.9, 0.8, 0.7, 0.9, 0.4]),
            ),
        )
        for name, found in zip(films, jittered, strict=True)
    ]
    found = RunRecord(
        name='found',
        path=folder,
        predictions=folder / 'found.json',
        predictions_sha256='1' * 64,
        given_boxes=False,
        records=matched_records(pairs),
        pairs=pairs,
        film_files=films,
    )
    path = folder / 'report.html'
    sections = [Section('given <boxes>', 'A note.', given), Section('found', '', found)]
    values = write_page(path, 'Report', sections, Options(films=3))
    assert values['found']['model']['spine/recall'] == 80
    assert values['found']['model']['spine/precision'] == 80
    return path


def test_the_page_is_whole(tab, page):
    tab.open(page)
    assert tab.broken_pictures() == []
    assert tab.complaints() == []
    assert tab.requests() == []
    # 3 pictures of errors, 2 of slips, 2 of angles and heights, training, 3 films; end
    # to end 3 of what was found as well, and no training.
    pictures = Counter(
        tab.value('[...document.images].map(i => i.closest("section").id)')
    )
    assert pictures['run-1'] >= 10
    assert pictures['run-2'] >= 12
    assert tab.value('[...document.images].every(i => i.alt.length > 20)')


def test_the_list_of_contents_leads_to_the_parts(tab, page):
    tab.open(page)
    all_links = '[...document.querySelectorAll("nav a")]'
    found = tab.value(f'{all_links}.map(a => !!document.querySelector(a.hash))')
    assert all(found)
    assert len(found) >= 14
    titles = tab.value(
        '[...document.querySelectorAll("main h2")].map(h => h.innerText)'
    )
    assert titles == ['Runs side by side', 'given <boxes>', 'found']


def test_a_narrow_window_scrolls_tables_alone(tab, page):
    size = {'height': 800, 'deviceScaleFactor': 1, 'mobile': False}
    try:
        tab.call('Emulation.setDeviceMetricsOverride', width=380, **size)
        tab.open(page)
        assert tab.value('innerWidth') == 380
        assert tab.value('document.documentElement.scrollWidth') <= 380
        wide = (
            '[...document.querySelectorAll(".scroll")].some(d => d.scrollWidth > 380)'
        )
        assert tab.value(wide)
    finally:
        tab.call('Emulation.clearDeviceMetricsOverride')


def test_print_unfolds_and_the_dark_is_dark(tab, page):
    tab.open(page)
    folded = 'document.querySelector("details:not([open]) table").checkVisibility()'
    ground = 'getComputedStyle(document.body).backgroundColor'
    try:
        assert tab.value(folded) is False
        assert tab.value(ground) == 'rgb(255, 255, 255)'
        dark = [{'name': 'prefers-color-scheme', 'value': 'dark'}]
        tab.call('Emulation.setEmulatedMedia', features=dark)
        assert tab.value(ground) == 'rgb(20, 23, 27)'
        tab.call('Emulation.setEmulatedMedia', media='print', features=dark)
        assert tab.value(folded) is True
        assert tab.value(ground) == 'rgb(255, 255, 255)'
    finally:
        tab.call('Emulation.setEmulatedMedia', media='', features=[])


def test_no_name_of_a_film_stands_on_the_page(page):
    assert 'patient name' not in page.read_text()
    assert str(page.parent) not in page.read_text()


def test_a_broken_page_is_noticed(tab, tmp_path):
    path = tmp_path / 'broken.html'
    path.write_text(
        '<!doctype html><link rel="icon" href="data:,">'
        '<img alt="cut short" src="data:image/png;base64,iVBORw0KGgo=">'
        '<img alt="not there" src="nowhere.png">'
        '<img alt="elsewhere" src="http://192.0.2.1/far.png">'
        '<script>console.error("told"); missing()</script>'
    )
    tab.open(path)
    assert tab.broken_pictures() == ['cut short', 'not there', 'elsewhere']
    complaints = ' '.join(tab.complaints())
    assert 'told' in complaints
    assert 'Uncaught' in complaints
    asked = tab.requests()
    assert 'http://192.0.2.1/far.png' in asked
    assert any(url.endswith('/nowhere.png') for url in asked)
