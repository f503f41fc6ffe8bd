"""What a network says of each slot, before it is read."""

from collections.abc import Callable
from typing import NamedTuple

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
        other = mirrored.unmirrored()
        return SlotOutputs(
            (self.heatmaps + other.heatmaps) / 2,
            (self.presence + other.presence) / 2,
            (self.log_variances + other.log_variances) / 2,
            (),
        )
