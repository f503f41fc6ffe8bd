"""Compression fractures: bodies that lost height in front, in the middle or throughout.

Kinds and losses are those that Genant grades (J Bone Miner Res 1993;8:1137-48): mild
above 20 % of the height, moderate above 25 %, severe above 40 %. How often each kind
and each level is broken is assumed: wedges and the thoracolumbar junction mostly.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from spondylo_mmpose.spine.anatomy import FloatArray

Kind = Literal['wedge', 'biconcave', 'crush']

_P_KIND = (0.55, 0.25, 0.20)
_P_NUMBER = (0.6, 0.25, 0.15)
# L5 to T8, upward.
_P_LEVEL = (0.05, 0.09, 0.13, 0.16, 0.21, 0.18, 0.09, 0.05, 0.04)
_LOSS = (0.2, 0.6)


@dataclass(frozen=True)
class Fractures:
    """What is broken in a column of ``M`` bodies, lowest first.

    Attributes:
        kinds: Kind of each, ``None`` of whole ones.
        left: ``(M, 2)`` shares of the anterior and the posterior height that are left.
        hollow: ``(M, 2)`` how deep the upper and the lower end plate have sunk in their
            middle, in heights of what is left.
        dense: ``(M,)`` attenuation of the bone pressed together below the upper end
            plate, in end plates'.
    """

    kinds: tuple[Kind | None, ...]
    left: FloatArray
    hollow: FloatArray
    dense: FloatArray


def draw_fractures(number: int, rng: np.random.Generator) -> Fractures:
    """Break one to three bodies.

    Args:
        number: Bodies of the column, S1 included, which stays whole; 10 at least.
        rng: The film's stream of fractures.
    """
    kinds: list[Kind | None] = [None] * number
    left, hollow = np.ones((number, 2)), np.zeros((number, 2))
    dense = np.zeros(number)
    broken = 1 + int(rng.choice(len(_P_NUMBER), p=_P_NUMBER))
    for i in 1 + rng.choice(len(_P_LEVEL), broken, replace=False, p=_P_LEVEL):
        kind: Kind = get_args(Kind)[rng.choice(len(_P_KIND), p=_P_KIND)]
        loss, share = rng.uniform(*_LOSS), rng.uniform(0.6, 1.0)
        if kind == 'wedge':
            left[i] = 1 - loss, 1 - rng.uniform(0, 0.3) * loss
            hollow[i, 0] = rng.uniform(0, 0.15)
        elif kind == 'biconcave':
            left[i] = 1 - rng.uniform(0, 0.25, 2) * loss
            # The upper end plate gives way first; whole ones are hollow too.
            hollow[i] = 0.8 * loss * share, 0.8 * loss * (1 - share)
        else:
            left[i] = 1 - loss, 1 - share * loss
        kinds[i] = kind
        # Old fractures have healed.
        dense[i] = rng.uniform(0, 0.6) if rng.random() < 0.6 else 0.0
    return Fractures(tuple(kinds), left, hollow, dense)
