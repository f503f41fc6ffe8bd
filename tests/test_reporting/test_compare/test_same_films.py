import re
from dataclasses import replace

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.compare.same_films import film_names, same_films
from spondylo_mmpose.reporting.run_record import load_runs
from tests.test_reporting.test_compare.helpers import (
    dump_of,
    found,
    given,
    results_of,
    truth_of,
)


def _uneven(folder):
    paths = dump_of(folder, 'all', [3, 4]), dump_of(folder, 'two', [6, 8], films=2)
    return load_runs([str(path) for path in paths])


def test_runs_on_the_same_films_stay_as_they_are(tmp_path):
    runs = given(tmp_path, a=[3, 4], b=[0, 1])
    choice = same_films(runs)
    assert choice.runs == runs
    assert (choice.films, choice.left_out) == (3, {'a': 0, 'b': 0})
    assert film_names(runs[0]) == {'a/one.png', 'a/two.png', 'b/three.png'}


def test_other_films_are_refused_by_name(tmp_path):
    with pytest.raises(SpondyloError) as caught:
        same_films(_uneven(tmp_path))
    assert str(caught.value) == (
        'two lacks films that all has: b/three.png; compare runs on one split, or pass '
        '--common-films to use the 2 that all have'
    )
    with pytest.raises(SpondyloError, match=r'^two lacks films that all has'):
        same_films(_uneven(tmp_path)[::-1])


def test_common_films_are_measured_anew(tmp_path):
    runs = _uneven(tmp_path)
    # Film three has two vertebrae and the only known spacing.
    assert runs[0].metrics(True)['corner/vertebrae'] == 8
    choice = same_films(runs, common=True)
    assert (choice.films, choice.left_out) == (2, {'all': 1, 'two': 0})
    for run in choice.runs:
        assert run.metrics(True)['corner/vertebrae'] == 6
    assert runs[0].metrics(True)['corner/vertebrae'] == 8


def test_common_films_end_to_end(tmp_path):
    runs = found(tmp_path, a=([0, 0], 0), b=([0, 0], 1))
    assert same_films(runs, common=True).films == 3
    assert film_names(runs[1]) == film_names(runs[0])


def test_nothing_in_common_is_refused(tmp_path):
    one = load_runs([str(results_of(tmp_path, 'a', [0, 0]))], [truth_of(tmp_path)])[0]
    other = replace(one, name='b', pairs=[], records=[])
    with pytest.raises(SpondyloError, match=re.escape('a, b: have no film in common')):
        same_films([one, other], common=True)
