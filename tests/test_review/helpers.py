"""Random spines, reports of them, and what persons may do with them."""

import copy
import json

import numpy as np

from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.report_json import encode_report
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.spine.anatomy import LEVELS
from spondylo_mmpose.uncertainty.calibration import Calibration
from tests.test_film_report.helpers import HALF_MM, MODEL, SQUARE, film, found_in, spine

WHEN = '2026-01-31T12:00:00Z'

CALIBRATION = Calibration(
    coverages=(0.9,),
    scales={'S1': 1.5, 'others': 1.0},
    shares=None,
    size=100.0,
    corner_quantiles={},
    slip_quantiles={'all': (1.7,), 'S1': (2.25,), 'others': (1.625,)},
)


def calibrated(**changes):
    """A report of the spine that is known by hand, with intervals."""
    found = found_in(spine(), corner_std=np.full((6, 4), 2.0), std_origin='learned')
    options = ReportOptions(facing='left', **changes)
    return build_report(found, film(**HALF_MM), MODEL, options, CALIBRATION)


def random_spine(rng, number=None):
    """A bent spine with noise; some with a gap, a double, or a corner far off."""
    number = rng.integers(0, 9) if number is None else number
    quads, middle, tilt = [], np.array([330.0, 590.0]), rng.normal(0.3, 0.3)
    for _ in range(number):
        size = np.array([rng.uniform(70, 95), rng.uniform(45, 62)])
        along = np.array([np.cos(tilt), np.sin(tilt)])
        aside = np.array([-along[1], along[0]])
        body = [[-1, -1], [1, -1], [-1, 1], [1, 1]] * size / 2
        quads.append(middle + body @ np.array([along, aside]))
        step = rng.choice([1.25, 1.25, 1.25, 1.25, 2.6, 0.2], p=[0.24] * 4 + [0.02] * 2)
        middle = middle - aside * size[1] * step + rng.normal(0, 4, 2)
        tilt += rng.normal(-0.12, 0.1)
    corners = np.array(quads).reshape(-1, 4, 2) + rng.normal(0, 2, (number, 4, 2))
    if number and rng.random() < 0.15:
        corners[rng.integers(number), rng.integers(4)] += rng.normal(0, 90, 2)
    return corners


def random_report(rng):
    """A report on a random spine."""
    corners = random_spine(rng)
    number = len(corners)
    if number and rng.random() < 0.1:
        corners[rng.integers(number), rng.integers(4)] = np.nan
    told = {}
    if rng.random() < 0.8:
        told['corner_std'] = rng.uniform(0.5, 4, (number, 4))
    if rng.random() < 0.5:
        told['presence'] = rng.uniform(0, 1, number)
    if rng.random() < 0.5:
        told['corner_scores'] = rng.uniform(0, 1, (number, 4))
    if rng.random() < 0.5:
        first = rng.integers(0, 3)
        skips = rng.random(number) < 0.1
        told['slots'] = first + np.arange(number) + np.cumsum(skips)
    if rng.random() < 0.5:
        told['disputed'] = rng.random((number, 4)) < 0.05
    facts = [{}, SQUARE, HALF_MM, {**HALF_MM, 'spacing_plane': 'detector'}]
    known = dict(facts[rng.integers(4)])
    if rng.random() < 0.1:
        known['view'] = ['ap', 'oblique'][rng.integers(2)]
    if rng.random() < 0.3:
        known['upright'] = bool(rng.random() < 0.7)
    known['burned_in_text'] = [None, 'yes', 'no', 'not told'][rng.integers(4)]
    facing = [None, 'left', 'right'][rng.integers(3)]
    calibration = CALIBRATION if 'corner_std' in told and rng.random() < 0.7 else None
    found = FoundVertebrae(corners, rng.uniform(0.3, 1, number), **told)
    options = ReportOptions(facing=facing)
    return build_report(found, film(**known), MODEL, options, calibration)


def plain(report):
    """A report as JSON has it."""
    return json.loads(encode_report(report))


def state_of(report):
    """What a page starts from, see assets/report.js."""
    vertebrae = plain(report)['vertebrae']
    return {
        'vertebrae': [
            {'order': v['order'], 'model': v['order'], 'corners': v['corners']}
            for v in vertebrae
        ],
        'lowest': vertebrae[0]['level'] if vertebrae else 'S1',
        'lowestGiven': False,
        'facing': None,
        'spacing': None,
        'aspect': None,
        'std': None,
    }


def random_edit(rng, report):
    """A state that a person may leave behind."""
    state = copy.deepcopy(state_of(report))
    own = state['vertebrae']
    if own and rng.random() < 0.2:
        del own[rng.integers(len(own))]
    if rng.random() < 0.2:
        corners = random_spine(rng, 1)[0] + rng.uniform(-60, 60, 2)
        corners = np.clip(corners, 0, 639).round(3).tolist()
        own.insert(rng.integers(len(own) + 1), {'model': None, 'corners': corners})
    for one in own:
        if rng.random() < 0.4 and None not in one['corners']:
            moved = np.array(one['corners'])
            chosen = rng.random(4) < 0.4
            moved[chosen] += rng.normal(0, 5, (chosen.sum(), 2))
            inside = np.clip(moved[chosen], 0, 639).round(3)
            for place, point in zip(np.flatnonzero(chosen), inside, strict=True):
                one['corners'][place] = point.tolist()
    place = 0
    for i, one in enumerate(own):
        place += int(i > 0) + int(i > 0 and rng.random() < 0.05)
        one['order'] = place
    if rng.random() < 0.3:
        state |= {'lowest': LEVELS[rng.integers(0, 15)], 'lowestGiven': True}
    if rng.random() < 0.3:
        state['facing'] = ['left', 'right'][rng.integers(2)]
    if rng.random() < 0.2:
        state['spacing'] = rng.uniform(0.1, 0.5, 2).round(3).tolist()
    elif rng.random() < 0.2:
        # The second is that of a film with a spacing.
        state['aspect'] = [round(rng.uniform(0.6, 1.5), 3), 1.0003][rng.integers(2)]
    if rng.random() < 0.4:
        state['std'] = round(rng.uniform(0.3, 3), 2)
    return state
