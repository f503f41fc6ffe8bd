import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.models.heads.keypoint_targets import decode_cells, encode_cells

# Each cell of this region is 2 px wide and 1 px high.
REGION = torch.tensor([[10.0, 20.0, 18.0, 24.0]])
SIZE = 4


def corners(*points):
    return torch.tensor([points], dtype=torch.float32)


def test_the_cell_that_a_corner_falls_into():
    targets = encode_cells(
        corners((10, 20), (13.9, 21), (18, 24), (17.9, 20.5)), REGION, SIZE, False
    )
    # Columns 0, 1, 3, 3 and rows 0, 1, 3, 0; the far edges belong to the last cell.
    assert targets.cells.squeeze(-1).tolist() == [[0, 5, 15, 3]]
    assert targets.shares.squeeze(-1).tolist() == [[1, 1, 1, 1]]
    assert targets.inside.tolist() == [[True] * 4]


def test_a_corner_shared_by_hand():
    # 1.75 cells from the left and 2.5 from the top: between the centres of columns
    # 1 and 2, a quarter of the way, and on the centre of row 2.
    targets = encode_cells(corners((13.5, 22.5)), REGION, SIZE, True)
    shares = np.zeros((SIZE, SIZE))
    np.add.at(shares.reshape(-1), targets.cells[0, 0], targets.shares[0, 0].numpy())
    expected = np.zeros((SIZE, SIZE))
    expected[2, 1:3] = 0.75, 0.25
    np.testing.assert_allclose(shares, expected, atol=1e-6)


@pytest.mark.parametrize('spread', [False, True])
def test_corners_outside_and_not_finite_do_not_count(spread):
    points = corners((9.99, 22), (14, 24.01), (float('nan'), 22), (14, 22))
    targets = encode_cells(points, REGION, SIZE, spread)
    assert targets.inside.tolist() == [[False, False, False, True]]
    assert ((targets.cells >= 0) & (targets.cells < SIZE**2)).all()
    assert torch.isfinite(targets.shares).all()


def logits_of(targets, size, floor=1e-30):
    maps = torch.zeros(*targets.cells.shape[:2], size * size)
    maps.scatter_add_(2, targets.cells, targets.shares.float())
    return maps.clamp(min=floor).log().view(*maps.shape[:2], size, size)


@given(
    st.floats(0.5, 55.5), st.floats(0.5, 55.5),
    st.floats(-100, 600), st.floats(3, 300), st.floats(3, 300),
    st.integers(1, 3),
)  # fmt: skip
def test_decoding_gives_back_what_was_shared(x, y, origin, width, height, radius):
    region = torch.tensor([[origin, origin / 2, origin + width, origin / 2 + height]])
    point = region[0, :2] + torch.tensor([x * width, y * height]) / 56
    targets = encode_cells(point.view(1, 1, 2), region, 56, True)
    found, score = decode_cells(logits_of(targets, 56), region, radius)
    assert targets.inside.all()
    np.testing.assert_allclose(found.view(2), point, atol=1e-3 * max(width, height, 1))
    assert score.item() == pytest.approx(1, abs=1e-4)


@given(st.floats(0, 56), st.floats(0, 56))
def test_one_cell_is_exact_to_half_a_cell(x, y):
    region = torch.tensor([[0.0, 0.0, 112.0, 28.0]])  # cells of 2 px x 0.5 px
    point = torch.tensor([[[2 * x, y / 2]]])
    targets = encode_cells(point, region, 56, False)
    found, score = decode_cells(logits_of(targets, 56), region, 0)
    assert abs(found[0, 0, 0] - 2 * x) <= 1 + 1e-4
    assert abs(found[0, 0, 1] - y / 2) <= 0.25 + 1e-4
    assert score.item() == pytest.approx(1, abs=1e-4)


def test_mirrored_heatmaps_give_mirrored_corners():
    torch.manual_seed(0)
    logits = torch.randn(1, 4, 8, 8)
    region = torch.tensor([[10.0, 5.0, 26.0, 13.0]])
    mirrored = torch.tensor([[100 - 26.0, 5.0, 100 - 10.0, 13.0]])
    found, score = decode_cells(logits, region, 1)
    other, other_score = decode_cells(logits.flip(-1), mirrored, 1)
    np.testing.assert_allclose(other[..., 0], 100 - found[..., 0], atol=1e-4)
    np.testing.assert_allclose(other[..., 1], found[..., 1], atol=1e-4)
    np.testing.assert_allclose(other_score, score, atol=1e-6)


def test_the_window_stops_at_the_edge():
    logits = torch.full((1, 1, 4, 4), -40.0)
    logits[0, 0, 0, 0] = logits[0, 0, 0, 1] = 0  # the top left corner and beside it
    found, score = decode_cells(logits, REGION, 2)
    # Halfway between the centres of columns 0 and 1, on the centre of row 0.
    np.testing.assert_allclose(found, [[[12, 20.5]]], atol=1e-5)
    assert score.item() == pytest.approx(1)


def test_nothing_found_is_nothing_decoded():
    found, score = decode_cells(torch.zeros(0, 4, 8, 8), torch.zeros(0, 4), 2)
    assert found.shape == (0, 4, 2)
    assert score.shape == (0, 4)
