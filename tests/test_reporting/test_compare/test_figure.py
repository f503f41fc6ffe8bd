from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.reporting.compare.comparing import compare_runs
from spondylo_mmpose.reporting.compare.figure import comparison_figure
from tests.test_reporting.test_compare.helpers import found, given


def _panels(figure):
    return {axes.get_title(): axes for axes in figure.axes if axes.get_title()}


def _labels(axes):
    legend = axes.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def test_aims_stand_in_the_panels_they_are_about(tmp_path):
    runs = [*given(tmp_path, a=[3, 4], b=[0, 1]), *found(tmp_path, c=([0, 1], 0))]
    panels = _panels(comparison_figure(compare_runs(runs)))
    by_title = {title: _labels(axes) for title, axes in panels.items()}
    assert by_title['MRE (px), low is good'] == []
    assert by_title['MRE (mm), low is good'] == ['best, 2 to 3 mm', 'at most 5 mm']
    assert by_title['SDR 2 mm (%), high is good'] == ['at least 70 %', 'best, 85 %']
    assert by_title['grade accuracy (%), high is good'] == [
        'at least 80 %', 'best, 90 %',
    ]  # fmt: skip
    with_published = [t for t, own in by_title.items() if 'published' in str(own)]
    assert with_published == ['published slot metric: MRE (px of 512)']
    assert len(by_title[with_published[0]]) == 5
    assert panels[with_published[0]].get_xlim()[1] > 51.06


def test_points_stand_where_the_values_are(tmp_path):
    questions = compare_runs(given(tmp_path, a=[3, 4], b=[0, 1]))
    axes = _panels(comparison_figure(questions))['MRE (px), low is good']
    points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == 'o']
    assert points == [5, 1]
    weights = {t.get_text(): t.get_fontweight() for t in axes.texts}
    assert weights == {'5.00': 'normal', '1.00': 'bold'}


def test_lost_corners_and_strange_names_are_drawn(tmp_path):
    nan = float('nan')
    runs = given(tmp_path, **{'$\\frac{': [3, 4], 'b' * 50: [nan, nan]})
    figure = comparison_figure(compare_runs(runs))
    axes = _panels(figure)['MRE (px), low is good']
    assert 'infinite: lost corners' in [text.get_text() for text in axes.texts]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        '$\\frac{', 'b' * 27 + '…',
    ]  # fmt: skip
    assert to_png(figure).startswith(b'\x89PNG')
