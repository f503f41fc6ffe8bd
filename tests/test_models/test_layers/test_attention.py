import pytest
import torch

from spondylo_mmpose.models.layers.attention import Attention, FeedForward


def test_attention_is_torchs():
    """With the same weights, torch's own layer says the same."""
    torch.manual_seed(0)
    ours = Attention(16, 4).eval()
    theirs = torch.nn.MultiheadAttention(16, 4, batch_first=True).eval()
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(
            torch.cat([ours.query.bias, torch.zeros(16), ours.value.bias])
        )
        theirs.out_proj.load_state_dict(ours.out.state_dict())
    query, key, value = (
        torch.randn(2, 3, 16),
        torch.randn(2, 5, 16),
        torch.randn(2, 5, 16),
    )
    bias = torch.randn(4, 3, 5)
    expected, _ = theirs(query, key, value, attn_mask=bias.repeat(2, 1, 1))
    assert torch.allclose(ours(query, key, value, bias), expected, atol=1e-6)


def test_weights_are_kept_on_request():
    layer = Attention(8, 2)
    tokens = torch.randn(1, 3, 8)
    layer(tokens, tokens, tokens)
    assert layer.weights is None
    layer.keep_weights = True
    layer(tokens, tokens, tokens)
    assert layer.weights.shape == (1, 2, 3, 3)
    assert torch.allclose(layer.weights.sum(-1), torch.ones(1, 2, 3))


def test_heads_must_divide_channels():
    with pytest.raises(ValueError, match='10 channels cannot be split into 4 heads'):
        Attention(10, 4)


def test_feed_forward_keeps_the_shape_and_tokens_apart():
    layer = FeedForward(8, 32).eval()
    tokens = torch.randn(2, 3, 8)
    whole = layer(tokens)
    assert whole.shape == tokens.shape
    assert torch.allclose(layer(tokens[:, 1:2]), whole[:, 1:2], atol=1e-6)
