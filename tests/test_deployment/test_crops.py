import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.registry import init_default_scope
from mmpose.registry import TRANSFORMS

from spondylo_mmpose.deployment.crops import CropFrame

FILM = np.random.default_rng(0).integers(0, 255, (200, 260, 3)).astype(np.uint8)


def by_mmpose(box, padding, size, udp):
    init_default_scope('mmpose')
    results = {'img': FILM, 'bbox': np.array(box, np.float32)[None]}
    for step in (
        dict(type='GetBBoxCenterScale', padding=padding),
        dict(type='TopdownAffine', input_size=size, use_udp=udp),
    ):
        results = TRANSFORMS.build(step)(results)
    return results


@pytest.mark.parametrize('udp', [False, True])
@pytest.mark.parametrize('size', [(64, 64), (48, 64)])
@settings(max_examples=15)
@given(st.floats(-20, 200), st.floats(-20, 150), st.floats(20, 120), st.floats(20, 120))
def test_crops_are_those_of_mmpose(size, udp, x, y, width, height):
    box = [x, y, x + width, y + height]
    theirs = by_mmpose(box, 1.5, size, udp)
    frame = CropFrame.around([box], 1.5, size)
    ours = frame.cut(FILM, 0, size, udp)
    assert frame.centres[0] == pytest.approx(theirs['input_center'], abs=1e-3)
    assert frame.sides[0] == pytest.approx(theirs['input_scale'], abs=1e-3)
    # On noise a place that is rounded to the next 1/32 px changes the grey value.
    far = np.abs(ours.astype(int) - theirs['img'].astype(int)) > 8
    assert far.mean() < 0.02


def test_corners_go_back_to_their_films():
    frame = CropFrame.around([[10, 20, 50, 40], [0, 0, 30, 90]], 1.5, (64, 128))
    assert frame.centres.tolist() == [[30, 30], [15, 45]]
    # Aspect 1 : 2. The first is wider than that, the second too: 45 to 135.
    assert frame.sides.tolist() == [[60, 120], [67.5, 135]]
    corners = np.tile([[0, 0], [64, 0], [0, 128], [32, 64]], (2, 1, 1))
    back, scales = frame.to_film(corners, (64, 128))
    assert back[0].tolist() == [[0, -30], [60, -30], [0, 90], [30, 30]]
    assert back[1, 3].tolist() == [15, 45]
    assert scales == pytest.approx([60 / 64, 67.5 / 64])
