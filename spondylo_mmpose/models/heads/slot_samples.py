"""Targets of a batch by slot, and how they are lined up where levels are unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from mmpose.structures import PoseDataSample
from torch import Tensor


@dataclass(frozen=True)
class SlotTruth:
    """What is to be found in the films of a batch.

    Attributes:
        corners: ``(B, S, 4, 2)`` px of the input.
        corner_weights: ``(B, S, 4)``, 0 for a corner that is not labelled or outside.
        presence: ``(B, S)``, 1 where the slot's vertebra is on the film.
        presence_weights: ``(B, S)``, 0 where that isn't known.
        known: ``(B, S)`` bool, whether the film's slots are known; the same for all of
            a film. Otherwise its lowest visible vertebra is in slot 0 for now.
    """

    corners: Tensor
    corner_weights: Tensor
    presence: Tensor
    presence_weights: Tensor
    known: Tensor

    def moved_up(self, steps: Tensor) -> 'SlotTruth':
        """Move the films' vertebrae to higher slots.

        Args:
            steps: ``(B,)`` int. What leaves the uppermost slot is dropped.
        """
        slots = self.presence.shape[1]
        source = torch.arange(slots, device=steps.device) - steps[:, None]
        entered = source < 0
        batch = torch.arange(len(steps), device=steps.device)[:, None]
        moved = {
            field.name: getattr(self, field.name)[batch, source.clamp(min=0)]
            for field in fields(self)
        }
        # Below the lowest visible vertebra there is none.
        moved['corner_weights'] = moved['corner_weights'] * ~entered[..., None]
        moved['presence'] = moved['presence'] * ~entered
        moved['presence_weights'] = moved['presence_weights'].masked_fill(entered, 1.0)
        return SlotTruth(**moved)


def collect_truth(samples: Sequence[PoseDataSample]) -> SlotTruth:
    """Stack what :class:`.SlotTargets` made for each film."""

    def stacked(name: str) -> Tensor:
        return torch.stack([s.gt_instance_labels[name] for s in samples])

    return SlotTruth(
        corners=stacked('slot_corners'),
        corner_weights=stacked('slot_corner_weights'),
        presence=stacked('slot_presence'),
        presence_weights=stacked('slot_presence_weights'),
        known=stacked('slot_known') > 0,
    )


def best_steps(truth: SlotTruth, logits: Tensor, stride: float) -> Tensor:
    """Find how far up films of unknown levels fit best.

    Args:
        truth: Of the batch.
        logits: ``(B, S, 4, H, W)`` heatmaps of the slots.
        stride: Px of the input in a cell.

    Returns:
        ``(B,)`` steps for :meth:`SlotTruth.moved_up`: those with which the heatmaps
        give the labelled corners the highest probability; 0 where slots are known.
    """
    height, width = logits.shape[-2:]
    slots = truth.presence.shape[1]
    logs = logits.detach().float().flatten(3).log_softmax(-1)
    limits = torch.tensor([width, height], device=logits.device) - 1
    cells = ((truth.corners + 0.5) / stride).floor().long()
    x, y = cells.clamp(min=0).minimum(limits).unbind(-1)
    index = (y * width + x).permute(0, 2, 1)[:, None].expand(-1, slots, -1, -1)
    told = logs.gather(-1, index)  # (B, slot, corner, vertebra)
    fits = (told * truth.corner_weights.permute(0, 2, 1)[:, None]).sum(2)
    scores = []
    for step in range(slots):
        # Vertebrae that would have to leave cost more than any heatmap says.
        leaving = truth.presence[:, slots - step :].sum(1)
        scores.append(fits.diagonal(-step, 1, 2).sum(1) - 1e6 * leaving)
    best = torch.stack(scores, 1).argmax(1)
    return torch.where(truth.known[:, 0], 0, best)
