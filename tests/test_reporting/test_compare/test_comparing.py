import re
from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.compare.comparing import compare_runs, sort_runs
from tests.test_reporting.test_compare.helpers import found, given


def test_given_boxes_and_end_to_end_are_compared_apart(tmp_path):
    runs = [
        *given(tmp_path, a=[3, 4], b=[0, 1]),
        *found(tmp_path, c=([0, 1], 0), d=([0, 2], 4)),
    ]
    boxes, films = compare_runs(runs)
    assert (boxes.kind, boxes.baseline, boxes.films) == ('given boxes', 'a', 3)
    assert (films.kind, films.baseline) == ('end to end', 'c')
    assert [one.run for one in boxes.differences] == ['b']
    assert [one.run for one in films.differences] == ['d']
    change = boxes.differences[0].comparison.differences['MRE_px']
    assert (change.first, change.second, change.difference) == (5, 1, -4)
    # Four of eight vertebrae are missed and nothing is invented: F1 is 2 * 4 / 12.
    change = films.differences[0].comparison.differences['F1']
    assert (change.first, change.second) == (100, pytest.approx(200 / 3))


def test_a_single_run_has_no_differences(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4]))
    assert (question.baseline, question.differences) == ('a', [])


def test_p_values_are_adjusted_within_a_kind(tmp_path):
    (question,) = compare_runs(given(tmp_path, a=[3, 4], b=[0, 1], c=[6, 8]))
    raw = [one.comparison.wilcoxon_p for one in question.differences]
    assert [one.p_holm for one in question.differences] == [min(1, 2 * p) for p in raw]


def test_the_same_predictions_twice_are_told(tmp_path):
    runs = given(tmp_path, a=[3, 4], b=[3, 4], c=[0, 0])
    (question,) = compare_runs(runs)
    assert question.twins == [['a', 'b']]
    change = question.differences[0]
    assert change.comparison.differences['MRE_px'].difference == 0
    assert change.comparison.wilcoxon_p == 1


def test_the_baseline_may_be_chosen(tmp_path):
    runs = [*given(tmp_path, a=[3, 4], b=[0, 1]), *found(tmp_path, c=([0, 1], 0))]
    boxes, films = compare_runs(runs, baselines=['b'])
    assert (boxes.baseline, films.baseline) == ('b', 'c')
    assert boxes.differences[0].comparison.differences['MRE_px'].difference == 4
    with pytest.raises(SpondyloError, match='is none of the runs a, b, c'):
        compare_runs(runs, baselines=['x'])
    with pytest.raises(SpondyloError, match='a and b are both given boxes'):
        compare_runs(runs, baselines=['a', 'b'])


@pytest.mark.parametrize('column', ['MRE_px', 'corner/MRE_px', 'SDR@2px'])
def test_the_best_comes_first_and_the_unmeasured_last(tmp_path, column):
    runs = given(tmp_path, a=[3, 4], b=[0, 1], c=[2, 0.1])
    lost = replace(runs[0], name='d')
    lost._measured[True] = {'corner/MRE_px': np.nan}
    order = [run.name for run in sort_runs([lost, *runs], column)]
    assert order[-1] == 'd'
    assert order[0] == 'b'


def test_sorting_by_name_or_by_nothing_known(tmp_path):
    runs = given(tmp_path, b=[3, 4], a=[0, 1])
    assert [r.name for r in compare_runs(runs, sort='name')[0].runs] == ['a', 'b']
    # The baseline is the first as given, however the table is sorted.
    assert compare_runs(runs, sort='name')[0].baseline == 'b'
    with pytest.raises(SpondyloError, match=re.escape('--sort x: is no column here')):
        compare_runs(runs, sort='x')


def test_another_truth_is_refused_by_the_names_of_the_runs(tmp_path):
    one, other = given(tmp_path, a=[3, 4], b=[0, 1])
    moved = [replace(r, true=r.true + 1) for r in other.records]
    other = replace(other, records=moved)
    with pytest.raises(SpondyloError, match=r'^a and b: .*true corners'):
        compare_runs([one, other])
