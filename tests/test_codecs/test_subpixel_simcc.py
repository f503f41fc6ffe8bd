import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.registry import init_default_scope
from mmpose.codecs import SimCCLabel
from mmpose.registry import KEYPOINT_CODECS

from spondylo_mmpose.codecs import SubpixelSimCC
from spondylo_mmpose.decoding.simcc import fit_tops

CODEC = SubpixelSimCC((96, 64), (4.9, 4.0))


@settings(max_examples=60)
@given(parts=st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_encoded_corners_are_decoded_where_they_were(parts):
    corners = np.reshape(parts, (1, 4, 2)) * [95, 63]
    encoded = CODEC.encode(corners)
    assert (encoded['keypoint_weights'] == 1).all()
    decoded, scores = CODEC.decode(
        encoded['keypoint_x_labels'][0], encoded['keypoint_y_labels'][0]
    )
    size = np.array(CODEC.input_size)
    inner = ((corners > 2) & (corners < size - 3)).all(-1)
    error = np.abs(decoded - corners).max(-1)
    assert (error < np.where(inner, 0.02, 0.1)).all()  # px
    assert (scores > 0.99).all()


def test_the_stock_labels_are_rounded():
    """Why there is a codec of our own; once this fails, it has become needless."""
    corners = np.array([[[20.24, 30.26], [40.1, 50.4]]])
    stock = SimCCLabel((96, 64), sigma=(4.9, 4.9), normalize=False)
    labels = stock.encode(corners)
    decoded, _ = stock.decode(
        labels['keypoint_x_labels'][0], labels['keypoint_y_labels'][0]
    )
    assert np.abs(decoded - corners).max() > 0.2


def test_read_backwards_the_labels_are_those_of_the_mirrored_crop():
    corners = np.array([[[20.3, 30.0], [0.0, 5.0], [95.0, 63.0]]])
    mirrored = corners * [-1, 1] + [95, 0]
    label, other = (CODEC.encode(c)['keypoint_x_labels'] for c in (corners, mirrored))
    assert label[..., ::-1] == pytest.approx(other, abs=1e-6)


def test_logits_of_any_offset_and_scale_have_the_same_top():
    bins = np.arange(60)
    target = np.exp(-(((bins - 31.3) / 5) ** 2) / 2)
    tops, peaks = fit_tops(np.stack([target, 0.2 * target - 7]), 5)
    assert tops == pytest.approx([31.3, 31.3], abs=0.03)
    assert tops[0] == pytest.approx(tops[1], abs=1e-9)
    assert peaks[1] == pytest.approx(0.2 * peaks[0] - 7)


def test_vectors_without_a_top_give_the_highest_bin():
    valley = (np.arange(20.0) - 8) ** 2
    tops, _ = fit_tops(np.stack([np.zeros(20), np.arange(20.0), valley]), 3)
    assert tops == pytest.approx([0, 19, 19], abs=1e-6)


def test_corners_far_outside_or_invisible_have_no_weight_and_no_label():
    corners = np.array([[[-30.0, 30], [30, 30], [-3, 30], [30, 90]]])
    encoded = CODEC.encode(corners, np.array([[1, 0, 1, 1]], np.float32))
    assert encoded['keypoint_weights'].tolist() == [[0, 0, 1, 0]]
    for axis in 'xy':
        tops = encoded[f'keypoint_{axis}_labels'].max(-1)
        assert (tops[0] > 0).tolist() == [False, False, True, False]


def test_several_vertebrae_and_the_registry():
    init_default_scope('mmpose')
    codec = KEYPOINT_CODECS.build(
        dict(type='SubpixelSimCC', input_size=(64, 48), sigma=(3, 3))
    )
    corners = np.random.default_rng(0).uniform(5, 40, (3, 4, 2))
    encoded = codec.encode(corners)
    assert encoded['keypoint_x_labels'].shape == (3, 4, 128)
    assert encoded['keypoint_y_labels'].shape == (3, 4, 96)
    decoded, scores = codec.decode(
        encoded['keypoint_x_labels'], encoded['keypoint_y_labels']
    )
    assert decoded == pytest.approx(corners, abs=0.03)
    assert scores.shape == (3, 4)


@pytest.mark.parametrize('bad', [dict(sigma=(0, 4)), dict(simcc_split_ratio=0)])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(ValueError, match='must be above 0'):
        SubpixelSimCC((64, 64), **bad)
