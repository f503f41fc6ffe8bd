import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmcv.ops import nms

from spondylo_mmpose.deployment.detector import OnnxDetector
from spondylo_mmpose.deployment.session import OnnxSession
from tests.test_deployment.files import FACTS, write_model

pytest.importorskip('onnxruntime')
pytest.importorskip('onnx')


def detector(tmp_path, boxes, scores, **reading):
    path = write_model(
        tmp_path / 'm.onnx',
        {'scores': scores, 'boxes': boxes},
        reading={**FACTS.reading, **reading},
    )
    return OnnxDetector(OnnxSession(path, threads=1))


def test_boxes_on_films_of_any_size(tmp_path):
    boxes = [[8, 8, 24, 16], [9, 8, 24, 16], [8, 20, 24, 28], [-9, 30, 99, 99],
             [5, 40, 5, 60], [30, 2, 40, 9]]  # fmt: skip
    found = detector(tmp_path, boxes, [0.5, 0.875, 0.75, 0.25, 1.0, 0.0005])
    wide, tall = found.find([np.zeros((64, 128)), np.zeros((32, 16, 3), np.uint8)])
    # Half the size and twice it. The first box is another of the second's vertebra,
    # the fifth is empty, the last says it is none.
    expected = np.array([[9, 8, 24, 16], [8, 20, 24, 28], [0, 30, 64, 64]])
    assert wide.boxes == pytest.approx(expected * 2)
    assert tall.boxes == pytest.approx(expected / 2)
    assert wide.scores.tolist() == tall.scores.tolist() == [0.875, 0.75, 0.25]
    (kept,) = found.worth_a_look([np.zeros((64, 128))])
    assert kept.boxes == pytest.approx(np.minimum(expected * 2, [[127, 63] * 2]))


def test_nothing_found(tmp_path):
    found = detector(tmp_path, [[8, 8, 24, 16]], [0.0])
    (boxes,) = found.find([np.zeros((64, 64))])
    assert boxes.boxes.shape == (0, 4)
    assert boxes.scores.shape == (0,)


def test_no_more_than_are_kept(tmp_path):
    boxes = [[8 * i, 0, 8 * i + 6, 6] for i in range(8)]
    found = detector(tmp_path, boxes, np.linspace(0.2, 0.9, 8))
    (kept,) = found.find([np.zeros((64, 64))])
    assert kept.boxes[:, 0].tolist() == [56, 48, 40, 32]
    (best,) = found.worth_a_look([np.zeros((64, 64))])
    assert len(best.scores) == 3


def test_beside_a_film_is_what_the_network_learned_with(tmp_path):
    found = detector(tmp_path, [[8, 8, 24, 16]], [0.5])
    shown, _ = found._fitted(np.full((20, 40, 3), 200, np.uint8))
    assert shown.shape == (64, 64, 3)
    assert set(shown[:32].ravel().tolist()) == {200}
    assert set(shown[32:].ravel().tolist()) == {9}


@pytest.fixture(scope='module')
def anything(tmp_path_factory):
    return detector(tmp_path_factory.mktemp('any'), [[0, 0, 1, 1]], [0.5], most_kept=99)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_overlaps_are_sorted_out_as_mmcv_does(anything, seed):
    rng = np.random.default_rng(seed)
    start = rng.uniform(0, 50, (40, 2))
    boxes = np.hstack([start, start + rng.uniform(2, 14, (40, 2))]).astype(np.float32)
    scores = rng.permutation(40).astype(np.float32) / 40 + 0.01
    kept = anything._kept(scores, boxes, np.ones(2, np.float32))
    wanted, _ = nms(torch.from_numpy(boxes), torch.from_numpy(scores), 0.3)
    np.testing.assert_allclose(kept.boxes, wanted[:, :4].numpy())
    np.testing.assert_allclose(kept.scores, wanted[:, 4].numpy())
