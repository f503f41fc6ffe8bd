import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.registry import init_default_scope
from mmpose.codecs import UDPHeatmap
from mmpose.registry import KEYPOINT_CODECS

from spondylo_mmpose.codecs import GaussianFitHeatmap
from spondylo_mmpose.decoding.heatmaps import fit_peaks

SHAPES = [
    ((128, 128), (32, 32), 1.5),
    ((256, 256), (64, 64), 2.0),
    ((96, 64), (48, 32), 3.0),
]


def in_crop(codec, decoded):
    """MMPose's decoded px, in which a crop is as wide as its frame, as crop px."""
    size = np.array(codec.input_size)
    return decoded * (size - 1) / size


@pytest.mark.parametrize('shape', SHAPES)
@settings(max_examples=60)
@given(parts=st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_encoded_corners_are_decoded_where_they_were(shape, parts):
    codec = GaussianFitHeatmap(*shape)
    corners = np.reshape(parts, (1, 4, 2)) * (np.array(codec.input_size) - 1)
    encoded = codec.encode(corners.astype(np.float32))
    assert (encoded['keypoint_weights'] == 1).all()
    decoded, scores = codec.decode(encoded['heatmaps'])
    error = np.abs(in_crop(codec, decoded) - corners) / codec.scale_factor
    assert error.max() < 0.01  # cells, up to the border
    # The highest cell is at most half a cell away each way.
    assert (scores > 0.999 * np.exp(-0.25 / codec.sigma**2)).all()


@pytest.mark.parametrize(
    ('shape', 'wrong_by'), zip(SHAPES[:2], (0.9, 0.4), strict=True)
)
def test_the_stock_codec_is_wrong_at_the_border(shape, wrong_by):
    """Why there is a codec of our own; once this fails, it has become needless."""
    size, cells, sigma = shape
    stock = UDPHeatmap(size, cells, sigma=sigma)
    corners = np.array([[[2.0, 16], [16, 2], [0.7, 9], [9, 1.3]]]) * stock.scale_factor
    decoded, _ = stock.decode(stock.encode(corners)['heatmaps'])
    error = np.abs(in_crop(stock, decoded) - corners) / stock.scale_factor
    assert error.max() > wrong_by


def test_corners_a_little_outside_are_found_too():
    codec = GaussianFitHeatmap((128, 128), (32, 32), 1.5)
    corners = np.array([[[-2.0, 60], [60, -3.5], [130, 60], [60, 129]]])
    encoded = codec.encode(corners)
    assert (encoded['keypoint_weights'] == 1).all()
    decoded, _ = codec.decode(encoded['heatmaps'])
    assert in_crop(codec, decoded) == pytest.approx(corners, abs=0.05)


def test_corners_far_outside_or_invisible_have_no_weight():
    codec = GaussianFitHeatmap((128, 128), (32, 32), 1.5)
    corners = np.array([[[-30.0, 60], [60, 60], [60, 60], [60, 200]]])
    encoded = codec.encode(corners, np.array([[1.0, 0, 1, 1]], np.float32))
    assert encoded['keypoint_weights'].tolist() == [[0, 0, 1, 0]]
    assert encoded['heatmaps'].max((1, 2)) == pytest.approx([0, 0, 1, 0], abs=0.1)


def gaussian(centre, sigma, size=32):
    y, x = np.mgrid[:size, :size]
    return np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * sigma**2))


@pytest.mark.parametrize('centre', [(12.3, 17.8), (0.4, 16.2), (30.7, 0.1)])
def test_width_and_height_of_the_blob_do_not_matter(centre):
    found, peak = fit_peaks(0.03 * gaussian(centre, 2.6)[None], 1.5)
    assert found[0] == pytest.approx(centre, abs=1e-6)
    assert peak[0] == pytest.approx(0.03, rel=0.05)


def test_noise_moves_a_corner_by_little_and_at_the_border_by_no_more():
    generator = np.random.default_rng(0)
    for low, high in ((10, 21), (0, 2)):
        centres = np.stack(
            [generator.uniform(low, high, 200), generator.uniform(10, 21, 200)], 1
        )
        maps = np.stack([gaussian(centre, 2.0) for centre in centres])
        found, _ = fit_peaks(maps + generator.normal(0, 0.03, maps.shape), 2.0)
        assert np.sqrt(((found - centres) ** 2).sum(1).mean()) < 0.06


def test_maps_without_a_peak_give_the_highest_cell():
    flat = np.full((8, 8), 0.5)
    negative = np.full((8, 8), -1.0)
    spike = np.zeros((8, 8))
    valley = 1 + 0.1 * ((np.mgrid[:8, :8] - 4) ** 2).sum(0)
    negative[3, 5] = -0.5
    spike[2, 6] = 1
    found, peaks = fit_peaks(np.stack([flat, negative, spike, valley]), 2.0)
    assert found.tolist() == [[0, 0], [5, 3], [6, 2], [0, 0]]
    assert peaks == pytest.approx([0.5, -0.5, 1, 1 + 0.1 * 32])


def test_a_batch_is_decoded_as_its_parts():
    init_default_scope('mmpose')
    codec = KEYPOINT_CODECS.build(
        dict(type='GaussianFitHeatmap', input_size=(64, 64), heatmap_size=(16, 16))
    )
    maps = torch.rand(3, 4, 16, 16)
    corners, scores = codec.batch_decode(maps.bfloat16().requires_grad_())
    assert corners.shape == (3, 1, 4, 2)
    assert scores.shape == (3, 1, 4)
    for one, corner, score in zip(maps.bfloat16(), corners, scores, strict=True):
        alone = codec.decode(one.float().numpy())
        assert np.array_equal(alone[0], corner)
        assert np.array_equal(alone[1], score)


@pytest.mark.parametrize(
    'bad', [dict(sigma=0), dict(sigma=-1), dict(heatmap_size=(2, 16))]
)
def test_impossible_settings_are_refused(bad):
    with pytest.raises(ValueError, match='must be'):
        GaussianFitHeatmap(**{'input_size': (64, 64), 'heatmap_size': (16, 16)} | bad)
