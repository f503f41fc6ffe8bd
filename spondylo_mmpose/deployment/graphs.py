"""What of a network goes into an ONNX graph: from grey values to its last maps.

Mean and standard deviation are applied inside; the mirrored picture is looked at inside
where the recipe tests with it. What takes corners out of maps stays outside, in NumPy.
"""

from typing import Any

import torch
from mmdet.structures.bbox import distance2bbox
from mmpose.models.utils.tta import flip_heatmaps, flip_vectors
from torch import Tensor, nn

from spondylo_mmpose.spine.anatomy import SIDES_SWAPPED


class FilmGraph(nn.Module):
    """A network behind the preparation of its input.

    Args:
        network: A model of MMPose or MMDet with weights, in evaluation mode.
        flip_test: Settings with which the recipe looks at the mirrored picture too,
            ``None`` if it does not.

    Attributes:
        outputs: Names of the outputs.
    """

    outputs: tuple[str, ...] = ()

    def __init__(self, network: nn.Module, flip_test: dict | None = None) -> None:
        super().__init__()
        self.network: Any = network
        self.flip_test = flip_test
        self.preparation: Any = network.data_preprocessor
        self.eval()

    def prepared(self, films: Tensor) -> Tensor:
        """What the network is given for pictures ``(B, H, W, 3)``, uint8, BGR."""
        pictures = films.permute(0, 3, 1, 2).float()
        if self.preparation._channel_conversion:
            pictures = pictures.flip(1)
        if self.preparation._enable_normalize:
            pictures = (pictures - self.preparation.mean) / self.preparation.std
        return pictures

    def head_outputs(self, pictures: Tensor) -> Any:
        """Outputs of the network's head."""
        return self.network.head(self.network.extract_feat(pictures))


class HeatmapGraph(FilmGraph):
    """A top-down network with heatmaps ``(B, K, H, W)``."""

    outputs = ('heatmaps',)

    def forward(self, films: Tensor) -> Tensor:
        """Compute the heatmaps of crops ``(B, H, W, 3)``."""
        pictures = self.prepared(films)
        maps: Tensor = self.head_outputs(pictures)
        if self.flip_test is None:
            return maps
        other = flip_heatmaps(
            self.head_outputs(pictures.flip(-1)), SIDES_SWAPPED, **self.flip_test
        )
        return (maps + other) * 0.5


class SimCCGraph(FilmGraph):
    """A top-down network with one vector of bins across and one down."""

    outputs = ('simcc_x', 'simcc_y')

    def forward(self, films: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the vectors ``(B, K, bins)`` of crops ``(B, H, W, 3)``."""
        pictures = self.prepared(films)
        across, down = self.head_outputs(pictures)
        if self.flip_test is None:
            return across, down
        mirrored = self.head_outputs(pictures.flip(-1))
        other_across, other_down = flip_vectors(*mirrored, SIDES_SWAPPED)
        return (across + other_across) * 0.5, (down + other_down) * 0.5


class SlotGraph(FilmGraph):
    """A network with slots, on whole films or on crops."""

    outputs = ('heatmaps', 'presence', 'stds')

    def forward(self, films: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute what the network says of each slot.

        Args:
            films: ``(B, H, W, 3)``.

        Returns:
            Logits ``(B, S, 4, H, W)``; presence ``(B, S)`` in [0, 1]; standard
            deviations ``(B, S, 4)``, px of the input.
        """
        pictures = self.prepared(films)
        told = self.head_outputs(pictures)
        if self.flip_test is not None:
            told = told.with_mirrored(self.head_outputs(pictures.flip(-1)))
        return told.heatmaps, told.presence.sigmoid(), (told.log_variances / 2).exp()


class BoxGraph(FilmGraph):
    """A one-stage detector of one class, up to its boxes; overlaps are left."""

    outputs = ('scores', 'boxes')

    def forward(self, films: Tensor) -> tuple[Tensor, Tensor]:
        """Compute scores ``(B, N)`` and boxes ``(B, N, 4)``, px of the input."""
        features = self.network.extract_feat(self.prepared(films))
        logits, distances = self.network.bbox_head(features)
        sizes = [level.shape[-2:] for level in logits]
        points = self.network.bbox_head.prior_generator.grid_priors(
            sizes, device=films.device
        )
        scores = torch.cat([level.flatten(1) for level in logits], 1).sigmoid()
        reach = [level.permute(0, 2, 3, 1).flatten(1, 2) for level in distances]
        boxes = distance2bbox(torch.cat(points)[None], torch.cat(reach, 1))
        return scores, boxes
