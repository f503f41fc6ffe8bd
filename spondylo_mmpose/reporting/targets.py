"""Values to aim at and published values, each bound to the metric that it is about.

A number of px says nothing without its space and its rule of pairing: the published
44 to 51 px were measured slot by slot on films scaled to 512 px, where counting the
vertebrae from another one costs 50 px each. They belong beside the ``published_slot/``
values and nowhere else, and :func:`targets_of` gives them for no other name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_PROJECT = 'aim of the project'
_SLOT = (
    'validation films of the published repository, slot metric in 512 px space, mean '
    'of batch means; as it reports them, not reproduced'
)


@dataclass(frozen=True)
class Target:
    """One line of a figure or of a table's foot.

    Attributes:
        value: In the unit of its metric.
        label: What it is, short enough for a figure.
        source: Where it is from, in words.
        is_published: Whether somebody reported it; else it is an aim.
        upper: Upper end, where it is a range from ``value`` on.
    """

    value: float
    label: str
    source: str
    is_published: bool = False
    upper: float | None = None


SLOT_TARGETS = (
    Target(35, 'best, below 35', _PROJECT),
    Target(40, 'at most, below 40', _PROJECT),
    Target(43.85, 'published HRNet-W32, 43.85', f'epoch 87; {_SLOT}', True),
    Target(48.41, 'published U-Net, 48.41', f'readme alone; {_SLOT}', True),
    Target(51.06, 'published ResNet-50, 51.06', f'epoch 86; {_SLOT}', True),
)
"""MRE of the published slot metric, px of a film scaled to 512."""

_MRE_MM = (
    Target(2, 'best, 2 to 3 mm', _PROJECT, upper=3),
    Target(5, 'at most 5 mm', _PROJECT),
)
_SDR_MM = (
    Target(70, 'at least 70 %', _PROJECT),
    Target(85, 'best, 85 %', _PROJECT),
)
_GRADE = (
    Target(80, 'at least 80 %', _PROJECT),
    Target(90, 'best, 90 %', _PROJECT),
)

TARGETS: Mapping[str, tuple[Target, ...]] = {
    'corner/MRE_mm': _MRE_MM,
    'spine/MRE_mm': _MRE_MM,
    'corner/SDR@2mm': _SDR_MM,
    'spine/SDR@2mm': _SDR_MM,
    'clinical/grade_accuracy': _GRADE,
    'published_slot/MRE_px512': SLOT_TARGETS,
    'published_slot/film_mean_MRE_px512': SLOT_TARGETS,
}
"""By the full name of the metric."""

SLOT_CAUTION = (
    'Published values and px aims are of the slot metric in 512 px space (i-th '
    'vertebra from the top against i-th); no other px value may be held against them.'
)
"""What must stand beside them wherever they are shown."""


def targets_of(metric: str) -> tuple[Target, ...]:
    """Targets of a metric.

    Args:
        metric: Full name, e.g. ``corner/MRE_mm``. An estimated spacing (``..._mm_
            estimated``) has none, and no px value but those of the slot metric.
    """
    return TARGETS.get(metric, ())
