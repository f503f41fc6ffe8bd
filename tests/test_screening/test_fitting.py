"""Limits out of films of the right kind, by hand and by chance."""

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.screening.fitting import fit_limits
from spondylo_mmpose.screening.signals import SIGNALS


def films(**columns):
    """Signals of films, those not named 0."""
    number = len(next(iter(columns.values())))
    return [
        dict.fromkeys(SIGNALS, 0.0)
        | {name: float(column[place]) for name, column in columns.items()}
        for place in range(number)
    ]


def test_by_hand():
    # Of 1 ... 19 hundredths the median is 0.1 and the 90 % quantile 0.172. With 19
    # films the conformal quantile of 95 % is the largest.
    measured = films(deviation=np.arange(1, 20) / 100)
    told = fit_limits(measured, range(19), 0.05, 2.0)
    assert told.limits['deviation'].caution == pytest.approx(0.19)
    assert told.limits['deviation'].refusal == pytest.approx(0.28)
    assert told.facts['reach'] == pytest.approx(0.09 / 0.072)
    # What does not scatter has the width of what means nothing.
    assert told.limits['askew'].caution == pytest.approx(3 * 0.09 / 0.072)
    assert (told.facts['films'], told.facts['views']) == (19, 19)


def test_a_share_above_one_is_no_limit():
    told = fit_limits(films(scores=np.linspace(0.1, 0.9, 19)), range(19), 0.05, 2.0)
    assert told.limits['scores'].caution == pytest.approx(0.9)
    assert told.limits['scores'].refusal is None


def test_views_of_a_film_are_no_films():
    measured = films(deviation=np.arange(1, 39) / 100)
    told = fit_limits(measured, np.repeat(np.arange(19), 2).tolist(), 0.05)
    assert (told.facts['films'], told.facts['views']) == (19, 38)
    with pytest.raises(SpondyloError, match='18 films are too few'):
        fit_limits(measured[:36], np.repeat(np.arange(18), 2).tolist(), 0.05)


def test_what_is_hardly_ever_measured_has_no_limit():
    half, most = np.full(20, np.nan), np.full(20, np.nan)
    half[:10], most[:9] = 0.1, 0.1
    told = fit_limits(films(deviation=half, scores=most), range(20), 0.05)
    assert 'deviation' in told.limits
    assert 'scores' not in told.limits


def test_nothing_to_learn_from():
    nothing = [dict.fromkeys(SIGNALS, np.nan)] * 19
    with pytest.raises(SpondyloError, match='too few vertebrae were found'):
        fit_limits(nothing, range(19), 0.05)


@pytest.mark.parametrize(
    ('settings', 'complaint'),
    [
        ({'caution_rate': 0.0}, '--caution-rate 0'),
        ({'caution_rate': 0.6}, '--caution-rate 0.6'),
        ({'caution_rate': float('nan')}, '--caution-rate nan'),
        ({'refusal_margin': 0.9}, '--refusal-margin 0.9'),
        ({'refusal_margin': float('inf')}, '--refusal-margin inf'),
    ],
)
def test_settings_that_make_no_sense(settings, complaint):
    with pytest.raises(SpondyloError, match=complaint):
        fit_limits(films(scores=np.zeros(99)), range(99), **settings)


def test_as_many_are_flagged_as_asked_for():
    rng = np.random.default_rng(0)

    def draw(number):
        return films(**{name: rng.gamma(2, 0.05, number) for name in SIGNALS})

    shares = []
    for _ in range(20):
        limits = fit_limits(draw(200), range(200), 0.1).limits
        flagged = [
            any(
                limit.caution is not None and one[name] > limit.caution
                for name, limit in limits.items()
            )
            for one in draw(500)
        ]
        shares.append(np.mean(flagged))
    # All signals together, not each by itself; scales are of the same films, so that
    # it is a little more than was asked for.
    assert 0.08 < np.mean(shares) < 0.12
