"""What converting, auditing and measuring cost as a data set grows."""

import contextlib
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from spondylo_mmpose.benchmarks.fresh_process import in_fresh_process
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.prediction_json import write_predictions
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.phantom.film import Phantom, make_truth
from spondylo_mmpose.phantom.geometry import SIZE
from spondylo_mmpose.phantom.plans import Plan
from spondylo_mmpose.phantom.rendering import RAW, render, write_label
from spondylo_mmpose.phantom.writer import TRUTH, write_truth
from spondylo_mmpose.utils.io import atomic_dir

TOOLS = Path(__file__).parents[2] / 'tools'
WORK = ('conversion', 'audit', 'metrics')

NOTES = (
    'each in a process of its own; seconds contain the start of Python and all '
    'imports, nearly all there is at the smallest size',
    'films of 640 x 640 px with the labels of phantoms and, since phantoms take long '
    'to draw, noise for a picture, no two alike',
    'metrics: end to end, with intervals, of predictions that are 3 px off on the '
    'training split, four fifths of the films',
)


def measure_data_growth(
    folder: str | Path, sizes: Sequence[int] = (20, 200, 2000), repeats: int = 1
) -> dict[str, Any]:
    """Convert, audit and measure data sets of several sizes.

    Args:
        folder: Where data sets are drawn once; those that are there are taken.
        sizes: Numbers of films, two or more.
        repeats: How often each is done; the quickest counts.

    Returns:
        For a JSON file: ``sizes``, for each of :data:`WORK` the ``seconds`` and
        ``peak_mib`` at each size, the ``slope`` of the logarithms and the
        ``last_slope`` between the two largest, the ``mib_per_film`` between them.

    Raises:
        SpondyloError: If there are no two sizes, or a tool fails.
    """
    sizes = sorted(set(sizes))
    if len(sizes) < 2 or sizes[0] < 5:
        raise SpondyloError('name two numbers of films or more, of 5 at least')
    seconds: dict[str, list[float]] = {name: [] for name in WORK}
    peaks: dict[str, list[float]] = {name: [] for name in WORK}
    for size in tqdm(sizes, 'sizes', disable=None):
        raw = Path(folder) / f'growth_{size}'
        if not raw.is_dir():
            draw_raw(raw, size)
        for name, (time, peak) in _once(raw, repeats).items():
            seconds[name].append(time)
            peaks[name].append(peak)
    return {
        'sizes': sizes,
        'notes': list(NOTES),
        **{name: growth(sizes, seconds[name], peaks[name]) for name in WORK},
    }


def growth(
    sizes: Sequence[int], seconds: Sequence[float], peaks: Sequence[float]
) -> dict[str, Any]:
    """How fast cost grows.

    A slope of 1 means in proportion; below it is what is paid once.

    Args:
        sizes: Numbers of films, ascending.
        seconds: At each.
        peaks: MiB at each.
    """
    logs = np.log(sizes), np.log(seconds)
    steps = np.diff(sizes)[-1]
    return {
        'seconds': list(seconds),
        'peak_mib': list(peaks),
        'slope': float(np.polyfit(*logs, 1)[0]),
        'last_slope': float(np.diff(logs[1])[-1] / np.diff(logs[0])[-1]),
        'mib_per_film': float((peaks[-1] - peaks[-2]) / steps),
        'seconds_per_film': float((seconds[-1] - seconds[-2]) / steps),
    }


def draw_raw(out: str | Path, films: int, seed: int = 0) -> None:
    """Write a raw data set quickly: true labels, pictures of noise.

    Args:
        out: Folder; it appears when it is complete.
        films: How many; a fifth is for validation.
        seed: Of labels and pictures.

    Raises:
        SpondyloError: If it cannot be written.
    """
    # Patients are as many as there are numbers; none is in both splits.
    plans = [Plan(i, 'val' if i % 5 == 0 else 'train') for i in range(films)]
    with atomic_dir(out, known_by=[TRUTH]) as folder:
        images = f'{RAW}/images'
        written = render(folder, images, plans, seed, noisy_film, None)
        for film in written:
            write_label(folder, film)
        write_truth(folder, seed, written)


def noisy_film(seed: int, index: int) -> Phantom:
    """Labels of a phantom on soft noise with a fine grain."""
    rng = np.random.default_rng((seed, index))
    clouds = rng.uniform(30, 220, (12, 12)).astype(np.float32)
    soft = cv2.resize(clouds, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(
        rng.standard_normal((SIZE // 2, SIZE // 2)).astype(np.float32), (SIZE, SIZE)
    )
    picture = np.clip(np.asarray(soft) + 6 * np.asarray(grain), 0, 255)
    return Phantom(picture.astype(np.uint8), make_truth(seed, index))


def predictions_of(annotations: Path, off: float = 3.0, seed: int = 0) -> PredictionSet:
    """What a model might say of annotated films.

    Args:
        annotations: File of a converted data set.
        off: Standard deviation of x and of y of the corners, px.
        seed: Of the errors.
    """
    rng = np.random.default_rng(seed)
    films = []
    for name, one in read_truth([annotations]).films.items():
        corners = one.film.corners
        films.append(
            FilmPrediction(
                file_name=name,
                corners=corners + rng.normal(0, off, corners.shape),
                scores=rng.uniform(0.5, 1, len(corners)),
            )
        )
    return PredictionSet(films, given_boxes=False, model='noise')


def _once(raw: Path, repeats: int) -> dict[str, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as place:
        coco, told = Path(place) / 'coco', Path(place) / 'predictions.json'
        found = {
            'conversion': _quickest(
                'convert_dataset.py', ['mendeley', raw, coco, '--force'], repeats
            ),
            'audit': _quickest('verify_dataset.py', [raw], repeats),
        }
        annotations = coco / 'annotations' / 'train.json'
        with contextlib.redirect_stdout(io.StringIO()):
            write_predictions(told, predictions_of(annotations))
        found['metrics'] = _quickest('evaluate.py', [told, annotations], repeats)
    return found


def _quickest(tool: str, words: Sequence[Any], repeats: int) -> tuple[float, float]:
    done = [
        in_fresh_process(
            'spondylo_mmpose.benchmarks.fresh_process:run_script',
            {'path': str(TOOLS / tool), 'words': [str(word) for word in words]},
        )
        for _ in range(repeats)
    ]
    return min(one.seconds for one in done), max(one.peak_mib for one in done)
