"""Pictures to try a screen on: lateral lumbar films, and what is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.apis.fit_screen_tool import film_views
from spondylo_mmpose.phantom.film import Phantom, make_phantom

Grey = NDArray[np.uint8]
SEED = 12
SIDE = 640


@dataclass(frozen=True)
class FilmSet:
    """Pictures of one kind.

    Attributes:
        name: What it is called.
        right: Whether they are lateral lumbar films.
        numbers: A picture for each.
        make: Number to ``(H, W)`` picture.
    """

    name: str
    right: bool
    numbers: range
    make: Callable[[int], Grey]

    def pictures(self) -> Iterator[Grey]:
        """Make them, one after the other."""
        return map(self.make, self.numbers)


def made_sets() -> list[FilmSet]:
    """Sets that need no files; phantoms that are changed are other ones each time."""
    return [
        FilmSet('phantoms', True, range(100), lambda i: _phantom(i).image),
        FilmSet('through tissue, haze, grain', True, range(100, 200), _obscured),
        FilmSet('zoomed, stretched, turned 8°', True, range(100, 160), _moved),
        FilmSet('inverted', True, range(60, 100), lambda i: ~_phantom(i).image),
        FilmSet('upside down', False, range(100, 150), _upside_down),
        FilmSet('quarter turn', False, range(140, 200), _quarter_turn),
        FilmSet('below the sacrum', False, range(160, 200), _pelvis),
        FilmSet('beside the spine', False, range(160, 200), _beside),
        FilmSet('four in one, shuffled tiles', False, range(40), _mosaic),
        FilmSet('noise', False, range(32), _noise),
        FilmSet('one grey, ramps', False, range(7), _flat),
    ]


@cache
def _phantom(number: int) -> Phantom:
    return make_phantom(SEED, number, all_levels=True)


def _obscured(number: int) -> Grey:
    return list(film_views(_phantom(number).image, 2, 9000 + number))[1]


def _moved(number: int) -> Grey:
    """Within what recipes train with: zoom, stretch, turn, shift."""
    rng = np.random.default_rng(number)
    zoom, stretch = np.exp(rng.uniform(-0.2, 0.2, 2))
    angle = np.deg2rad(rng.uniform(-8, 8))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    change = turn @ np.diag([zoom * stretch, zoom / stretch])
    middle = np.full(2, SIDE / 2)
    shift = middle - change @ middle + rng.uniform(-0.05, 0.05, 2) * SIDE
    moved = cv2.warpAffine(
        _phantom(number).image, np.column_stack([change, shift]), (SIDE, SIDE)
    )
    return np.asarray(moved, np.uint8)


def _upside_down(number: int) -> Grey:
    return np.ascontiguousarray(_phantom(number).image[::-1, ::-1])


def _quarter_turn(number: int) -> Grey:
    return np.ascontiguousarray(np.rot90(_phantom(number).image, 1 + 2 * (number % 2)))


def _pelvis(number: int) -> Grey:
    phantom = _phantom(number)
    middle = phantom.truth.corners[0, :, 1].mean()
    return phantom.image[int(np.clip(middle, 0, SIDE - 80)) :]


def _beside(number: int) -> Grey:
    """The wider side of the film without the spine."""
    phantom = _phantom(number)
    x = phantom.truth.corners[..., 0]
    if x.min() > SIDE - x.max():
        return phantom.image[:, : int(x.min())]
    return phantom.image[:, int(x.max()) :]


def _mosaic(number: int) -> Grey:
    rng = np.random.default_rng(number)
    if number % 2:
        four = [
            cv2.resize(
                _phantom(int(i)).image,
                (SIDE // 2, SIDE // 2),
                interpolation=cv2.INTER_AREA,
            )
            for i in rng.integers(0, 200, 4)
        ]
        return np.vstack([np.hstack(four[:2]), np.hstack(four[2:])]).astype(np.uint8)
    rows = [np.hsplit(row, 4) for row in np.vsplit(_phantom(number).image, 4)]
    tiles = [tile for row in rows for tile in row]
    order = rng.permutation(16).reshape(4, 4)
    return np.vstack([np.hstack([tiles[i] for i in row]) for row in order])


def _noise(number: int) -> Grey:
    """White, smooth, and two kinds of fractal noise."""
    rng = np.random.default_rng(1000 + number)
    kind = number % 4
    if kind == 0:
        return rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    white = rng.standard_normal((SIDE, SIDE)).astype(np.float32)
    if kind == 1:
        smooth = np.asarray(cv2.GaussianBlur(white, (0, 0), rng.uniform(2, 40)))
    else:
        waves = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
        waves[0, 0] = 1
        power = 1.0 if kind == 2 else 1.6
        smooth = np.fft.irfft2(np.fft.rfft2(white) / waves**power)
    spread = (smooth - smooth.mean()) / smooth.std()
    return np.clip(128 + 50 * spread, 0, 255).astype(np.uint8)


def _flat(number: int) -> Grey:
    if number < 5:
        return np.full((SIDE, SIDE), (0, 255, 128, 20, 200)[number], np.uint8)
    ramp = np.tile(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, 1))
    return ramp if number % 2 else np.ascontiguousarray(ramp.T)
