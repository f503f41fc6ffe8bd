"""How far the heatmaps' local means are from the corners."""

import torch
from mmpose.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional

from spondylo_mmpose.models.losses.reductions import weighted_mean


@MODELS.register_module()
class CornerCoordinateLoss(nn.Module):
    """Smooth L1 distance of a heatmap's mean around the corner from the corner.

    The mean is taken over a window around the *true* corner: over the whole film it
    would be somewhere between the vertebrae that a young network confuses. A corner
    counts by the share of its heatmap's probability in the window, so that it is placed
    finely once it is found and left to the heatmap loss before.

    Args:
        reach: Half the window's side, cells.
        beta: Where the loss turns from a square to a line, cells.
        loss_weight: Factor; 0 switches the loss off.
    """

    def __init__(
        self, reach: float = 4.0, beta: float = 0.2, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        self.reach = reach
        self.beta = beta
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, cells: Tensor, weights: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            logits: ``(B, S, 4, H, W)``.
            cells: ``(B, S, 4, 2)`` true corners, cells.
            weights: ``(B, S, 4)``.

        Returns:
            Mean over the labelled corners, cells.
        """
        logits = logits.float()
        height, width = logits.shape[-2:]
        shares = logits.flatten(-2).softmax(-1).view_as(logits)
        x = torch.arange(width, device=logits.device) - cells[..., :1]
        y = torch.arange(height, device=logits.device) - cells[..., 1:]
        # Soft edges: no cell enters or leaves at once.
        across = (self.reach + 0.5 - x.abs()).clamp(0, 1)
        down = (self.reach + 0.5 - y.abs()).clamp(0, 1)
        rows = (shares @ across[..., None])[..., 0]
        columns = (down[..., None, :] @ shares)[..., 0, :]
        mass = (rows * down).sum(-1)
        off_x = (columns * across * x).sum(-1) / mass.clamp(min=1e-6)
        off_y = (rows * down * y).sum(-1) / mass.clamp(min=1e-6)
        off = torch.stack([off_x, off_y], -1)
        errors = functional.smooth_l1_loss(
            off, torch.zeros_like(off), beta=self.beta, reduction='none'
        ).sum(-1)
        return self.loss_weight * weighted_mean(errors * mass.detach(), weights)
