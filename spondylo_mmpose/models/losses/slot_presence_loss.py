"""Which vertebrae are on the film."""

from mmpose.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional

from spondylo_mmpose.models.losses.reductions import weighted_mean


@MODELS.register_module()
class SlotPresenceLoss(nn.Module):
    """Cross-entropy of each slot's presence.

    Args:
        loss_weight: Factor; 0 switches the loss off.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, presence: Tensor, weights: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            logits: ``(B, S)``.
            presence: ``(B, S)``, 1 where the vertebra is on the film, else 0.
            weights: ``(B, S)``, 0 where that isn't known.

        Returns:
            Mean cross-entropy of the slots, nats.
        """
        entropy = functional.binary_cross_entropy_with_logits(
            logits.float(), presence, reduction='none'
        )
        return self.loss_weight * weighted_mean(entropy, weights)
