"""Queries that look at the film and at each other."""

import torch
from torch import Tensor, nn

from spondylo_mmpose.models.heads.anatomical_queries import (
    AnatomicalBias,
    AnatomicalQueries,
)
from spondylo_mmpose.models.layers.attention import Attention, FeedForward
from spondylo_mmpose.models.layers.positions import sine_positions


class VertebralAttention(nn.Module):
    """Layers of cross-attention to the film and self-attention among the corners.

    Args:
        slots: Number of vertebrae that a film may show.
        channels: Of queries and tokens.
        layers: Number of layers; 0 leaves the embeddings as they are, the same for all
            films, for ablation.
        heads: Attention heads.
        hidden: Channels between the linear layers.
        dropout: Of attention and linear layers.
        anatomical_bias: Whether corners attend the more to each other the nearer their
            vertebrae are.
    """

    def __init__(
        self,
        slots: int,
        channels: int,
        layers: int,
        heads: int,
        hidden: int,
        dropout: float = 0.1,
        anatomical_bias: bool = True,
    ) -> None:
        super().__init__()
        self.queries = AnatomicalQueries(slots, channels)
        self.layers = nn.ModuleList(
            _DecoderLayer(
                channels,
                heads,
                hidden,
                dropout,
                AnatomicalBias(slots, heads) if anatomical_bias else None,
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(channels)

    def forward(self, coarsest: Tensor) -> Tensor:
        """Ask the film.

        Args:
            coarsest: ``(B, C, H, W)``, the bridged map.

        Returns:
            ``(B, slots * 4, C)``, normed.
        """
        tokens = coarsest.flatten(2).transpose(1, 2)
        places = sine_positions(
            coarsest.shape[-2], coarsest.shape[-1], tokens.shape[-1], tokens.device
        )
        keys = tokens + places.to(tokens.dtype)
        who = self.queries().to(tokens.dtype)
        state = who.expand(tokens.shape[0], -1, -1)
        for layer in self.layers:
            state = layer(state, who, keys, tokens)
        normed: Tensor = self.norm(state)
        return normed


class _DecoderLayer(nn.Module):
    def __init__(
        self,
        channels: int,
        heads: int,
        hidden: int,
        dropout: float,
        bias: AnatomicalBias | None,
    ) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(3))
        self.look = Attention(channels, heads, dropout)
        self.confer = Attention(channels, heads, dropout)
        self.feed_forward = FeedForward(channels, hidden, dropout)
        self.bias = bias

    def forward(
        self, state: Tensor, who: Tensor, keys: Tensor, values: Tensor
    ) -> Tensor:
        state = state + self.look(self.norms[0](state) + who, keys, values)
        normed = self.norms[1](state)
        bias = None if self.bias is None else self.bias()
        state = state + self.confer(normed + who, normed + who, normed, bias)
        return torch.as_tensor(state + self.feed_forward(self.norms[2](state)))
