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


def mirrored(values: Tensor, axis: int) -> Tensor:
    """The values in reverse along an axis, as ``flip`` but faster in onnxruntime."""
    order = torch.arange(values.shape[axis] - 1, -1, -1, device=values.device)
    return values.index_select(axis, order)


def _mirrored_maps(maps: Tensor) -> Tensor:
    # Exact, and onnxruntime multiplies four times as fast as it reverses an axis.
    return maps @ torch.eye(maps.shape[-1], device=maps.device).flip(0)


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
        pictures = films.permute(0, 3, 1, 2)
        if self.preparation._channel_conversion:
            pictures = mirrored(pictures, 1)
        pictures = pictures.float()
        if self.preparation._enable_normalize:
            pictures = (pictures - self.preparation.mean) / self.preparation.std
        return pictures

    def head_outputs(self, pictures: Tensor) -> Any:
        """Outputs of the network's head."""
        return self.network.head(self.network.extract_feat(pictures))


class PoseGraph(FilmGraph):
    """A network that places corners, and may look at mirrored pictures too."""

    def maps(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """The outputs, before what is done to their means, of ``(B, 3, H, W)``."""
        raise NotImplementedError

    def unmirrored(self, *maps: Tensor) -> tuple[Tensor, ...]:
        """Maps of mirrored pictures, as if of the pictures themselves."""
        raise NotImplementedError

    def forward(self, films: Tensor, looks: Tensor | None = None) -> tuple[Tensor, ...]:
        """Compute the outputs.

        Args:
            films: ``(B, H, W, 3)``.
            looks: ``(2,)``, or ``(1,)`` for no mirrored pictures, as ``None``; its
                values are nothing. A length is what a graph without branches can obey.

        Returns:
            Those that the class names, ``(B, ...)`` each.
        """
        if looks is None:
            return self.maps(self.prepared(films))
        # Never len(): it makes a number of what is to stay free.
        count, others = films.shape[0], looks.shape[0] - 1
        again = mirrored(films, 2)[None].expand(others, -1, -1, -1, -1).flatten(0, 1)
        told = self.maps(self.prepared(torch.cat([films, again])))
        back = self.unmirrored(*(one[count:] for one in told))
        return tuple(
            (one[:count] + other.unflatten(0, (others, count)).sum(0)) / (others + 1)
            for one, other in zip(told, back, strict=True)
        )


class HeatmapGraph(PoseGraph):
    """A top-down network with heatmaps ``(B, K, H, W)`` of crops."""

    outputs = ('heatmaps',)

    def maps(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """See :class:`PoseGraph`."""
        return (self.head_outputs(pictures),)

    def unmirrored(self, *maps: Tensor) -> tuple[Tensor, ...]:
        """See :class:`PoseGraph`."""
        return (flip_heatmaps(*maps, SIDES_SWAPPED, **(self.flip_test or {})),)


class SimCCGraph(PoseGraph):
    """A top-down network with bins across and down, ``(B, K, bins)`` each, of crops."""

    outputs = ('simcc_x', 'simcc_y')

    def maps(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """See :class:`PoseGraph`."""
        return tuple(self.head_outputs(pictures))

    def unmirrored(self, *maps: Tensor) -> tuple[Tensor, ...]:
        """See :class:`PoseGraph`."""
        return tuple(flip_vectors(*maps, SIDES_SWAPPED))


class SlotGraph(PoseGraph):
    """A network with slots, on whole films or on crops."""

    outputs = ('heatmaps', 'presence', 'stds')

    def maps(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """See :class:`PoseGraph`."""
        return tuple(self.head_outputs(pictures)[:3])

    def unmirrored(self, *maps: Tensor) -> tuple[Tensor, ...]:
        """See :class:`PoseGraph`."""
        heatmaps, presence, log_variances = maps
        told = SlotOutputs(heatmaps, presence, log_variances, ())
        return told.unmirrored(_mirrored_maps)[:3]

    def forward(self, films: Tensor, looks: Tensor | None = None) -> tuple[Tensor, ...]:
        """Compute what the network says of each slot.

        Args:
            films: ``(B, H, W, 3)``.
            looks: See :class:`PoseGraph`.

        Returns:
            Logits ``(B, S, 4, H, W)``; presence ``(B, S)`` in [0, 1]; standard
            deviations ``(B, S, 4)``, px of the input.
        """
        heatmaps, presence, log_variances = super().forward(films, looks)
        return heatmaps, presence.sigmoid(), (log_variances / 2).exp()


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
