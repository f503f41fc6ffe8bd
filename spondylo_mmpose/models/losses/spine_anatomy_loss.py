"""What every spine looks like."""

import math

import torch
from mmpose.registry import MODELS
from torch import Tensor, nn

from spondylo_mmpose.models.losses.reductions import weighted_mean


@MODELS.register_module()
class SpineAnatomyLoss(nn.Module):
    """Order, parallel end plates and aspect of the predicted vertebrae.

    * order: the centre of a vertebra is above that of the one below it;
    * parallel: the end plates of a vertebra enclose no more than ``most_wedge``. Slot 0
      is left out: S1 is labelled as a wedge;
    * aspect: length of the end plates over that of the walls is within ``aspect``, as
      films that were stretched to a square have it.

    What keeps within the limits costs nothing.

    Args:
        most_wedge: Degrees.
        aspect: Least and largest.
        order_weight: Factor of this part; 0 leaves it out.
        parallel_weight: The same.
        aspect_weight: The same.
        loss_weight: Factor of the sum; 0 switches the loss off.
    """

    def __init__(
        self,
        most_wedge: float = 20.0,
        aspect: tuple[float, float] = (0.7, 3.5),
        order_weight: float = 1.0,
        parallel_weight: float = 1.0,
        aspect_weight: float = 1.0,
        loss_weight: float = 0.1,
    ) -> None:
        super().__init__()
        self.most_wedge = math.radians(most_wedge)
        self.log_aspect = (math.log(aspect[0]), math.log(aspect[1]))
        self.order_weight = order_weight
        self.parallel_weight = parallel_weight
        self.aspect_weight = aspect_weight
        self.loss_weight = loss_weight

    def forward(self, corners: Tensor, present: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            corners: ``(B, S, 4, 2)`` px, slots counted upward.
            present: ``(B, S)``, 0 for vertebrae that don't count.

        Returns:
            Weighted sum of the parts, each a mean over vertebrae or pairs.
        """
        plates = corners[..., [1, 3], :] - corners[..., [0, 2], :]
        walls = corners[..., 2:, :] - corners[..., :2, :]
        lengths = _norms(plates).mean(-1), _norms(walls).mean(-1)
        parts = (
            self.order_weight * self._order(corners, lengths[1], present)
            + self.parallel_weight * self._parallel(plates, present)
            + self.aspect_weight * self._aspect(*lengths, present)
        )
        return self.loss_weight * parts

    def _order(self, corners: Tensor, heights: Tensor, present: Tensor) -> Tensor:
        y = corners[..., 1].mean(-1)
        # In heights of the lower vertebra.
        miss = (y[:, 1:] - y[:, :-1]).relu() / heights[:, :-1].detach().clamp(min=1)
        return weighted_mean(miss, present[:, 1:] * present[:, :-1])

    def _parallel(self, plates: Tensor, present: Tensor) -> Tensor:
        upper, lower = plates.unbind(-2)
        cross = upper[..., 0] * lower[..., 1] - upper[..., 1] * lower[..., 0]
        dot = (upper * lower).sum(-1)
        sine = cross.abs() / (_norms(upper) * _norms(lower))
        # Beyond a right angle it grows no more in the sine.
        opening = torch.where(dot > 0, sine, 2 - sine)
        miss = (opening - math.sin(self.most_wedge)).relu()
        return weighted_mean(miss[:, 1:], present[:, 1:])

    def _aspect(self, widths: Tensor, heights: Tensor, present: Tensor) -> Tensor:
        ratio = widths.log() - heights.log()
        low, high = self.log_aspect
        return weighted_mean((low - ratio).relu() + (ratio - high).relu(), present)


def _norms(vectors: Tensor) -> Tensor:
    # Never 0, where a norm has no derivative.
    return (vectors.square().sum(-1) + 1.0).sqrt()
