"""What a network answers for each slot, once or several times."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmengine.structures import InstanceData
from torch import Tensor

from spondylo_mmpose.decoding.told_slots import told_slots


class SlotAnswers(NamedTuple):
    """Corners and certainty of each slot of each film.

    Attributes:
        corners: ``(B, S, 4, 2)`` px of the input.
        scores: ``(B, S, 4)`` of the corners, in [0, 1].
        variances: ``(B, S, 4)`` of x and of y, px² of the input; NaN where not told.
        presence: ``(B, S)`` probability.
        heatmaps: ``(B, S, 4, H, W)`` probabilities, ``None`` where not asked for.
    """

    corners: Tensor
    scores: Tensor
    variances: Tensor
    presence: Tensor
    heatmaps: Tensor | None = None

    def instances(self, threshold: float) -> list[InstanceData]:
        """The vertebrae of each film, arrays from the lowest upward.

        Args:
            threshold: Least presence of a vertebra, see :func:`.told_slots`.
        """
        told = dict(
            keypoints=self.corners,
            keypoint_scores=self.scores,
            keypoint_stds=self.variances.sqrt(),
            bbox_scores=self.presence,
            slots=torch.arange(self.presence.shape[1]).expand(len(self.presence), -1),
        )
        arrays = {name: values.detach().cpu().numpy() for name, values in told.items()}
        films = []
        for number, scores in enumerate(arrays['bbox_scores']):
            found = told_slots(arrays['keypoints'][number], scores, threshold)
            films.append(
                InstanceData(**{name: a[number][found] for name, a in arrays.items()})
            )
        return films


def mean_answers(passes: Sequence[SlotAnswers]) -> SlotAnswers:
    """Mean of what a network says when it is asked several times.

    The variance of a corner is the mean of the learned ones plus the variance of the
    corner between the passes (the law of total variance; Kendall & Gal, NIPS 2017, eq.
    9), of x and y the mean, with ``n - 1``. Where no variance was learned, that between
    the passes is the whole.

    Args:
        passes: Two or more answers for the same films.

    Raises:
        ValueError: If there is only one: nothing varies then.
    """
    if len(passes) < 2:
        raise ValueError('variance between passes needs two or more of them')
    corners = torch.stack([one.corners for one in passes])
    learned = torch.stack([one.variances for one in passes]).mean(0)
    between = corners.var(0).mean(-1)
    heatmaps = [one.heatmaps for one in passes if one.heatmaps is not None]
    return SlotAnswers(
        corners.mean(0),
        torch.stack([one.scores for one in passes]).mean(0),
        torch.where(learned.isnan(), between, learned + between),
        torch.stack([one.presence for one in passes]).mean(0),
        torch.stack(heatmaps).mean(0) if heatmaps else None,
    )
