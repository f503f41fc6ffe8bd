"""How well screens tell lateral lumbar films from others, signal by signal."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy.stats import rankdata
from tqdm import tqdm

from spondylo_mmpose.apis.inputs import find_films
from spondylo_mmpose.benchmarks.film_sets import FilmSet, Grey
from spondylo_mmpose.film_report.films import open_film
from spondylo_mmpose.film_report.found import FilmModel, FoundVertebrae
from spondylo_mmpose.film_report.screening import FilmScreen, Screened
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.film_report.turned import look_again
from spondylo_mmpose.screening.signals import FEWEST, SIGNALS, measure_signals
from spondylo_mmpose.spine.anatomy import FloatArray, centres
from spondylo_mmpose.spine.measurements import wrap_degrees

T = TypeVar('T')

BENT, PRESENCE, PLAIN = 'bent', 'presence', 'plain'
CANDIDATES = (*SIGNALS, BENT, PRESENCE, PLAIN)
"""Signals, and what was tried and left out: the root mean square of the row's turns,
what the mean presence lacks to 1, and how few grey values there are (negative entropy).
"""

VERDICTS = ('refusal', 'caution', 'none')
"""What a screen says of a picture, the worst first."""

RATE = 0.05
"""Share of right films that each signal alone may flag in the table."""


@dataclass(frozen=True)
class Tried:
    """What came of a set of pictures.

    Attributes:
        name: Of the set.
        right: Whether they are lateral lumbar films.
        values: Signals of each picture, by the names of :data:`CANDIDATES`.
        found: Vertebrae on each.
        verdicts: By the name of a screen its :func:`verdict` on each picture.
    """

    name: str
    right: bool
    values: Mapping[str, FloatArray]
    found: tuple[int, ...]
    verdicts: Mapping[str, tuple[str, ...]]

    def shares(self, screen: str) -> dict[str, float]:
        """Shares of pictures that were refused, flagged, and let pass silently."""
        told = self.verdicts[screen]
        return {k: told.count(k) / len(told) for k in VERDICTS}


def verdict(screened: Screened, found: FoundVertebrae) -> str:
    """The worst that a screen said of a picture, one of :data:`VERDICTS`.

    One on which nothing was found is flagged: the report says so.
    """
    told = {one.severity for one in screened.warnings}
    worst = next((one for one in VERDICTS if one in told), 'none')
    return 'caution' if worst == 'none' and not len(found) else worst


def folder_set(name: str, folder: str | Path, right: bool) -> FilmSet:
    """The films of a folder."""
    paths = find_films([folder])
    return FilmSet(name, right, range(len(paths)), lambda i: open_film(paths[i]).pixels)


def try_set(
    films: FilmSet,
    model: FilmModel,
    screens: Mapping[str, FilmScreen],
    batch_size: int = 4,
) -> Tried:
    """Show a set to a model and have screens judge what it found.

    Args:
        films: The pictures.
        model: What finds vertebrae.
        screens: By name.
        batch_size: Pictures that go through the model together.
    """
    least = ReportOptions.score_threshold
    values: list[dict[str, float]] = []
    number: list[int] = []
    verdicts: dict[str, list[str]] = {name: [] for name in screens}
    bar = tqdm(total=len(films.numbers), desc=films.name, unit='film', disable=None)
    for batch in batches(films.pictures(), batch_size):
        answers = look_again(model, batch, model.find(batch), least)
        for picture, answer in zip(batch, answers, strict=True):
            found = answer.upward(least)
            values.append(measure_signals(found) | _others(picture, found))
            number.append(len(found))
            for name, screen in screens.items():
                verdicts[name].append(verdict(screen.screen(picture, found), found))
            bar.update()
    bar.close()
    return Tried(
        films.name,
        films.right,
        {name: np.array([one[name] for one in values]) for name in CANDIDATES},
        tuple(number),
        {name: tuple(told) for name, told in verdicts.items()},
    )


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in lists of a size, the last one maybe shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _others(picture: Grey, found: FoundVertebrae) -> dict[str, float]:
    nan = float('nan')
    told = {BENT: nan, PRESENCE: nan}
    if len(found) >= FEWEST:
        steps = np.diff(centres(found.corners), axis=0)
        ways = np.degrees(np.arctan2(steps[:, 0], -steps[:, 1]))
        turns = wrap_degrees(np.diff(ways))
        told[BENT] = float(np.sqrt(np.mean(turns**2)))
    if len(found) and found.presence is not None:
        told[PRESENCE] = float(1 - found.presence.mean())
    shares = np.bincount(picture.ravel(), minlength=256) / picture.size
    shares = shares[shares > 0]
    return {**told, PLAIN: float(shares @ np.log2(shares))}


def auroc(right: FloatArray, other: FloatArray) -> float:
    """Probability that another picture has a larger value than a right one.

    Args:
        right: Values of right films; NaN, which was not measured, is below all.
        other: Of other pictures.

    Returns:
        0.5 for a signal that tells nothing; NaN without pictures on a side.
    """
    if not len(right) or not len(other):
        return float('nan')
    both = np.nan_to_num(np.concatenate([right, other]), nan=-np.inf)
    ranks = rankdata(both)[len(right) :]
    number = len(other)
    return float((ranks.sum() - number * (number + 1) / 2) / (number * len(right)))


def summarise(tried: Sequence[Tried]) -> dict[str, Any]:
    """The tables as numbers: signals one by one, then the screens."""
    signals: dict[str, dict[str, Any]] = {}
    right = [one for one in tried if one.right]
    for name in CANDIDATES:
        usual = np.concatenate([one.values[name] for one in right])
        if not np.isfinite(usual).any():
            continue
        limit = float(np.nanquantile(usual, 1 - RATE))
        signals[name] = {'limit': limit} | {
            one.name: {
                'auroc': auroc(usual, one.values[name]),
                'above': float((one.values[name] > limit).mean()),
            }
            for one in tried
            if not one.right
        }
    screens = {
        name: {one.name: one.shares(name) for one in tried}
        for name in (tried[0].verdicts if tried else ())
    }
    return {
        'pictures': {one.name: len(one.found) for one in tried},
        'signals': signals,
        'screens': screens,
    }


def tables(summary: Mapping[str, Any]) -> str:
    """The numbers as Markdown."""
    others = list(next(iter(summary['signals'].values()), {'limit': 0}))[1:]
    lines = [
        'AUROC, and share above the limit that 5 % of the right films exceed, in %:',
        '',
        '| signal | limit | ' + ' | '.join(others) + ' |',
        '|---|---|' + '---|' * len(others),
    ]
    for name, row in summary['signals'].items():
        cells = [f'{row[o]["auroc"]:.3f}, {100 * row[o]["above"]:.0f}' for o in others]
        lines.append(f'| `{name}` | {row["limit"]:.3g} | ' + ' | '.join(cells) + ' |')
    names = list(summary['screens'])
    lines += [
        '',
        'Refused / flagged / passed silently, in %:',
        '',
        '| pictures | number | ' + ' | '.join(names) + ' |',
        '|---|---|' + '---|' * len(names),
    ]
    for film_set, number in summary['pictures'].items():
        cells = [
            ' / '.join(
                f'{100 * summary["screens"][name][film_set][said]:.0f}'
                for said in VERDICTS
            )
            for name in names
        ]
        lines.append(f'| {film_set} | {number} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def time_screen(screen: FilmScreen, found: FoundVertebrae, repeats: int = 200) -> float:
    """Seconds that a screen takes on one film, without the network."""
    pixels = np.zeros((640, 640), np.uint8)
    screen.screen(pixels, found)
    start = time.process_time()
    for _ in range(repeats):
        screen.screen(pixels, found)
    return (time.process_time() - start) / repeats
