"""What the benchmark of changed films counts, with a model that does as it is told."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.bearing import bear, labelled, summarise, table
from spondylo_mmpose.benchmarks.film_changes import CHANGES
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError
from tests.test_film_report.helpers import FakeModel, calibration, found_in, spine

PIXELS = np.zeros((640, 640), np.uint8)
PIXELS[:, 600:] = 9
BENT = (260, 200, 180, 170, 175, 190)  # so that it is plain which side is anterior
STILL = {'gamma 2': CHANGES['gamma 2']}
TRUTH = Film('a.png', 640, 640, 'val', spine())


class Follower(FakeModel):
    """Finds the spine on mirrored films, 4 px too low; on dark ones two vertebrae."""

    def find(self, films, quick=False):
        answers = []
        for pixels in films:
            corners = spine()
            if pixels[0, 0] == 9:
                corners[..., 0] = 639 - corners[..., 0]
                corners = corners[:, [1, 0, 3, 2]] + [0, 4]
            if pixels[0, 0] == 255:
                corners = corners[:2]
            answers.append(found_in(corners, slots=np.arange(len(corners))))
        return answers


class Strict:
    """Refuses inverted films."""

    def screen(self, pixels, found):
        told = [SimpleNamespace(severity='note')]
        if pixels[0, 0] == 255:
            told.append(SimpleNamespace(severity='refusal'))
        return SimpleNamespace(warnings=told)


@pytest.fixture(scope='module')
def borne():
    changes = {name: CHANGES[name] for name in ('as it is', 'mirrored', 'inverted')}
    return bear([(TRUTH, PIXELS)] * 3, Follower(), Strict(), changes, batch_size=2)


@pytest.fixture(scope='module')
def told(borne):
    return summarise(borne)


def test_errors_are_those_of_the_film_as_it_was(told):
    assert told['as it is']['MRE_px'] == 0
    assert told['mirrored']['MRE_px'] == pytest.approx(4)
    assert told['mirrored']['SDR@5px'] == 100
    assert told['mirrored']['swapped_sides'] == 0
    # Four of six vertebrae are missed: 200 * 2 / (2 + 6).
    assert told['inverted']['F1'] == pytest.approx(50)
    assert told['inverted']['SDR@10px'] == pytest.approx(100 / 3)
    assert all(row['level_shift_rate'] == 0 for row in told.values())


def test_all_changes_together_leave_out_the_film_as_it_is(borne, told):
    together = told['all changes']
    assert together['films'] == 6
    # Mirrored, all 18 vertebrae; inverted, 6 of 18: 200 * 24 / (24 + 36).
    assert together['F1'] == pytest.approx(80)
    assert together['refusal'] == 0.5
    assert 'all changes' not in summarise({'as it is': borne['as it is']})


def test_verdicts(told):
    assert told['as it is']['none'] == 1
    assert told['inverted']['refusal'] == 1
    assert np.isnan(told['inverted']['F1_unrefused'])
    assert told['mirrored']['F1_unrefused'] == 100


def test_the_table(told):
    text = table(told)
    row = '| mirrored | 100.0 | 100.0 | 100.0 | 4.0 | 0.0 | 0 / 0 / 100 | - | nan |'
    assert row in text
    row = '| inverted | 50.0 | 33.3 | 33.3 | 0.0 | 0.0 | 100 / 0 / 0 | - | nan |'
    assert row in text


class Unsure(FakeModel):
    """Places a corner of L5 30 px aside, and tells how far corners may be off."""

    std = 0.5

    def find(self, films, quick=False):
        corners = spine(BENT)
        corners[1, 3, 0] -= 30
        std = np.full((6, 4), self.std)
        return [found_in(corners, corner_std=std) for _ in films]


@pytest.mark.parametrize(('std', 'held'), [(0.5, 80), (10, 100)])
def test_slips_within_their_intervals(std, held):
    model = Unsure()
    model.std = std
    film = replace(TRUTH, corners=spine(BENT))
    borne = bear([(film, PIXELS)], model, None, STILL, calibration=calibration())
    told = summarise(borne)['gamma 2']
    # Of a report's five slips, that of L5 is 30 points too large.
    assert told['slips'] == 5
    assert told['slips_held'] == held
    assert f'{5 * held // 100} of 5' in table({'gamma 2': told})


class Blind(FakeModel):
    """Finds nothing."""

    def find(self, films, quick=False):
        return [found_in(np.zeros((0, 4, 2))) for _ in films]


def test_nothing_found_is_cautioned_of():
    (one,) = bear([(TRUTH, PIXELS)], Blind(), None, {'as it is': CHANGES['as it is']})[
        'as it is'
    ]
    assert one.verdict == 'caution'
    assert one.outcome.found == 0


def test_films_come_from_a_split(phantoms, tmp_path):
    films = labelled(phantoms, 'annotations/val.json')
    assert films[0][1].shape == (films[0][0].height, films[0][0].width)
    with pytest.raises(SpondyloError, match='no such annotation file'):
        labelled(tmp_path, 'annotations/val.json')
