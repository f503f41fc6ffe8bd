"""The review page as a file, in a real browser."""

import json
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.report_json import read_report
from spondylo_mmpose.film_report.spine_report import ASSUMED, SLOT, ReportOptions
from spondylo_mmpose.review.page import write_review_page
from spondylo_mmpose.review.remeasuring import reviewed_report
from spondylo_mmpose.spine.measurements import slip_percent
from tests.test_film_report.helpers import MODEL, film, found_in, spine
from tests.test_review.helpers import calibrated

SHIFT, CTRL = 8, 2
NAME = '<b>"name" & more</b></script>.png'


@pytest.fixture(scope='module')
def origin():
    report = calibrated()
    return replace(report, film=replace(report.film, name=NAME))


@pytest.fixture(scope='module')
def pixels():
    image = np.full((640, 640), 60, np.uint8)
    cv2.fillPoly(image, [quad[[0, 1, 3, 2]].astype(int) for quad in spine()], 150)
    return image


@pytest.fixture(scope='module')
def path(origin, pixels, tmp_path_factory):
    folder = tmp_path_factory.mktemp('pages') / 'a #b'
    return write_review_page(folder / "it's a film.html", pixels, origin)


@pytest.fixture
def page(tab, path):
    """The page, freshly loaded, two px of the screen for one of the film."""
    size = {'width': 1400, 'height': 900, 'deviceScaleFactor': 1, 'mobile': False}
    tab.call('Emulation.setDeviceMetricsOverride', **size)
    tab.open(path)
    tab.wait('document.body.dataset.ready')
    tab.value("""(() => {
      Object.assign(Spondylo.app.view, { zoom: 2, x: -100, y: -500, fitted: false });
      Spondylo.app.view.apply();
    })()""")
    yield tab
    tab.call('Emulation.clearDeviceMetricsOverride')
    assert tab.complaints() == []


def place_of(tab, selector):
    """Middle of an element, px of the window."""
    box = tab.value(f"""(() => {{
      const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();
      return [b.x + b.width / 2, b.y + b.height / 2];
    }})()""")
    return np.array(box)


def handle(vertebra, corner):
    return f'[data-vertebra="{vertebra}"][data-corner="{corner}"]'


def now(tab):
    return tab.value('Spondylo.app.report')


def click(tab, selector):
    place = place_of(tab, selector)
    for kind in ('mousePressed', 'mouseReleased'):
        tab.mouse(kind, *place.tolist())


def shown_slip(tab, pair):
    return tab.value(
        f'document.querySelector(\'#pairs [data-pair="{pair}"] .slip\').innerText'
    )


def test_the_page_stands_alone(tab, path):
    tab.open(path)
    tab.wait('document.body.dataset.ready')
    assert tab.complaints() == []
    assert tab.requests() == []
    assert tab.broken_pictures() == []
    assert tab.value('document.querySelector("h1").innerText') == NAME
    assert tab.value('document.querySelectorAll("h1 b").length') == 0
    text = tab.value('document.body.innerText')
    assert text.count('For research use only') == 1
    assert shown_slip(tab, 'L5/S1') == '+20.0 %'
    # The film is on the canvas, inside and beside a vertebra.
    grey = tab.value('[[250, 530], [50, 50]].map(([x, y]) => Spondylo.app.view.grey'
                     '[y * 640 + x])')  # fmt: skip
    assert grey == pytest.approx([150, 60], abs=3)


def test_a_dragged_corner_moves_the_slip(page, origin):
    start = place_of(page, handle(1, 3))
    page.drag(start.tolist(), (start + [14, -6]).tolist())
    corners = np.array([one.corners for one in origin.vertebrae])
    corners[1, 3] += [7, -3]
    report = now(page)
    assert report['vertebrae'][1]['corners'] == corners[1].tolist()
    expected = slip_percent(corners, 'left', (0.5, 0.5))
    assert report['pairs'][0]['slip_percent'] == round(expected[0], 3) == 13.0
    assert shown_slip(page, 'L5/S1') == '+13.0 %'
    assert report['pairs'][1] == json.loads(json.dumps(report['pairs'][1]))
    assert 'interval (L5/S1) not measured: a person placed' in page.value(
        'document.getElementById("notes").innerText'
    )
    assert page.value('document.getElementById("status").innerText') == (
        'changed, not saved'
    )
    page.press('z', 90, CTRL)
    assert shown_slip(page, 'L5/S1') == '+20.0 %'
    assert page.value('Spondylo.app.isDirty') is False
    page.press('y', 89, CTRL)
    assert shown_slip(page, 'L5/S1') == '+13.0 %'


def test_a_finger_drags_and_two_zoom(page):
    x, y = place_of(page, handle(1, 3)).tolist()

    def touch(kind, *points):
        told = [{'x': px, 'y': py, 'id': i} for i, (px, py) in enumerate(points)]
        page.call('Input.dispatchTouchEvent', type=kind, touchPoints=told)

    touch('touchStart', (x, y))
    touch('touchMove', (x + 10, y - 4))
    touch('touchEnd')
    assert now(page)['vertebrae'][1]['corners'][3] == [285, 478]
    # From 100 to 200 px apart.
    touch('touchStart', (700, 400))
    touch('touchStart', (700, 400), (800, 400))
    touch('touchMove', (700, 400), (900, 400))
    touch('touchEnd')
    assert page.value('Spondylo.app.view.zoom') == pytest.approx(4)
    assert now(page)['vertebrae'][1]['corners'][3] == [285, 478]


def test_keys_nudge_a_corner(page):
    page.value(f"document.querySelector('{handle(1, 3)}').focus()")
    page.press('ArrowRight', 39)
    page.press('ArrowLeft', 37, SHIFT)
    page.press('ArrowRight', 39, CTRL)
    page.press('ArrowUp', 38, CTRL)
    x, y = now(page)['vertebrae'][1]['corners'][3]
    assert (x, y) == (280 + 1 - 10 + 0.1, 480 - 0.1)
    assert shown_slip(page, 'L5/S1') == '+28.9 %'
    page.press('z', 90, CTRL)  # nudges of one corner in a row are one step
    assert shown_slip(page, 'L5/S1') == '+20.0 %'
    page.press('Tab', 9)
    page.press('Tab', 9)
    assert page.value('Spondylo.app.selected') == [2, 0]
    # The film comes to where the focus is; the stage itself never scrolls.
    page.value('document.querySelector(\'[data-vertebra="5"]\').focus()')
    assert page.value('document.getElementById("stage").scrollTop') == 0
    assert page.value('Spondylo.app.view.toStage([240, 130])[1]') == 40


def test_a_deviation_of_the_reviewer_brings_an_interval(page):
    page.value(f"document.querySelector('{handle(1, 3)}').focus()")
    page.press('ArrowRight', 39)
    page.value("""(() => {
      const field = document.getElementById('std');
      field.value = '0.5'; field.dispatchEvent(new Event('change'));
    })()""")
    interval = now(page)['pairs'][0]['slip_interval']
    assert interval[0] < 19 < interval[1]
    page.value("""(() => {
      const field = document.getElementById('std');
      field.value = 'very'; field.dispatchEvent(new Event('change'));
    })()""")
    assert page.value('document.getElementById("std").ariaInvalid') == 'true'
    assert now(page)['review']['observer_std_px'] == 0.5


def test_a_vertebra_is_added_and_deleted(page):
    click(page, '#add')
    middle = page.value("""(() => {
      const [x, y] = Spondylo.app.view.toStage([240, 50]);
      Spondylo.app.view.pan(0, 300 - y);
      const box = document.getElementById('stage').getBoundingClientRect();
      return [x + box.x, 300 + box.y];
    })()""")
    for kind in ('mousePressed', 'mouseReleased'):
        page.mouse(kind, *middle)
    report = now(page)
    assert [one['level'] for one in report['vertebrae']][5:] == ['L1', 'T12']
    corners = np.array(report['vertebrae'][6]['corners'])
    np.testing.assert_allclose(corners.mean(0), [240, 50], atol=0.51)
    assert report['review']['vertebrae'][6]['status'] == 'added'
    assert [one['upper'] for one in report['pairs']][-1] == 'T12'

    page.value('document.querySelector(\'text[data-vertebra="2"]\').focus()')
    page.press('Delete', 46)
    report = now(page)
    # L4 is gone and its gap seen: those above keep their names.
    levels = [one['level'] for one in report['vertebrae']]
    assert levels == ['S1', 'L5', 'L3', 'L2', 'L1', 'T12']
    assert report['review']['removed'] == [2]
    assert 'gap' in [one['code'] for one in report['warnings']]
    page.value('document.querySelector(\'text[data-vertebra="0"]\').focus()')
    page.press('Delete', 46)
    assert now(page)['vertebrae'][0]['level'] == 'S1'
    click(page, '#reset')
    assert page.value('Spondylo.app.isDirty') is False


def test_levels_facing_and_spacing(page):
    origin = "document.querySelector('#level-origin').textContent"
    assert page.value(origin) == ASSUMED
    told = page.value(f'Spondylo.texts.origins[{json.dumps(SLOT)}]')
    assert told == 'named by the model'
    page.value("""(() => {
      const field = document.getElementById('lowest');
      field.value = 'L5'; field.dispatchEvent(new Event('change'));
      document.querySelector('[name=facing][value=right]').click();
      const spacing = document.getElementById('spacing');
      spacing.value = '0.2, 0.1'; spacing.dispatchEvent(new Event('change'));
    })()""")
    report = now(page)
    assert [one['level'] for one in report['vertebrae']][:2] == ['L5', 'L4']
    assert shown_slip(page, 'L4/L5') == '\u221220.0 %'
    assert report['pairs'][0]['slip_mm'] == -4.0
    assert report['review']['changed'] == ['facing', 'scale', 'levels']
    assert page.value('Spondylo.app.view.aspect') == 2


def test_unsaved_changes_warn(page):
    asks = """(() => {
      const event = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    })()"""
    assert page.value(asks) is False
    page.value(f"document.querySelector('{handle(0, 0)}').focus()")
    page.press('ArrowDown', 40)
    assert page.value(asks) is True
    page.press('z', 90, CTRL)
    assert page.value(asks) is False
    page.press('ArrowDown', 40)
    page.open('about:blank')
    (dialog,) = page.of('Page.javascriptDialogOpening')
    assert dialog['type'] == 'beforeunload'


def test_zoom_window_and_overlay(page):
    before = page.value('Spondylo.app.view.toFilm([200, 300])')
    page.value('Spondylo.app.view.zoomBy(1.7, [200, 300])')
    after = page.value('Spondylo.app.view.toFilm([200, 300])')
    assert after == pytest.approx(before, abs=1e-9)
    page.press('o')
    hidden = 'getComputedStyle(document.getElementById("overlay")).visibility'
    assert page.value(hidden) == 'hidden'
    page.press('o')
    assert page.value(hidden) == 'visible'
    page.value("""(() => {
      document.getElementById('brightness').value = 20;
      document.getElementById('invert').click();
    })()""")
    grey = page.value('[...Spondylo.app.view.context.getImageData(50, 50, 1, 1).data]')
    assert grey[:3] == pytest.approx([255 - 60 + 20] * 3, abs=3)


def saved_file(folder, name):
    deadline = time.monotonic() + 60
    while not (folder / name).is_file() and time.monotonic() < deadline:
        time.sleep(0.05)
    return folder / name


def test_what_is_saved_as_files(page, origin, pixels, tmp_path):
    page.call(
        'Browser.setDownloadBehavior', behavior='allow', downloadPath=str(tmp_path)
    )
    page.value(f"document.querySelector('{handle(1, 3)}').focus()")
    page.press('ArrowRight', 39, SHIFT)
    page.value('document.getElementById("who").value = "Dr. A"')
    click(page, '#save')
    report = read_report(saved_file(tmp_path, "it's a film.reviewed.json"))
    assert report == reviewed_report(origin, report)
    assert report.review.who == 'Dr. A'
    assert report.pairs[0].slip_percent == 10.0
    assert page.value('document.getElementById("status").innerText') == 'corrected'
    assert page.value('Spondylo.app.isDirty') is False

    click(page, '#coco')
    coco = saved_file(tmp_path, "it's a film.coco.json")
    # With the film beside it this is a data set.
    content = read_annotation_file(coco)
    assert content['images'][0]['file_name'] == f'train/{NAME}'
    assert content['annotations'][1]['keypoints'][9:11] == [290, 480]
    assert content['annotations'][1]['review'] == 'corrected'

    click(page, '#reset')
    told = json.dumps((tmp_path / "it's a film.reviewed.json").read_text())
    page.value(f'Spondylo.app.open(new File([{told}], "x.json"))')
    assert shown_slip(page, 'L5/S1') == '+10.0 %'
    page.value('Spondylo.app.open(new File(["{}"], "x.json"))')
    assert 'no reviewed report' in page.value(
        'document.getElementById("said").innerText'
    )


@pytest.mark.parametrize('width', [1400, 800, 380])
def test_no_scrolling_aside(tab, path, width):
    size = {'height': 800, 'deviceScaleFactor': 1, 'mobile': False}
    try:
        tab.call('Emulation.setDeviceMetricsOverride', width=width, **size)
        tab.open(path)
        tab.wait('document.body.dataset.ready')
        assert tab.value('document.documentElement.scrollWidth') <= width
    finally:
        tab.call('Emulation.clearDeviceMetricsOverride')


def test_what_was_not_measured_says_why(tab, pixels, tmp_path):
    corners = spine()
    corners[2, 2] = np.nan
    report = build_report(found_in(corners), film(), MODEL, ReportOptions())
    tab.open(write_review_page(tmp_path / 'film.html', pixels, report))
    tab.wait('document.body.dataset.ready')
    rows = tab.value(
        '[...document.querySelectorAll("#pairs tr")].map(r => r.innerText)'
    )
    assert len(rows) == 5
    assert all('not measured: ' in row for row in rows)
    assert 'not measured: ' in tab.value(
        'document.getElementById("lordosis").innerText'
    )
    tab.value('document.getElementById("complete").click()')
    tab.value("document.querySelector('[name=facing][value=left]').click()")
    assert shown_slip(tab, 'L5/S1') == '+20.0 %'
    assert now(tab)['vertebrae'][2]['corners'][2] == [190, 400]
    tab.value('document.getElementById("reset").click()')
    empty = build_report(found_in(corners[:0]), film(), MODEL, ReportOptions())
    tab.open(write_review_page(tmp_path / 'film.html', pixels, empty))
    tab.wait('document.body.dataset.ready')
    assert 'no vertebra was found' in tab.value('document.body.innerText')
    assert tab.complaints() == []
