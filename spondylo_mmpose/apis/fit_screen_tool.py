"""Learning limits as ``tools/fit_screen.py`` does it."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

import spondylo_mmpose
from spondylo_mmpose.apis.inputs import find_films
from spondylo_mmpose.apis.predict_tool import (
    add_model_options,
    add_run_options,
    build_inferencer,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.films import open_film
from spondylo_mmpose.film_report.found import FilmModel
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.screening.fitting import (
    CAUTION_RATE,
    REFUSAL_MARGIN,
    fit_limits,
)
from spondylo_mmpose.screening.limits import ScreenLimits
from spondylo_mmpose.screening.screen_file import write_screen
from spondylo_mmpose.screening.signals import measure_signals
from spondylo_mmpose.utils.io import check_writable

VIEWS = 2
"""The film as it is, and once seen through something else."""

THINNER: dict[str, Any] = {
    'tissue': 0.15,
    'gas': 0.3,
    'haze': 0.4,
    'edge_strength': 0.06,
    'glare': 0.25,
    'grain': 0.025,
}
"""Half of what :class:`.RandomSuperposition` lays over films by itself. On one film in
ten of those a network finds nothing right, and such films should be refused."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the tool."""
    parser.add_argument(
        'films',
        nargs='+',
        metavar='FILM',
        help='lateral lumbar films that the model did not learn from; folders',
    )
    parser.add_argument(
        '--out', required=True, metavar='FILE.json', help='limits to write'
    )
    parser.add_argument(
        '--caution-rate',
        type=float,
        default=CAUTION_RATE,
        metavar='SHARE',
        help='share of such films that may be flagged (default: %(default)s)',
    )
    parser.add_argument(
        '--refusal-margin',
        type=float,
        default=REFUSAL_MARGIN,
        metavar='TIMES',
        help='refuse at so many times the distance of the limit of caution from the '
        'middle (default: %(default)s)',
    )
    parser.add_argument(
        '--views',
        type=int,
        default=VIEWS,
        metavar='N',
        help='times that each film is shown, first as it is, then with tissue, gas, '
        'haze and grain over it (default: %(default)s)',
    )
    parser.add_argument(
        '--seed',
        type=int,
        default=0,
        help='of what is laid over (default: %(default)s)',
    )
    add_model_options(parser)
    add_run_options(parser.add_argument_group('the run'))


def fit_screen(args: argparse.Namespace) -> list[str]:
    """Learn limits and write them.

    Args:
        args: Parsed options.

    Returns:
        What was learned, and a line that says where it is.

    Raises:
        SpondyloError: If a film cannot be read (one that is left out silently would
            make the rest look more alike than they are), or options make no sense.
    """
    if args.views < 1:
        raise SpondyloError(f'--views {args.views}: must be 1 or more')
    check_writable(args.out)
    paths = find_films(args.films)
    inferencer = build_inferencer(args)
    model = inferencer.model
    limits = learn_limits(
        model,
        paths,
        args.caution_rate,
        args.refusal_margin,
        args.views,
        args.seed,
        args.score_threshold,
        args.batch_size,
    )
    told = {
        'package_version': spondylo_mmpose.__version__,
        'model': model.facts.name,
        'weights_sha256': [part.weights_sha256 for part in model.facts.parts],
        'score_threshold': args.score_threshold,
        'seed': args.seed,
    }
    limits = replace(limits, facts={**limits.facts, **told})
    lines = [
        f'learned from {limits.facts["views"]} views of {limits.facts["films"]} films',
        f'{"signal":14} {"median":>8} {"caution":>8} {"refusal":>8}',
    ]
    for name, limit in limits.limits.items():
        median = limits.facts['medians'][name]
        lines.append(
            f'{name:14} {median:8.3f} {_told(limit.caution)} {_told(limit.refusal)}'
        )
    return [*lines, f'written: {write_screen(args.out, limits)}']


def learn_limits(
    model: FilmModel,
    paths: Sequence[Path],
    caution_rate: float = CAUTION_RATE,
    refusal_margin: float = REFUSAL_MARGIN,
    views: int = VIEWS,
    seed: int = 0,
    score_threshold: float = ReportOptions.score_threshold,
    batch_size: int = 4,
) -> ScreenLimits:
    """Learn limits from films.

    Args:
        model: What finds vertebrae.
        paths: Films of the right kind.
        caution_rate: See :func:`.fit_limits`.
        refusal_margin: See :func:`.fit_limits`.
        views: Times that each film is shown.
        seed: Of the changes to views after the first.
        score_threshold: Least score of a vertebra that counts.
        batch_size: Views that go through the model together.

    Raises:
        SpondyloError: If a film cannot be read, or there are too few.
    """
    measured, films = [], list[int]()
    shown = (
        (number, pixels)
        for number, path in enumerate(tqdm(paths, unit='film', disable=None))
        for pixels in film_views(open_film(path).pixels, views, seed + number)
    )
    while batch := list(islice(shown, batch_size)):
        films += [number for number, _ in batch]
        for found in model.find([pixels for _, pixels in batch]):
            measured.append(measure_signals(found.upward(score_threshold)))
    return fit_limits(measured, films, caution_rate, refusal_margin)


def film_views(
    pixels: NDArray[np.uint8], views: int, seed: int
) -> Iterator[NDArray[np.uint8]]:
    """A film as it is, then seen through something else each time.

    Args:
        pixels: ``(H, W)``.
        views: How many.
        seed: The same gives the same views; numpy's own random state is left alone.
    """
    yield pixels
    if views == 1:
        return
    # Torch comes with these.
    from spondylo_mmpose.datasets.transforms import (
        RandomRadiographAppearance,
        RandomSuperposition,
    )

    changes = (
        RandomRadiographAppearance(),
        RandomSuperposition(probability=1.0, **THINNER),
    )
    for view in range(1, views):
        state = np.random.get_state()
        np.random.seed([seed, view])
        try:
            results = {'img': cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)}
            for change in changes:
                results = change.transform(results)
        finally:
            np.random.set_state(state)
        changed = cv2.cvtColor(results['img'], cv2.COLOR_BGR2GRAY)
        yield np.asarray(changed, np.uint8)


def _told(limit: float | None) -> str:
    return f'{"none" if limit is None else f"{limit:.3f}":>8}'
