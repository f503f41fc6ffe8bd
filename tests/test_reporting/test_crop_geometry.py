import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmpose.datasets.transforms import RandomFlip, TopdownAffine

from spondylo_mmpose.reporting.crop_geometry import CropGeometry

QUAD = np.array([[60, 40], [110, 48], [58, 80], [108, 90]], np.float32)


def test_plain_crop_by_hand():
    meta = {
        'input_size': (101, 51), 'input_center': [50, 30], 'input_scale': [200, 100],
        'img_shape': (60, 100),
    }  # fmt: skip
    points = np.array([[50.0, 25.0], [0.0, 0.0], [100.0, 50.0]])
    udp = CropGeometry.from_meta(meta, use_udp=True)
    # The last pixel's centre stands at the far edge of the frame.
    assert udp.to_film(points) == pytest.approx(
        np.array([[50, 30], [-50, -20], [150, 80]])
    )
    mirrored = CropGeometry.from_meta(
        {**meta, 'flip': True, 'flip_direction': 'horizontal'}, use_udp=True
    )
    assert mirrored.to_film(points)[:, 0] == pytest.approx([49, 149, -51])
    edges = CropGeometry.from_meta(
        {**meta, 'input_size': (100, 50), 'bbox_rotation': np.array([90.0])}, False
    )
    # A quarter turn: the crop's x runs down the film.
    assert edges.to_film(np.array([50.0, 25.0])) == pytest.approx([50, 30])
    assert edges.to_film(np.array([60.0, 25.0])) == pytest.approx([50, 50])
    assert edges.to_film(np.array([50.0, 30.0])) == pytest.approx([40, 30])


@given(
    centre=st.tuples(st.floats(0, 200), st.floats(0, 150)),
    scale=st.tuples(st.floats(20, 400), st.floats(20, 400)),
    rotation=st.floats(-180, 180),
    size=st.tuples(st.integers(16, 300), st.integers(16, 300)),
    use_udp=st.booleans(),
    direction=st.sampled_from([None, 'horizontal', 'vertical', 'diagonal']),
)
def test_undoes_what_mmpose_does(centre, scale, rotation, size, use_udp, direction):
    results = {
        'img': np.zeros((150, 200, 3), np.uint8),
        'img_shape': (150, 200),
        'bbox': np.array([[50, 40, 110, 90]], np.float32),
        'bbox_center': np.array([centre], np.float32),
        'bbox_scale': np.array([scale], np.float32),
        'bbox_rotation': np.array([rotation], np.float32),
        'keypoints': QUAD[None].copy(),
        'keypoints_visible': np.ones((1, 4), np.float32),
        'flip_indices': [1, 0, 3, 2],
    }
    if direction:
        results = RandomFlip(prob=1.0, direction=direction)(results)
    results = TopdownAffine(input_size=size, use_udp=use_udp)(results)
    geometry = CropGeometry.from_meta(results, use_udp)
    back = geometry.to_film(results['transformed_keypoints'][0].astype(float))
    order = [1, 0, 3, 2] if geometry.swaps_corners else [0, 1, 2, 3]
    assert geometry.swaps_corners == (direction in ('horizontal', 'vertical'))
    assert back == pytest.approx(QUAD[order], abs=0.01)
