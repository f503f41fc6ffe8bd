"""Independent random streams: film i depends on the seed and on i alone."""

import numpy as np

GEOMETRY, ANATOMY, SOFT_TISSUE, EXPOSURE, NAME, TRAIT, CHOICE, ADDED, BREAK = range(9)
"""What a stream is for; a change in one part leaves the draws of the others."""


def stream(seed: int, index: int, purpose: int) -> np.random.Generator:
    """Random generator for one purpose of one film.

    Args:
        seed: Seed of the set, not negative.
        index: Number of the film, not negative.
        purpose: One of the constants above.
    """
    return np.random.default_rng([seed, index, purpose])
