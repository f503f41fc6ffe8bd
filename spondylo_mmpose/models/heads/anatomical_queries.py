"""One query for each corner of each slot, and what they know of each other."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

CORNERS_OF_A_SLOT = 4


class AnatomicalQueries(nn.Module):
    """Embeddings of the queries: slot + edge + side + normalised row, their sum.

    Queries are in the order of slots, in a slot in that of
    :data:`spondylo_mmpose.spine.anatomy.CORNERS`. Rows are end plates; they are
    counted upward from the lowest, from 0 to 1.

    Args:
        slots: Number of vertebrae that a film may show.
        channels: Of an embedding.
    """

    def __init__(self, slots: int, channels: int) -> None:
        super().__init__()
        self.slot = nn.Embedding(slots, channels)
        self.edge = nn.Embedding(2, channels)  # superior, inferior
        self.side = nn.Embedding(2, channels)  # left, right
        self.row = nn.Sequential(
            nn.Linear(1, channels), nn.GELU(), nn.Linear(channels, channels)
        )
        slot = torch.arange(slots).repeat_interleave(CORNERS_OF_A_SLOT)
        edge = torch.tensor([0, 0, 1, 1]).repeat(slots)
        side = torch.tensor([0, 1, 0, 1]).repeat(slots)
        rows = (2 * slot + (1 - edge)).float() / (2 * slots - 1)
        self.register_buffer('slot_index', slot, persistent=False)
        self.register_buffer('edge_index', edge, persistent=False)
        self.register_buffer('side_index', side, persistent=False)
        self.register_buffer('rows', rows[:, None], persistent=False)

    def forward(self) -> Tensor:
        """Compute the embeddings ``(slots * 4, channels)``."""
        embeddings: Tensor = (
            self.slot(self.slot_index)
            + self.edge(self.edge_index)
            + self.side(self.side_index)
            + self.row(self.rows)
        )
        return embeddings


class AnatomicalBias(nn.Module):
    """Added to the logits of the queries' attention to each other.

    Queries of slots ``i`` and ``j`` get ``strength[head] * nearness[|i - j|]``, where
    the last nearness holds for all that are farther. Strengths are learned.

    Args:
        slots: Number of slots.
        heads: Attention heads.
        nearness: Of the same vertebra, of neighbours, and so on; falling.

    Raises:
        ValueError: If the nearness rises.
    """

    nearness: Tensor

    def __init__(
        self, slots: int, heads: int, nearness: Sequence[float] = (2.0, 1.0, 0.0)
    ) -> None:
        super().__init__()
        if list(nearness) != sorted(nearness, reverse=True):
            raise ValueError(f'nearness must fall with the distance, not {nearness}')
        self.strength = nn.Parameter(torch.ones(heads))
        slot = torch.arange(slots).repeat_interleave(CORNERS_OF_A_SLOT)
        distance = (slot[:, None] - slot).abs().clamp(max=len(nearness) - 1)
        table = torch.tensor(nearness, dtype=torch.float32)
        self.register_buffer('nearness', table[distance], persistent=False)

    def forward(self) -> Tensor:
        """Compute the bias ``(heads, slots * 4, slots * 4)``."""
        bias: Tensor = self.strength[:, None, None] * self.nearness
        return bias
