"""How sure each corner is."""

from mmpose.registry import MODELS
from torch import Tensor, nn

from spondylo_mmpose.models.losses.reductions import weighted_mean


@MODELS.register_module()
class CornerVarianceLoss(nn.Module):
    """Gaussian negative log-likelihood of the decoded corners.

    With ``s`` the logarithm of the variance of x and of y, an error of ``r`` px costs
    ``s + r**2 / (2 * exp(s))`` but for a constant. The error itself is given: the loss
    teaches what to say of corners, not where they are.

    Args:
        largest: Larger errors count as this, px: a corner on the wrong vertebra is no
            draw from a Gaussian.
        loss_weight: Factor; 0 switches the loss off.
    """

    def __init__(self, largest: float = 30.0, loss_weight: float = 0.1) -> None:
        super().__init__()
        self.largest = largest
        self.loss_weight = loss_weight

    def forward(
        self, log_variances: Tensor, corners: Tensor, truth: Tensor, weights: Tensor
    ) -> Tensor:
        """Compute the loss.

        Args:
            log_variances: ``(B, S, 4)``, of px.
            corners: ``(B, S, 4, 2)`` px, as decoded.
            truth: ``(B, S, 4, 2)`` px.
            weights: ``(B, S, 4)``.

        Returns:
            Mean over the labelled corners, nats.
        """
        squares = (corners.detach() - truth).square().sum(-1)
        squares = squares.clamp(max=self.largest**2)
        costs = log_variances + 0.5 * squares * (-log_variances).exp()
        return self.loss_weight * weighted_mean(costs, weights)
