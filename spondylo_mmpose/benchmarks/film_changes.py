"""What befalls films on their way to a program, to measure what a model bears."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.benchmarks.film_sets import Grey
from spondylo_mmpose.imaging.lossy import through_jpeg
from spondylo_mmpose.spine.anatomy import SIDES_SWAPPED, FloatArray

SOFT_WINDOW, CHEQUER_PX = 25.0, 4.3


@dataclass(frozen=True, eq=False)
class ChangedFilm:
    """A film that something befell.

    Attributes:
        pixels: ``(H, W)``.
        matrix: ``(3, 3)`` from px of the film as it was to px of this one.
    """

    pixels: Grey
    matrix: FloatArray

    def back(self, corners: FloatArray) -> FloatArray:
        """Corners ``(N, 4, 2)`` px of this film, in px of the film as it was.

        In the order of ``anatomy.CORNERS`` on the film as it was, mirrored or not.
        """
        return _through(np.linalg.inv(self.matrix), corners)

    def there(self, corners: FloatArray) -> FloatArray:
        """Corners of the film as it was, in px and order of this one."""
        return _through(self.matrix, corners)


def _through(matrix: FloatArray, corners: FloatArray) -> FloatArray:
    points = np.concatenate([corners, np.ones((*corners.shape[:2], 1))], axis=-1)
    points = points @ matrix.T
    moved = points[..., :2] / points[..., 2:]
    return moved[:, SIDES_SWAPPED] if np.linalg.det(matrix) < 0 else moved


Change = Callable[[Grey], ChangedFilm]


def _still(change: Callable[[Grey], NDArray]) -> Change:
    """Grey values change, px stay where they are."""

    def apply(film: Grey) -> ChangedFilm:
        levels = np.clip(change(film), 0, 255).astype(np.uint8)
        return ChangedFilm(levels, np.eye(3))

    return apply


def _moved(film: Grey, matrix: FloatArray, size: tuple[int, int]) -> ChangedFilm:
    picture = cv2.warpPerspective(film, matrix, size, flags=cv2.INTER_LINEAR)
    return ChangedFilm(np.asarray(picture, np.uint8), matrix)


def _mirror(film: Grey) -> ChangedFilm:
    matrix = np.array([[-1.0, 0, film.shape[1] - 1], [0, 1, 0], [0, 0, 1]])
    return ChangedFilm(np.ascontiguousarray(film[:, ::-1]), matrix)


def _border(share: float, level: int, below_too: bool = True) -> Change:
    """Borders as wide as a share of the film's height."""

    def apply(film: Grey) -> ChangedFilm:
        wide = round(share * film.shape[0])
        high = wide if below_too else 0
        framed = cv2.copyMakeBorder(
            film, high, high, wide, wide, cv2.BORDER_CONSTANT, value=(level,)
        )
        matrix = np.array([[1.0, 0, wide], [0, 1, high], [0, 0, 1]])
        return ChangedFilm(np.asarray(framed, np.uint8), matrix)

    return apply


def _screenshot(film: Grey) -> ChangedFilm:
    """A viewer's window with a title, buttons and words, its contrast hard."""
    level = float(np.median(film))
    shown = 255 / (1 + np.exp((level - film.astype(np.float32)) / SOFT_WINDOW))
    unit = film.shape[0] // 16
    left, top, right, bottom = 2 * unit, 2 * unit, unit, unit
    window = cv2.copyMakeBorder(
        shown.astype(np.uint8),
        top,
        bottom,
        left,
        right,
        cv2.BORDER_CONSTANT,
        value=(30,),
    )
    window[: round(1.1 * unit)] = 200
    size, thick = unit / 45, max(1, unit // 20)
    style = (cv2.FONT_HERSHEY_SIMPLEX, size)
    cv2.putText(window, 'Viewer  LS SPINE LAT', (unit // 2, unit), *style, (0,), thick)
    for place in range(6):
        start = (unit // 2, (2 + 2 * place) * unit)
        end = (start[0] + unit, start[1] + unit)
        cv2.rectangle(window, start, end, (120,), -1)
    words = (left + unit, window.shape[0] - 2 * unit)
    cv2.putText(window, 'W 2048 L 1024', words, *style, (255,), thick)
    matrix = np.array([[1.0, 0, left], [0, 1, top], [0, 0, 1]])
    return ChangedFilm(np.asarray(window, np.uint8), matrix)


def _photograph(film: Grey) -> ChangedFilm:
    """A screen photographed: its grid, uneven light, a hand that is not quite level."""
    height, width = film.shape
    y, x = np.mgrid[:height, :width]
    grid = 1 + 0.12 * np.sin(2 * np.pi * (x + 0.1 * y) / CHEQUER_PX)
    light = 0.75 + 0.5 * (x + y) / (width + height)
    lit = np.clip(film * grid * light + 12, 0, 255).astype(np.uint8)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    seen = corners + [[0.02, 0.01], [-0.05, 0.02], [-0.01, -0.02], [0.03, -0.03]]
    size = np.array([width, height])
    matrix = cv2.getPerspectiveTransform(
        (corners * size).astype(np.float32), (seen * size).astype(np.float32)
    )
    moved = _moved(lit, np.asarray(matrix, np.float64), (width, height))
    soft = cv2.GaussianBlur(moved.pixels, (0, 0), 0.8)
    return ChangedFilm(np.asarray(soft, np.uint8), moved.matrix)


def _resized(x: float, y: float) -> Change:
    def apply(film: Grey) -> ChangedFilm:
        size = (round(film.shape[1] * x), round(film.shape[0] * y))
        how = cv2.INTER_AREA if max(x, y) <= 1 else cv2.INTER_LINEAR
        picture = cv2.resize(film, size, interpolation=how)
        # Edges meet edges, not centres of px.
        fx, fy = size[0] / film.shape[1], size[1] / film.shape[0]
        matrix = np.array([[fx, 0, (fx - 1) / 2], [0, fy, (fy - 1) / 2], [0, 0, 1]])
        return ChangedFilm(np.asarray(picture, np.uint8), matrix)

    return apply


def _turned(degrees: float) -> Change:
    """Turned in a picture that holds all of the film."""

    def apply(film: Grey) -> ChangedFilm:
        height, width = film.shape
        turn = np.array(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1))
        across, along = abs(turn[0, 0]), abs(turn[0, 1])
        size = (
            round(width * across + height * along),
            round(width * along + height * across),
        )
        matrix = np.vstack([turn, [0, 0, 1]])
        matrix[:2, 2] += (np.array(size) - [width, height]) / 2
        return _moved(film, matrix, size)

    return apply


def _noise(deviation: float) -> Change:
    def grain(film: Grey) -> NDArray:
        return film + np.random.default_rng(0).normal(0, deviation, film.shape)

    return _still(grain)


def _jpeg(quality: int) -> Change:
    return _still(lambda film: through_jpeg(film, quality))


def _gamma(exponent: float) -> Change:
    return _still(lambda film: 255 * (film / 255.0) ** exponent)


def _contrast(factor: float) -> Change:
    """About the median."""
    return _still(lambda film: np.median(film) + factor * (film - np.median(film)))


def _blurred(sigma: float) -> Change:
    return _still(lambda film: cv2.GaussianBlur(film, (0, 0), sigma))


CHANGES: Mapping[str, Change] = {
    'as it is': _still(lambda film: film),
    'mirrored': _mirror,
    'black border, 15 %': _border(0.15, 0),
    'black border, 35 %': _border(0.35, 0),
    'white border, 15 %': _border(0.15, 255),
    'white border, 35 %': _border(0.35, 255),
    'black sides, 30 %': _border(0.3, 0, below_too=False),
    'screenshot': _screenshot,
    'screen photographed': _photograph,
    '0.6 times as wide': _resized(0.6, 1),
    '0.75 times as wide': _resized(0.75, 1),
    '1.35 times as wide': _resized(1.35, 1),
    'turned by 10 degrees': _turned(10),
    'turned by -10 degrees': _turned(-10),
    'turned by 20 degrees': _turned(20),
    'turned by -20 degrees': _turned(-20),
    'gamma 0.5': _gamma(0.5),
    'gamma 2': _gamma(2),
    'contrast 0.4': _contrast(0.4),
    'contrast 2': _contrast(2),
    'CLAHE, clip limit 4': _still(lambda film: cv2.createCLAHE(4, (8, 8)).apply(film)),
    'inverted': _still(lambda film: ~film),
    'noise, sd 15 of 255': _noise(15),
    'noise, sd 30 of 255': _noise(30),
    'blur, sd 2 px': _blurred(2),
    'blur, sd 4 px': _blurred(4),
    'JPEG, quality 10': _jpeg(10),
    '0.5 times as large': _resized(0.5, 0.5),
    '0.3 times as large': _resized(0.3, 0.3),
    '2.5 times as large': _resized(2.5, 2.5),
}
"""By their names. Nothing in them is random, so that models can be compared."""
