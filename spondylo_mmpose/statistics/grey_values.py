"""Mean and standard deviation of the films' grey values, pooled without rounding."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import RadiographError, read_radiograph

LEVELS_OF_GREY = 256

Histogram = NDArray[np.int64]
"""Number of pixels of each of the 256 grey values; histograms of films just add up."""


def grey_histogram(pixels: NDArray[np.uint8]) -> Histogram:
    """Count the pixels of each grey value.

    Args:
        pixels: ``(H, W)`` grey image.
    """
    return np.bincount(pixels.ravel(), minlength=LEVELS_OF_GREY).astype(np.int64)


def mean_and_std(histogram: Histogram) -> tuple[float, float]:
    """Mean and standard deviation over all pixels of a histogram.

    Whole numbers until the last step, so that the result does not depend on the order
    in which films were added. The deviation is the population's (divided by ``n``).

    Args:
        histogram: ``(256,)``; may be the sum over many films.

    Returns:
        Mean and standard deviation in grey values 0 to 255; NaN without any pixel.
    """
    counts = [int(count) for count in histogram]
    number = sum(counts)
    if number == 0:
        return float('nan'), float('nan')
    total = sum(value * count for value, count in enumerate(counts))
    squares = sum(value**2 * count for value, count in enumerate(counts))
    variance = (squares * number - total**2) / number**2
    return total / number, variance**0.5


def describe_histogram(histogram: Histogram) -> dict[str, Any]:
    """Mean, deviation, range and quartiles as JSON holds them."""
    number = int(histogram.sum())
    mean, std = mean_and_std(histogram)
    result: dict[str, Any] = {'pixels': number, 'mean': mean, 'std': std}
    if number:
        below = np.cumsum(histogram)
        for name, share in (('p25', 0.25), ('median', 0.5), ('p75', 0.75)):
            result[name] = int(np.searchsorted(below, share * number))
        seen = np.flatnonzero(histogram)
        result |= {'min': int(seen[0]), 'max': int(seen[-1])}
    return result


def film_histogram(path: Path, film: Film) -> Histogram:
    """Read a film as every other part of the package does and count its grey values.

    Raises:
        SpondyloError: If the film is missing, cannot be read, or has another size than
            its entry says.
    """
    if not path.is_file():
        raise SpondyloError(
            f'{path}: the film is missing; put it there or convert the data set again'
        )
    try:
        pixels = read_radiograph(path).pixels
    except RadiographError as error:
        raise SpondyloError(f'{path}: {error}') from error
    height, width = pixels.shape
    if (width, height) != (film.width, film.height):
        raise SpondyloError(
            f'{path}: is {width} x {height} px, its entry says {film.width} x '
            f'{film.height}; convert the data set again'
        )
    return grey_histogram(pixels)


def iterate_histograms(
    images: Path, films: Sequence[Film], workers: int
) -> Iterator[Histogram]:
    """Histograms of films in their order, read by several threads.

    Never more than a few films are in memory at a time.

    Args:
        images: Folder that ``file_name`` is relative to.
        films: Films to read.
        workers: Number of threads.

    Raises:
        SpondyloError: As soon as a film fails; see :func:`film_histogram`.
    """
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(film_histogram, images / f.file_name, f) for f in films]
        try:
            for job in jobs:
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def choose_films(films: Sequence[Film], number: int | None, seed: int) -> list[int]:
    """Indices of the films whose pixels are read: all, or a random sample."""
    if number is None or number >= len(films):
        return list(range(len(films)))
    chosen = np.random.default_rng(seed).choice(len(films), number, replace=False)
    return sorted(int(i) for i in chosen)


def pool(histograms: Iterable[Histogram | None]) -> Histogram:
    """Sum of the histograms that were measured."""
    total = np.zeros(LEVELS_OF_GREY, np.int64)
    for histogram in histograms:
        if histogram is not None:
            total += histogram
    return total
