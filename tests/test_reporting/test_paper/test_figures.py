"""Figures 1 to 3: what is drawn is what was measured; no film is named."""

import dataclasses

import numpy as np
import pytest
from matplotlib.text import Text

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.reporting.paper.error_analysis import error_analysis
from spondylo_mmpose.reporting.paper.panels import plain, short
from spondylo_mmpose.reporting.paper.vertebra_errors import vertebra_errors
from spondylo_mmpose.reporting.paper.visual_comparison import visual_comparison


def texts_of(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def assert_no_film_is_named(figure, runs):
    shown = ' '.join(texts_of(figure))
    for record in runs[0].records:
        name = record.film['file_name'].rpartition('/')[2]
        assert name.partition('.')[0] not in shown


def test_visual_comparison(runs):
    (figure,) = visual_comparison(runs, 2)
    assert len(figure.axes) == 2 * 3
    shown = texts_of(figure)
    assert shown.count('MRE 1.50 px') == 2
    assert shown.count('MRE 9.00 px') == 2
    assert 'near\ngiven boxes' in shown
    assert 'theirs\nend to end' in shown
    assert {'missed', 'false positive'} <= set(shown)
    assert_no_film_is_named(figure, runs)
    assert to_png(figure).startswith(b'\x89PNG')


def test_missed_and_invented_vertebrae_are_told(runs):
    theirs = runs[2]
    film, found = theirs.pairs[0]
    # The second is 1000 px off: nothing there, and the true one is missed as well.
    corners = found.corners.copy()
    corners[1] += 1000
    pairs = [(film, dataclasses.replace(found, corners=corners))]
    records = [r for r in theirs.records if r.film_id == film.file_name]
    lost = [
        dataclasses.replace(r, predicted=np.full((4, 2), np.nan)) if i == 2 else r
        for i, r in enumerate(records)
    ]
    run = dataclasses.replace(theirs, pairs=pairs, records=lost)
    (figure,) = visual_comparison([run], 1)
    assert 'MRE 0.00 px, 2 missed, 1 false' in texts_of(figure)


def test_many_runs_take_several_sheets(runs):
    many = [dataclasses.replace(runs[0], name=f'run {i}') for i in range(5)]
    first, second = visual_comparison(many, 1)
    assert (len(first.axes), len(second.axes)) == (4, 1)
    with pytest.raises(SpondyloError, match='have no film in common'):
        visual_comparison([runs[0], dataclasses.replace(runs[1], records=[])])


def test_a_film_that_is_gone(runs, tmp_path):
    gone = {r.film_id: tmp_path / 'none.png' for r in runs[0].records}
    run = dataclasses.replace(runs[0], film_files=gone)
    with pytest.raises(SpondyloError, match=r'none\.png: .*--films 0'):
        visual_comparison([run])


@pytest.mark.parametrize('number', [1, 2, 4])
def test_error_analysis_and_vertebra_errors(runs, number):
    own = [
        dataclasses.replace(run, name=f'run {i}')
        for i, run in enumerate([*runs[:2], *runs[:2]][:number])
    ]
    analysis = error_analysis(own)
    # Curves, boxes, slips of each run, bars.
    assert len(analysis.axes) == 3 + number
    curve = analysis.axes[0].lines[0]
    limits, within = curve.get_data()
    assert set(within[limits < 1.4]) == {0}
    assert set(within[limits > 1.6]) == {100}
    vertebrae = vertebra_errors(own)
    assert len(vertebrae.axes) == 1 + number + 1
    shown = texts_of(vertebrae)
    assert shown.count('1.5') > 20
    for figure in (analysis, vertebrae):
        assert_no_film_is_named(figure, own)
        assert to_png(figure).startswith(b'\x89PNG')


def test_end_to_end_figures_count_the_missed(runs):
    analysis = error_analysis(runs[2:])
    corners = 4 * len(runs[2].records)
    last = analysis.axes[0].lines[0].get_ydata()[-1]
    assert last == pytest.approx(100 * (corners - 4) / corners)
    assert 'theirs\n4 lost' in texts_of(analysis)
    assert '0.0 (4)' in texts_of(vertebra_errors(runs[2:]))


def test_nothing_measured_is_said(runs):
    lost = [
        dataclasses.replace(r, predicted=np.full((4, 2), np.nan))
        for r in runs[0].records
    ]
    run = dataclasses.replace(runs[0], records=lost)
    analysis = error_analysis([run])
    assert 'nothing was measured' in texts_of(analysis)
    assert to_png(analysis)
    assert to_png(vertebra_errors([run]))


def test_names_are_shown_as_they_are():
    assert plain('_a$b') == r' _a\$b'
    assert short('x' * 28) == 'x' * 28
    assert short('x' * 29) == 'x' * 27 + '…'
