"""File names as the real exports have them.

The real BUU films carry the patient numbers 2662 to 4951. Phantoms take 9000 to 9999,
so that no phantom can be mistaken for a real film; beyond a thousand films numbers
repeat with another sex, age or hash, never the whole name.
"""

import numpy as np

from spondylo_mmpose.phantom.film import Truth
from spondylo_mmpose.phantom.random import NAME, stream

FIRST_ID, NUMBER_OF_IDS = 9000, 1000

_SLIP_LEVEL = ('L5-S1', 'L4-5', 'L3-4', 'L2-3', 'L1-2')


def export_hash(rng: np.random.Generator) -> str:
    """32 hexadecimal digits."""
    return rng.bytes(16).hex()


def patient_of(truth: Truth) -> str:
    """Patient number of a phantom; films of one set below 1000 have different ones."""
    return str(FIRST_ID + truth.index % NUMBER_OF_IDS)


def original_name(truth: Truth) -> str:
    """Name of the film before the export: the same for all its copies."""
    rng = stream(truth.seed, truth.index, NAME)
    if truth.source == 'buu':
        return f'{patient_of(truth)}-{truth.sex}-{truth.age:03d}Y1'
    if rng.random() < 0.5:
        worst = int(np.argmax(np.abs(truth.slip_percent_mm[: len(_SLIP_LEVEL)])))
        return (
            f'N{FIRST_ID + truth.index}-Olisthesis-{_SLIP_LEVEL[worst]}'
            f'-{truth.sex}-{truth.age}-Yrs'
        )
    # Hours above 23 do not occur in real names: no clash, and unique per index.
    hours, rest = divmod(truth.index, 3600)
    return f'Screenshot-2022-07-31-{30 + hours:02d}{rest // 60:02d}{rest % 60:02d}'


def export_stem(truth: Truth) -> str:
    """Stem of the exported file."""
    rng = stream(truth.seed, truth.index, NAME + 100)
    return f'{original_name(truth)}_jpg.rf.{export_hash(rng)}'
