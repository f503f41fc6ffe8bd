"""What of a network goes into an ONNX graph: from grey values to its last maps.

Mean and standard deviation are applied inside; the mirrored picture is looked at inside
where the recipe tests with it, unless the graph is told not to. What takes corners out
of maps stays outside, in NumPy.
"""

from typing import Any

import torch
from mmdet.structures.bbox import distance2bbox
from mmpose.models.utils.tta import flip_heatmaps, flip_vectors
from torch import Tensor, nn

from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs
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

    def both_outputs(self, films: Tensor, looks: Tensor) -> Any:
        """Outputs of the head for films, and behind them for their mirrored pictures.

        Args:
            films: ``(B, H, W, 3)``.
            looks: ``(2,)``, or ``(1,)`` for no mirrored pictures; its values are
                nothing. A length is what a graph without branches can obey.
        """
        # Never len(): it makes a number of what is to stay free.
        pictures = self.prepared(films)
        mirrored = pictures.flip(-1)[None].expand(looks.shape[0] - 1, -1, -1, -1, -1)
        return self.head_outputs(torch.cat([pictures, mirrored.flatten(0, 1)]))


def _mean_of_looks(first: Tensor, mirrored: Tensor, looks: Tensor) -> Tensor:
    """Mean of ``(B, ...)`` and what was told of mirrored pictures, none or as many."""
    others = mirrored.unflatten(0, (looks.shape[0] - 1, first.shape[0]))
    return torch.cat([first[None], others]).mean(0)


class HeatmapGraph(FilmGraph):
    """A top-down network with heatmaps ``(B, K, H, W)``."""

    outputs = ('heatmaps',)

    def forward(self, films: Tensor, looks: Tensor | None = None) -> Tensor:
        """Compute the heatmaps of crops ``(B, H, W, 3)``."""
        if looks is None or self.flip_test is None:
            maps: Tensor = self.head_outputs(self.prepared(films))
            return maps
        maps = self.both_outputs(films, looks)
        other = flip_heatmaps(maps[films.shape[0] :], SIDES_SWAPPED, **self.flip_test)
        return _mean_of_looks(maps[: films.shape[0]], other, looks)


class SimCCGraph(FilmGraph):
    """A top-down network with one vector of bins across and one down."""

    outputs = ('simcc_x', 'simcc_y')

    def forward(
        self, films: Tensor, looks: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Compute the vectors ``(B, K, bins)`` of crops ``(B, H, W, 3)``."""
        if looks is None or self.flip_test is None:
            across, down = self.head_outputs(self.prepared(films))
            return across, down
        told = self.both_outputs(films, looks)
        count = films.shape[0]
        others = flip_vectors(*(one[count:] for one in told), SIDES_SWAPPED)
        across, down = (
            _mean_of_looks(one[:count], other, looks)
            for one, other in zip(told, others, strict=True)
        )
        return across, down


class SlotGraph(FilmGraph):
    """A network with slots, on whole films or on crops."""

    outputs = ('heatmaps', 'presence', 'stds')

    def forward(
        self, films: Tensor, looks: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Compute what the network says of each slot.

        Args:
            films: ``(B, H, W, 3)``.
            looks: See :meth:`both_outputs`; ``None`` for no mirrored pictures.

        Returns:
            Logits ``(B, S, 4, H, W)``; presence ``(B, S)`` in [0, 1]; standard
            deviations ``(B, S, 4)``, px of the input.
        """
        if looks is None or self.flip_test is None:
            maps, presence, variances = self.head_outputs(self.prepared(films))[:3]
        else:
            told, count = self.both_outputs(films, looks)[:3], films.shape[0]
            heatmaps, logits, logs = (one[count:] for one in told)
            others = SlotOutputs(heatmaps, logits, logs, ()).unmirrored()[:3]
            maps, presence, variances = (
                _mean_of_looks(one[:count], other, looks)
                for one, other in zip(told, others, strict=True)
            )
        return maps, presence.sigmoid(), (variances / 2).exp()


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
