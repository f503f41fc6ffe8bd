"""Attention and the block after it, pre-norm."""

from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Scaled dot-product attention of several heads (Vaswani et al., NeurIPS 2017).

    Args:
        channels: Of queries, keys and values.
        heads: Divide the channels.
        dropout: Of the output.

    Attributes:
        weights: ``(B, heads, Q, K)`` of the last call if ``keep_weights`` is set.

    Raises:
        ValueError: If the heads do not divide the channels.
    """

    def __init__(self, channels: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if channels % heads:
            raise ValueError(f'{channels} channels cannot be split into {heads} heads')
        self.heads = heads
        self.query = nn.Linear(channels, channels)
        # A bias would add the same to all logits of a query.
        self.key = nn.Linear(channels, channels, bias=False)
        self.value = nn.Linear(channels, channels)
        self.out = nn.Linear(channels, channels)
        self.dropout = nn.Dropout(dropout)
        self.keep_weights = False
        self.weights: Tensor | None = None

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """Attend.

        Args:
            query: ``(B, Q, C)``.
            key: ``(B, K, C)``.
            value: ``(B, K, C)``.
            bias: ``(heads, Q, K)``, added to the logits.

        Returns:
            ``(B, Q, C)``.
        """
        q = self._split(self.query(query))
        k = self._split(self.key(key))
        v = self._split(self.value(value))
        logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
        if bias is not None:
            logits = logits + bias
        weights = logits.softmax(-1)
        if self.keep_weights:
            self.weights = weights.detach()
        mixed = (weights @ v).transpose(1, 2).flatten(2)
        out: Tensor = self.dropout(self.out(mixed))
        return out

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    """Two linear layers with a GELU between.

    Args:
        channels: In and out.
        hidden: Between.
        dropout: Of the output.
    """

    def __init__(self, channels: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.first = nn.Linear(channels, hidden)
        self.second = nn.Linear(hidden, channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """Transform each token ``(..., C)`` by itself."""
        out: Tensor = self.dropout(self.second(functional.gelu(self.first(tokens))))
        return out
