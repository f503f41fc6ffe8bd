import math
from dataclasses import replace

import pytest

from spondylo_mmpose.benchmarks.model_speed import Speed, measure_model_speed, table
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

CONFIGS = ROOT / 'tests' / 'configs'
POSE = Speed('pose', 'top-down', 5_000_000, 3e9, 6.0, 0.25, None)
DETECTOR = Speed('finder', 'detector', 1_000_000, 2e9, None, 0.15, None)


def test_two_models_after_another_cost_what_both_cost():
    both = POSE.after(DETECTOR)
    assert both == Speed('finder + pose', 'both', 6_000_000, 5e9, 6.0, 0.4, None)
    assert POSE.after(replace(DETECTOR, flops=None)).flops is None
    halves = replace(POSE, seconds_bf16=0.1), replace(DETECTOR, seconds_bf16=0.05)
    assert halves[0].after(halves[1]).seconds_bf16 == pytest.approx(0.15)
    assert halves[0].after(DETECTOR).seconds_bf16 is None


def test_what_was_not_measured_is_told_as_such():
    text = table([POSE, replace(POSE, name='other', seconds_bf16=0.1)]).to_markdown()
    words = [line.replace('|', ' ').split() for line in text.splitlines()]
    assert ['pose', '5.0', '3', '4.00', '--'] in words
    assert '10.00' in text


@pytest.mark.slow
def test_real_recipes(phantoms, one_thread):
    pose, detector, film = (
        (CONFIGS / f'{name}.py', None)
        for name in ('tiny', 'tiny_detector', 'tiny_keypoint_rcnn')
    )
    rows = measure_model_speed([pose, film], phantoms, detector, films=2)
    assert [one.name for one in rows] == [
        'tiny_detector',
        'tiny_detector + tiny',
        'tiny_keypoint_rcnn',
    ]
    assert all(0 < one.seconds < math.inf for one in rows)
    assert rows[1].parameters > rows[0].parameters
    with pytest.raises(SpondyloError, match='finds no boxes'):
        measure_model_speed([film], phantoms, pose, films=1)
