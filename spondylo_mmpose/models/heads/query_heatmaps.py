"""Heatmaps as dot products of queries with decoder maps."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class QueryHeatmaps(nn.Module):
    """Each query's heatmap, from coarse to fine.

    A query gives an embedding for each level of the decoder; the dot product with the
    level's features says how likely each cell is. Logits of a level are added to those
    of the coarser one, enlarged: probabilities multiply, so that the coarse level,
    which sees far, tells the vertebra, and the fine ones only the place within it.

    Args:
        query_channels: Of a query.
        map_channels: Of the decoder's maps.
        levels: Number of maps.
    """

    def __init__(self, query_channels: int, map_channels: int, levels: int) -> None:
        super().__init__()
        self.embed = nn.ModuleList(
            nn.Sequential(
                nn.Linear(query_channels, query_channels),
                nn.GELU(),
                nn.Linear(query_channels, map_channels),
            )
            for _ in range(levels)
        )

    def forward(self, queries: Tensor, maps: Sequence[Tensor]) -> list[Tensor]:
        """Compute the logits.

        Args:
            queries: ``(B, Q, C)``.
            maps: ``(B, D, H_i, W_i)`` from fine to coarse.

        Returns:
            ``(B, Q, H_i, W_i)`` for each, the coarser ones added.
        """
        logits: list[Tensor] = []
        for embed, features in zip(reversed(self.embed), reversed(maps), strict=True):
            scaled = embed(queries) * features.shape[1] ** -0.5
            own = (scaled @ features.flatten(2)).unflatten(2, features.shape[-2:])
            if logits:
                own = own + functional.interpolate(
                    logits[-1],
                    size=own.shape[-2:],
                    mode='bilinear',
                    align_corners=False,
                )
            logits.append(own)
        return logits[::-1]
