"""Where a check of whether a film is one at all can be plugged in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.screen_facts import ScreenFacts
from spondylo_mmpose.film_report.spine_report import ReportWarning


@dataclass(frozen=True)
class Screened:
    """What a screen says of a film.

    Attributes:
        warnings: What is to be told; nothing for a film that is as it should be.
        facts: What was measured, for the report.
    """

    warnings: Sequence[ReportWarning] = ()
    facts: ScreenFacts | None = None


class FilmScreen(Protocol):
    """Tells films that are no lateral films of a lumbar spine.

    A warning of severity ``'refusal'`` has the report measure nothing; a ``'caution'``
    stands beside the measurements.
    """

    def screen(self, pixels: NDArray[np.uint8], found: FoundVertebrae) -> Screened:
        """Judge a film.

        Args:
            pixels: ``(H, W)`` grey values, bone bright.
            found: What the model found on it, from the lowest vertebra upward.
        """
