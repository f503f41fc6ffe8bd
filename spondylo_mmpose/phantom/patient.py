"""Who is on the film: source, identity, facing and slip, drawn before any geometry."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spondylo_mmpose.phantom.random import GEOMETRY, stream
from spondylo_mmpose.spine.anatomy import Facing

Source = Literal['buu', 'honduran']

_GOLDEN = 0.6180339887498949
_FAMILY_SHARES = (('buu_json', 0.36), ('buu_txt', 0.70), ('honduran', 1.0))
_P_SLIPPED = {'buu': 0.30, 'honduran': 0.80}
_P_GRADE = (0.58, 0.20, 0.10, 0.07, 0.05)
_P_RETRO = 0.22
_SLIP_RANGE = ((7, 25), (25.5, 50), (50.5, 75), (75.5, 100), (101, 125))


@dataclass(frozen=True)
class Patient:
    """What is drawn first; the geometry follows it.

    Attributes:
        family: One of ``statistics.FAMILIES``.
        sex: ``'M'`` or ``'F'``.
        age: Years.
        facing: Image side that is anterior.
        slip_pair: Pair that is slipped on purpose (0: lowest but one on the lowest),
            ``None`` for none.
        slip_percent: Slip aimed at for that pair.
    """

    family: str
    sex: str
    age: int
    facing: Facing
    slip_pair: int | None
    slip_percent: float

    @property
    def source(self) -> Source:
        """Kind of film that this imitates."""
        return 'honduran' if self.family == 'honduran' else 'buu'


def family_at(seed: int, index: int) -> str:
    """Family of film ``index``: an even sequence, so that few films hold all kinds."""
    offset = float(stream(seed, 0, GEOMETRY).random())
    place = (offset + index * _GOLDEN) % 1.0
    return next(name for name, limit in _FAMILY_SHARES if place < limit)


def draw_patient(seed: int, index: int, rng: np.random.Generator) -> Patient:
    """Draw the patient of film ``index``.

    Args:
        seed: Seed of the set.
        index: Number of the film.
        rng: The film's geometry stream.
    """
    name = family_at(seed, index)
    honduran = name == 'honduran'
    p_right = 0.48 if honduran else 0.01
    pair, slip = None, 0.0
    if rng.random() < _P_SLIPPED['honduran' if honduran else 'buu']:
        if rng.random() < _P_RETRO:
            # Retrolisthesis stays small and prefers the levels above L5-S1.
            pair = int(rng.choice(5, p=(0.2, 0.3, 0.25, 0.15, 0.1)))
            slip = -float(rng.uniform(7, 25) if rng.random() < 0.9 else 30)
        else:
            grade = int(rng.choice(5, p=_P_GRADE))
            slip = float(rng.uniform(*_SLIP_RANGE[grade]))
            # High grades are dysplastic and sit at L5-S1.
            p = (0.4, 0.5, 0.08, 0.02) if grade == 0 else (0.7, 0.28, 0.02, 0.0)
            pair = int(rng.choice(4, p=p)) if grade < 2 else 0
    return Patient(
        name,
        'F' if rng.random() < 0.58 else 'M',
        int(np.clip(rng.normal(48, 18), 12, 92)),
        'right' if rng.random() < p_right else 'left',
        pair,
        slip,
    )
