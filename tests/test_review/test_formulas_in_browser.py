"""The page's formulas against the package's own, on random spines."""

import json
import math

import numpy as np
import pytest

from spondylo_mmpose.converters.coco import coco_dataset
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.levels import is_apart, is_doubled
from spondylo_mmpose.film_report.report_json import report_digest
from spondylo_mmpose.film_report.shapes import misshapen, misshapen_discs
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.review.page import FORMULAS, script
from spondylo_mmpose.review.page_data import page_data
from spondylo_mmpose.review.remeasuring import reviewed_report
from spondylo_mmpose.serving.training_film import INFO, training_film
from spondylo_mmpose.spine.anatomy import infer_facing, order_upward
from spondylo_mmpose.spine.measurements import (
    disc_angles,
    end_plate_lengths,
    meyerding_grade,
    sagittal_angle,
    slip_distance,
    slip_percent,
)
from spondylo_mmpose.uncertainty import grades_between, slip_interval, slip_stds
from tests.test_review.helpers import (
    CALIBRATION,
    WHEN,
    calibrated,
    plain,
    random_edit,
    random_report,
    random_spine,
)

CLOSE = dict(rtol=1e-11, atol=1e-10)
SPINES, REPORTS = 300, 300


@pytest.fixture(scope='module')
def formulas(tab, tmp_path_factory):
    """A page with the formulas alone, told what every page is told."""
    path = tmp_path_factory.mktemp('formulas') / 'page.html'
    path.write_text(f'<!doctype html><script>{script(FORMULAS)}</script>')
    tab.open(path)
    data = page_data(calibrated())
    told = {key: data[key] for key in ('limits', 'texts', 'coco', 'version')}
    tab.value(f'void Object.assign(Spondylo, {json.dumps(told)})')
    yield tab
    assert tab.complaints() == []


def of_all(tab, values, code):
    """What JavaScript makes of each value ``v``; NaN comes as None."""
    return tab.value(f'(() => {{ const S = Spondylo; return {json.dumps(values)}.map('
                     f'(v) => {{ {code} }}); }})()')  # fmt: skip


def test_measures(formulas):
    rng = np.random.default_rng(1)
    cases = [
        {
            'spine': random_spine(rng, 6).tolist(),
            'facing': ['left', 'right'][rng.integers(2)],
            'spacing': [None, rng.uniform(0.1, 0.6, 2).tolist()][rng.integers(2)],
            'stds': rng.uniform(0.2, 5, (6, 4)).tolist(),
        }
        for _ in range(SPINES)
    ]
    told = of_all(
        formulas,
        cases,
        """
        const q = v.spine; const at = [v.facing, v.spacing];
        const pairs = (f) => q.slice(1).map((upper, i) => f(q[i], upper, i));
        return {
          slip: pairs((a, b) => S.slipPercent(a, b, ...at)),
          length: pairs((a, b) => S.slipDistance(a, b, ...at)),
          disc: pairs((a, b) => S.discAngle(a, b, ...at)),
          std: pairs((a, b, i) => S.slipStd(a, b, v.stds[i], v.stds[i + 1], ...at)),
          plates: q.map((one) => S.plateLengths(one, v.spacing)),
          cobb: S.sagittalAngle(q[0], q[5], ...at),
          order: S.orderUpward(q), apart: S.apart(q), doubled: S.doubled(q),
          misshapen: S.misshapen(q), discs: S.misshapenDiscs(q),
        };""",
    )
    for case, one in zip(cases, told, strict=True):
        quads, at = np.array(case['spine']), (case['facing'], case['spacing'])
        stds = np.array(case['stds'])
        slips = slip_percent(quads, *at)
        close = np.testing.assert_allclose
        close(one['slip'], slips, **CLOSE)
        close(one['length'], slip_distance(quads, *at), **CLOSE)
        close(one['disc'], disc_angles(quads, *at), **CLOSE)
        expected = slip_stds(quads[:-1], quads[1:], stds[:-1], stds[1:], *at)
        close(one['std'], expected, **CLOSE)
        close(one['plates'], end_plate_lengths(quads, case['spacing']), **CLOSE)
        close(one['cobb'], sagittal_angle(quads, at[0], spacing=at[1]), **CLOSE)
        assert one['order'] == order_upward(quads).tolist()
        assert one['apart'] == is_apart(quads).tolist()
        assert one['doubled'] == is_doubled(quads).tolist()
        assert one['misshapen'] == misshapen(quads).tolist()
        assert one['discs'] == misshapen_discs(quads).tolist()


def test_the_order_of_vertebrae_in_any_order(formulas):
    rng = np.random.default_rng(2)
    spines = [rng.permutation(random_spine(rng, 7)).tolist() for _ in range(100)]
    told = of_all(formulas, spines, 'return S.orderUpward(v);')
    assert told == [order_upward(quads).tolist() for quads in spines]


@pytest.mark.parametrize('method', ['conformal', 'delta'])
def test_intervals(formulas, method):
    rng = np.random.default_rng(3)
    cases = [
        (*random_spine(rng, 2).tolist(), *rng.uniform(0.1, 6, (2, 4)).tolist())
        for _ in range(200)
    ]
    quantile = 'S.limits.normalQuantile' if method == 'delta' else '2.25'
    told = of_all(
        formulas,
        cases,
        f"""
        const slip = S.slipPercent(v[0], v[1], 'left', null);
        const std = S.slipStd(...v, 'left', null);
        const ends = S.interval(slip, std, {quantile});
        return [...ends, S.gradeText(S.gradesBetween(...ends, 5))];""",
    )
    for case, (low, high, grade) in zip(cases, told, strict=True):
        expected = slip_interval(
            *case, 'left', 0.9, CALIBRATION, lower_level='S1', method=method
        )
        np.testing.assert_allclose([low, high], [expected.low, expected.high], **CLOSE)
        assert grade == expected.grade_text


def test_facing(formulas):
    rng = np.random.default_rng(7)
    spines = [random_spine(rng, rng.integers(1, 8)) for _ in range(SPINES)]
    for one in spines[::9]:
        one[rng.integers(len(one))] = np.nan
    spines.append(np.tile(spines[0][:1], (2, 1, 1)))  # on each other
    plain_spines = [
        [[None if np.isnan(p).any() else p.tolist() for p in quad] for quad in one]
        for one in spines
    ]
    told = of_all(formulas, plain_spines, 'return S.inferFacing(v.map(S.quadOf));')
    for spine, (facing, strength) in zip(spines, told, strict=True):
        expected = infer_facing(spine)
        assert facing == expected[0]
        np.testing.assert_allclose(strength, expected[1], **CLOSE)


def test_grades(formulas):
    slips = [0, 4.9999, 5, 25, 25 + 1e-11, 25.001, -50, -50.1, 75, 100, 101, -300]
    told = of_all(formulas, slips, 'return S.grade(v, 5);')
    assert told == meyerding_grade(slips).tolist()
    ends = [[-6, 3], [-3, 30], [20, 30], [-30, -20], [-1, 1], [-200, 300], [5, 5]]
    told = of_all(formulas, ends, 'return S.gradesBetween(...v, 5);')
    assert told == [list(grades_between(*one)) for one in ends]


def differences(one, other, at='report'):
    """Where two JSON values differ by more than a rounded digit."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), at
        return [d for k in one for d in differences(one[k], other[k], f'{at}.{k}')]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f'{at}[{i}]')]
    if isinstance(one, float) and isinstance(other, (int, float)):
        return [] if math.isclose(one, other, rel_tol=0, abs_tol=1.01e-3) else [at]
    return [] if one == other else [(at, one, other)]


@pytest.mark.parametrize('part', range(3))
def test_whole_reports_as_persons_leave_them(formulas, part):
    rng = np.random.default_rng(10 + part)
    origins = [random_report(rng) for _ in range(REPORTS // 3)]
    states = [random_edit(rng, origin) for origin in origins]
    for place in range(0, len(states), 4):  # some are accepted as they are
        states[place] = None
    cases = [
        {'origin': plain(origin), 'state': state, 'digest': report_digest(origin)}
        for origin, state in zip(origins, states, strict=True)
    ]
    told = of_all(
        formulas,
        cases,
        f"""
        const state = v.state || S.stateOf(v.origin);
        const report = S.buildReport(v.origin, state, {{
          when: '{WHEN}', who: '', digest: v.digest, version: S.version }});
        const again = S.buildReport(v.origin, S.stateOfReview(v.origin, report), {{
          when: '{WHEN}', who: '', digest: v.digest, version: S.version }});
        let coco;
        try {{ coco = S.cocoOf(report, 'a.png'); }} catch (error) {{ coco = error.message; }}
        return {{ report, coco, same: JSON.stringify(report) === JSON.stringify(again) }};
        """,  # noqa: E501
    )
    statuses, measured = [], 0
    for origin, state, one in zip(origins, states, told, strict=True):
        # Fields and their kinds are checked here: numbers of JavaScript have no kind.
        sent = SpineReport.from_json(json.dumps(one['report']))
        expected = reviewed_report(origin, sent)
        assert differences(plain(expected), plain(sent)) == []
        if state is None:
            assert expected.review.status == 'accepted'
            assert plain(expected) | {'review': None} == plain(origin)
        assert one['same']
        statuses.append(expected.review.status)
        measured += sum(pair.slip_interval is not None for pair in expected.pairs)
        try:
            film = training_film(expected, 'a.png')
        except SpondyloError as error:
            assert one['coco'] == str(error)
        else:
            made = coco_dataset([film], INFO)
            assert differences(json.loads(json.dumps(made)), one['coco']) == []
    assert {'accepted', 'corrected'} == set(statuses)
    assert measured > 50
