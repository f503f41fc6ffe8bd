"""Where a check of whether a film is one at all can be plugged in."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.apis.found import FoundVertebrae
from spondylo_mmpose.apis.spine_report import ReportWarning


class FilmScreen(Protocol):
    """Tells films that are no lateral films of a lumbar spine.

    A warning of severity ``'refusal'`` has the report measure nothing; a ``'caution'``
    stands beside the measurements.
    """

    def screen(
        self, pixels: NDArray[np.uint8], found: FoundVertebrae
    ) -> Sequence[ReportWarning]:
        """Judge a film.

        Args:
            pixels: ``(H, W)`` grey values, bone bright.
            found: What the model found on it, from the lowest vertebra upward.

        Returns:
            What is to be told; nothing for a film that is as it should be.
        """
