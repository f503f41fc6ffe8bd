"""The two raw encodings, decoded by hand."""

import json

import numpy as np

from spondylo_mmpose.phantom.labels import json_label, txt_label

# Lowest first; superior left, superior right, inferior left, inferior right.
SPINE = np.array(
    [
        [[100.4, 300.0], [180.0, 301.0], [110.0, 340.0], [170.0, 341.6]],
        [[102.0, 230.0], [182.0, 231.0], [101.0, 270.0], [181.0, 271.0]],
    ]
)


def test_json_lists_vertebrae_downward_and_corners_bl_br_tl_tr():
    label = json.loads(json_label(SPINE))
    assert label['boxes'] == [[101, 230, 182, 271], [100, 300, 180, 342]]
    assert label['keypoints'][1] == [
        [110, 340, 1], [170, 342, 1], [100, 300, 1], [180, 301, 1]
    ]  # fmt: skip
    assert label['labels'] == [0, 0]


def test_txt_has_17_fields_tl_bl_br_tr_and_loose_boxes():
    lines = txt_label(SPINE, np.random.default_rng(0)).splitlines()
    assert len(lines) == 2
    lower = np.array([float(v) for v in lines[1].split()])
    assert lower.shape == (17,)
    points = lower[5:].reshape(4, 3)
    assert np.array_equal(points[:, 2], [2, 2, 2, 2])
    expected = SPINE[0][[0, 2, 3, 1]]
    assert np.abs(points[:, :2] * 640 - expected).max() < 1e-3
    x, y, w, h = lower[1:5] * 640
    assert x - w / 2 < 100.4
    assert x + w / 2 > 180.0
    assert y - h / 2 < 300.0
    assert y + h / 2 > 341.6
