"""Attention over the whole film on the trunk's coarsest map."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn

from spondylo_mmpose.models.layers.attention import Attention, FeedForward
from spondylo_mmpose.models.layers.positions import sine_positions


@MODELS.register_module()
class TransformerBridge(BaseModule):
    """Lets every cell of the coarsest map see all others; finer maps pass unchanged.

    How many vertebrae lie between a place and the sacrum is nothing that a convolution
    sees. Layers are those of a transformer's encoder with the norm first; positions are
    added to queries and keys of every layer, not to what is passed on.

    Args:
        in_channels: Channels of the trunk's maps from fine to coarse.
        channels: Of the tokens, a multiple of four.
        layers: Number of layers; 0 leaves nothing but a projection, for ablation.
        heads: Attention heads.
        hidden: Channels between the two linear layers; four times ``channels`` by
            default.
        dropout: Of attention and linear layers.
        init_cfg: Initialisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int = 256,
        layers: int = 6,
        heads: int = 8,
        hidden: int | None = None,
        dropout: float = 0.1,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.project = nn.Conv2d(in_channels[-1], channels, 1)
        self.layers = nn.ModuleList(
            _EncoderLayer(channels, heads, hidden or 4 * channels, dropout)
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(channels)

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Bridge the coarsest map.

        Args:
            feats: ``(B, C_i, H_i, W_i)`` from fine to coarse.

        Returns:
            The same with the last one replaced by ``(B, channels, H, W)``.
        """
        coarsest = self.project(feats[-1])
        height, width = coarsest.shape[-2:]
        tokens = coarsest.flatten(2).transpose(1, 2)
        places = sine_positions(height, width, tokens.shape[-1], tokens.device)
        for layer in self.layers:
            tokens = layer(tokens, places.to(tokens.dtype))
        tokens = self.norm(tokens)
        bridged = tokens.transpose(1, 2).unflatten(2, (height, width))
        return (*feats[:-1], bridged)


class _EncoderLayer(nn.Module):
    def __init__(self, channels: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(channels)
        self.attention = Attention(channels, heads, dropout)
        self.feed_forward_norm = nn.LayerNorm(channels)
        self.feed_forward = FeedForward(channels, hidden, dropout)

    def forward(self, tokens: Tensor, places: Tensor) -> Tensor:
        normed = self.attention_norm(tokens)
        placed = normed + places
        tokens = tokens + self.attention(placed, placed, normed)
        mixed: Tensor = tokens + self.feed_forward(self.feed_forward_norm(tokens))
        return mixed
