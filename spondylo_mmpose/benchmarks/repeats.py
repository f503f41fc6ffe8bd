"""How many films, exported again with a change, the audit finds among others."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from spondylo_mmpose.audit.duplicates import find_repeats
from spondylo_mmpose.audit.fingerprints import fingerprint
from spondylo_mmpose.phantom import make_phantom
from spondylo_mmpose.utils.text import aligned

Film = NDArray[np.uint8]

CHANGES: dict[str, dict[str, float | bool]] = {
    'saved again, other window': {},
    'mirrored': {'mirrored': True},
    'shifted by 1 %': {'shift': 0.01},
    'turned by 2 degrees, shifted by 1 %': {'degrees': 2, 'shift': 0.01},
    'mirrored, turned by 3, scaled by 3 %': {
        'mirrored': True,
        'degrees': 3,
        'scale': 1.03,
    },
    'turned by 5, scaled by 5 %, shifted by 3 %': {
        'degrees': 5,
        'scale': 1.05,
        'shift': 0.03,
    },
    'turned by 10, scaled by 10 %, shifted by 5 %': {
        'degrees': 10,
        'scale': 1.1,
        'shift': 0.05,
    },
}
"""What an export or an augmentation does to a film."""


def changed(
    film: Film,
    mirrored: bool = False,
    degrees: float = 0.0,
    scale: float = 1.0,
    shift: float = 0.0,
) -> Film:
    """Export a film again: moved, in another window, saved as JPEG.

    Args:
        film: ``(H, W)`` uint8.
        mirrored: Whether to mirror it left to right.
        degrees: Rotation about the centre.
        scale: Scale about the centre.
        shift: Shift in x and y as a share of width and height.
    """
    height, width = film.shape
    centre = (width / 2, height / 2)
    move = np.asarray(cv2.getRotationMatrix2D(centre, degrees, scale), dtype=np.float64)
    move[:, 2] += shift * width, shift * height
    image = np.asarray(cv2.warpAffine(film, move, (width, height)))
    if mirrored:
        image = image[:, ::-1]
    image = np.clip(image * 0.9 + 12, 0, 255).astype(np.uint8)
    encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def measure_repeats(number: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Look for changed phantoms among unchanged ones.

    Args:
        number: Number of phantoms.
        seed: Their seed.

    Returns:
        For each of :data:`CHANGES` the share ``found``, and ``wrong``: pairs of
        different films taken for one.
    """
    films = [
        make_phantom(seed, index).image
        for index in tqdm(range(number), 'phantoms', leave=False, disable=None)
    ]
    marks = [fingerprint(film) for film in films]
    return {
        name: _look(films, marks, change)
        for name, change in tqdm(CHANGES.items(), 'changes', leave=False, disable=None)
    }


def _look(films: Sequence[Film], marks: Sequence, change: dict) -> dict[str, float]:
    exported = [fingerprint(changed(film, **change)) for film in films]
    repeats = find_repeats(marks, exported)
    right = sum(repeat.first == repeat.second for repeat in repeats)
    return {'found': right / len(films), 'wrong': len(repeats) - right}


def table(result: dict[str, dict[str, float]]) -> str:
    """The result as lines for the terminal."""
    (lines,) = aligned(
        (name, f'{100 * row["found"]:5.1f} % found, {row["wrong"]:.0f} wrong')
        for name, row in result.items()
    )
    return '\n'.join(lines)
