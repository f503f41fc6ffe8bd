"""Where each corner is, as a distribution over the cells."""

from mmpose.registry import MODELS
from torch import Tensor, nn

from spondylo_mmpose.models.losses.reductions import gaussians, weighted_mean


@MODELS.register_module()
class SlotHeatmapLoss(nn.Module):
    """Divergence of a heatmap's softmax from a Gaussian around the corner.

    One cell in thousands is the corner's. A squared error is mostly background then and
    learns slowly; a distribution over the cells has no background that could outweigh
    the corner, and needs no threshold. Corners without weight, as all of an absent
    vertebra, give none.

    Args:
        sigma: Standard deviation of the Gaussian, cells.
        loss_weight: Factor; 0 switches the loss off.
    """

    def __init__(self, sigma: float = 1.5, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.sigma = sigma
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, cells: Tensor, weights: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            logits: ``(B, S, 4, H, W)``.
            cells: ``(B, S, 4, 2)`` true corners, cells.
            weights: ``(B, S, 4)``.

        Returns:
            Mean Kullback-Leibler divergence of the labelled corners, nats.
        """
        logits = logits.float()
        height, width = logits.shape[-2:]
        across, across_entropy = gaussians(cells[..., 0], width, self.sigma)
        down, down_entropy = gaussians(cells[..., 1], height, self.sigma)
        logs = logits.flatten(-2).log_softmax(-1).view_as(logits)
        # The Gaussian is a product, so no map of it is drawn.
        rows = (logs @ across[..., None])[..., 0]
        cross_entropy = -(rows * down).sum(-1)
        divergence = cross_entropy - across_entropy - down_entropy
        return self.loss_weight * weighted_mean(divergence, weights)
