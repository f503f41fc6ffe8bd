"""What a network says of each slot, before it is read."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor

from spondylo_mmpose.spine.anatomy import SIDES_SWAPPED


def _flipped(maps: Tensor) -> Tensor:
    return maps.flip(-1)


class SlotOutputs(NamedTuple):
    """What the network says of each slot; slots are counted upward from the lowest.

    Attributes:
        heatmaps: ``(B, S, 4, H, W)`` logits at the finest level.
        presence: ``(B, S)`` logits; NaN without a presence loss.
        log_variances: ``(B, S, 4)`` of x and of y, px² of the input; NaN without a
            variance loss.
        coarse: Logits of the coarser levels, as ``heatmaps``.
    """

    heatmaps: Tensor
    presence: Tensor
    log_variances: Tensor
    coarse: tuple[Tensor, ...]

    def unmirrored(
        self, mirror: Callable[[Tensor], Tensor] = _flipped
    ) -> 'SlotOutputs':
        """What is said of a mirrored picture, as if of the picture itself.

        Args:
            mirror: Turns heatmaps around, left to right.
        """
        return SlotOutputs(
            mirror(self.heatmaps)[:, :, SIDES_SWAPPED],
            self.presence,
            self.log_variances[:, :, SIDES_SWAPPED],
            (),
        )

    def with_mirrored(self, mirrored: 'SlotOutputs') -> 'SlotOutputs':
        """Mean of a film's outputs and those of its mirrored picture."""
        return mean_outputs([self, mirrored.unmirrored()])


def mean_outputs(told: Sequence[SlotOutputs]) -> SlotOutputs:
    """Mean of what several say of the same slots; coarser levels are left out."""
    heatmaps, presence, log_variances, _ = zip(*told, strict=True)
    return SlotOutputs(_mean(heatmaps), _mean(presence), _mean(log_variances), ())


def _mean(values: Sequence[Tensor]) -> Tensor:
    # One added to the next: a stack would hold all maps twice.
    return reduce(torch.add, values) / len(values)
