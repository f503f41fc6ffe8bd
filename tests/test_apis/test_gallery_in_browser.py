"""The page of a folder of reports in a real browser."""

import cv2
import numpy as np
import pytest

from spondylo_mmpose.apis.batch import Batch, prepare
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_film_report.helpers import FakeModel

NAMES = ('<b>a#b?c%20"\'.png', 'ünï code.png', 'plain' + 40 * 'x' + '.png')


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """A page of three films and one that failed, in a folder with an awkward name."""
    films = tmp_path_factory.mktemp('films')
    for name in NAMES:
        cv2.imwrite(str(films / name), np.full((640, 640), 90, np.uint8))
    (films / '<i>text.png').write_text('no film')
    out = tmp_path_factory.mktemp('reports') / 'a #b'
    named = prepare([films], out)
    Batch(FilmReporter(FakeModel()), named, out, ReportOptions(facing='left')).run()
    return out / 'index.html'


def test_all_pictures_show_and_nothing_is_fetched(tab, page):
    tab.open(page)
    tab.value('[...document.images].forEach(i => i.loading = "eager")')
    assert tab.broken_pictures() == []
    assert tab.complaints() == []
    folder = page.parent.as_uri()
    assert all(address.startswith(folder) for address in tab.requests())
    assert tab.value('document.images.length') == 3
    assert tab.value('document.querySelectorAll("main b, main i").length') == 0
    shown = tab.value('[...document.querySelectorAll("strong")].map(s => s.innerText)')
    assert sorted(shown) == sorted(NAMES)
    links = tab.value('[...document.querySelectorAll("a")].map(a => a.href)')
    assert len(links) == 12
    assert all(link.startswith(folder) for link in links)


def test_a_narrow_window_needs_no_scrolling_aside(tab, page):
    size = {'height': 800, 'deviceScaleFactor': 1, 'mobile': False}
    try:
        tab.call('Emulation.setDeviceMetricsOverride', width=380, **size)
        tab.open(page)
        assert tab.value('document.documentElement.scrollWidth') <= 380
    finally:
        tab.call('Emulation.clearDeviceMetricsOverride')
