"""The runtime around the very networks, run by torch: all but onnxruntime."""

import subprocess
import sys

import numpy as np
import pytest

from spondylo_mmpose.deployment import checking, runtime
from spondylo_mmpose.deployment.describing import describe
from spondylo_mmpose.deployment.runtime import OnnxSpineModel
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import hull_boxes
from tests.test_deployment.networks import KINDS, TorchSession, described

pytestmark = pytest.mark.usefixtures('one_thread')
CLOSE = 0.02  # px; a grey value that is rounded otherwise moves corners by as much


@pytest.fixture(scope='module')
def ready(tmp_path_factory):
    """Config, network and graph of a recipe, made once."""
    known = {}

    def get(name):
        if name not in known:
            known[name] = described(name, tmp_path_factory.mktemp(name))
        return known[name]

    return get


@pytest.fixture
def as_exported(monkeypatch, ready):
    """Let paths stand for networks; those of recipes do so already."""
    known = {}

    def session(path, threads=None):
        return TorchSession(known.get(path) or ready(path)[2], path)

    for module in (runtime, checking):
        monkeypatch.setattr(module, 'OnnxSession', session)
    return known


def assert_as_by_torch(config, network, path, films, boxes):
    wanted = checking.by_torch(config, network, films, boxes)
    difference = checking.difference_of(
        wanted, checking.file_reader(path)(films, boxes)
    )
    assert difference.vertebrae > 5
    assert difference.largest < CLOSE


@pytest.mark.parametrize('name', KINDS)
def test_results_are_those_of_torch(name, ready, as_exported, phantom_films):
    config, network, _ = ready(name)
    assert_as_by_torch(config, network, name, *phantom_films)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('name', 'options'),
    [
        ('tiny', {'model.test_cfg.flip_test': True}),
        ('tiny_unet', {'model.test_cfg.shift_heatmap': True}),
        ('tiny_maht_net', {'model.test_cfg.flip_test': True}),
        ('tiny_maht_net', {'model.test_cfg.subpixel': False}),
        ('tiny_maht_net', {'model.head.presence_loss': None,
                           'model.test_cfg.presence_threshold': 0.05}),
    ],
)  # fmt: skip
def test_settings_of_tests_hold(name, options, as_exported, phantom_films, tmp_path):
    config, network, graph = described(name, tmp_path, options)
    as_exported['model.onnx'] = graph
    assert_as_by_torch(config, network, 'model.onnx', *phantom_films)


def test_all_that_a_whole_film_model_tells(ready, as_exported, phantom_films):
    config, network, _ = ready('tiny_maht_net')
    films, _ = phantom_films
    found = OnnxSpineModel('tiny_maht_net').find(films)
    for film, one in zip(films, found, strict=True):
        told = film_answer(config, network, film)
        assert len(one) == len(told.keypoints) > 0
        for field in (
            *('keypoints', 'keypoint_scores', 'keypoint_stds'),
            *('bboxes', 'bbox_scores', 'slots'),
        ):
            np.testing.assert_allclose(
                getattr(one, field), told[field], atol=CLOSE, err_msg=field
            )
        assert one.keypoints.dtype == one.keypoint_stds.dtype == np.float32


def film_answer(config, network, film):
    from copy import deepcopy

    import torch
    from mmengine.dataset import Compose, pseudo_collate
    from mmengine.registry import init_default_scope

    from spondylo_mmpose.engine.end_to_end import tested_pipeline

    init_default_scope('mmpose')
    pipeline = Compose(deepcopy(tested_pipeline(config)))
    with torch.inference_mode():
        (sample,) = network.test_step(pseudo_collate([pipeline({'img': film})]))
    return sample.pred_instances


def test_a_detector_gives_the_boxes_of_a_top_down_model(as_exported, phantom_films):
    films, _ = phantom_films
    model = OnnxSpineModel('tiny', 'tiny_detector')
    found = model.find(films)
    boxes = model.detector.worth_a_look(films)
    assert sum(map(len, found)) > 3
    given = model.find(films, [one.boxes for one in boxes])
    for one, box, same in zip(found, boxes, given, strict=True):
        assert (one.bboxes == box.boxes).all()
        assert (one.bbox_scores == box.scores).all()
        assert (np.diff(one.bbox_scores) <= 0).all()
        assert one.keypoints == pytest.approx(same.keypoints, abs=CLOSE)
        assert (same.bbox_scores == 1).all()
        assert one.keypoint_stds is None
        assert one.slots is one.finder_keypoints is None


def test_the_second_look_is_at_the_hull_of_what_the_first_said(
    as_exported, phantom_films
):
    films, _ = phantom_films
    once = OnnxSpineModel('tiny', 'tiny_detector', passes=1)
    twice = OnnxSpineModel('tiny', 'tiny_detector', passes=2)
    first, found = once.find(films), twice.find(films)
    again = once.find(films, [hull_boxes(one.keypoints) for one in first])
    moved = 0.0
    for one, before, expected in zip(found, first, again, strict=True):
        assert one.keypoints == pytest.approx(expected.keypoints, abs=CLOSE)
        # The box stays the detector's.
        assert (one.bboxes == before.bboxes).all()
        moved = max(moved, np.abs(one.keypoints - before.keypoints).max())
    assert moved > 1
    # Given boxes are looked at once.
    boxes = [one.bboxes for one in first]
    for one, other in zip(
        twice.find(films, boxes), once.find(films, boxes), strict=True
    ):
        assert (one.keypoints == other.keypoints).all()


def test_the_last_look_alone_is_at_mirrored_pictures_too(
    as_exported, phantom_films, tmp_path, monkeypatch
):
    films, _ = phantom_films
    _, _, graph = described('tiny', tmp_path, {'model.test_cfg.flip_test': True})
    as_exported['mirrored.onnx'] = graph
    model = OnnxSpineModel('mirrored.onnx', 'tiny_detector', passes=3)
    looked, run = [], model.session.run

    def counted(crops, quick=False):
        looked.append(quick)
        return run(crops, quick)

    monkeypatch.setattr(model.session, 'run', counted)
    model.find(films[:1])
    batches = looked.count(False)
    assert batches > 0
    assert looked == [True] * 2 * batches + [False] * batches
    looked.clear()
    model.find(films[:1], quick=True)
    assert looked == [True] * batches


def test_a_file_tells_how_often_its_model_looks(as_exported, tmp_path):
    config, network, _ = described('tiny', tmp_path)
    config.passes = 3
    as_exported['often.onnx'] = describe(config, network, tmp_path / 'tiny.pth')
    assert OnnxSpineModel('often.onnx', 'tiny_detector').passes == 3
    assert OnnxSpineModel('often.onnx', 'tiny_detector', passes=1).passes == 1
    assert OnnxSpineModel('often.onnx').passes == 1  # boxes are given
    with pytest.raises(ValueError, match='must look once'):
        OnnxSpineModel('often.onnx', 'tiny_detector', passes=0)


def test_a_whole_film_model_gives_boxes_and_names(as_exported, phantom_films):
    films, _ = phantom_films
    alone = OnnxSpineModel('tiny_maht_net').find(films)
    found = OnnxSpineModel('tiny', 'tiny_maht_net').find(films)
    assert sum(map(len, found)) > 3
    for one, seen, film in zip(found, alone, films, strict=True):
        best = np.argsort(-seen.bbox_scores, kind='stable')
        border = np.array([*film.shape[1::-1]] * 2) - 1
        boxes = seen.bboxes.clip(0, border)[best]
        kept = (boxes[:, 2:] > boxes[:, :2]).all(1)
        assert one.bboxes == pytest.approx(boxes[kept])
        assert one.slots.tolist() == seen.slots[best][kept].tolist()
        assert (one.bbox_scores == seen.bbox_scores[best][kept]).all()
        assert one.keypoints.shape == (kept.sum(), 4, 2)
        assert (one.finder_keypoints == seen.keypoints[best][kept]).all()


def test_stds_of_a_crop_are_in_px_of_the_film(as_exported, tmp_path):
    _, _, graph = described('tiny_maht_net', tmp_path, {
        'model.type': 'TopdownPoseEstimator', 'model.head.slots': 1,
        'test_dataloader.dataset.data_mode': 'topdown',
        'test_dataloader.dataset.pipeline': [
            dict(type='LoadRadiograph'), dict(type='GetBBoxCenterScale', padding=1.5),
            dict(type='TopdownAffine', input_size=(128, 128)),
        ],
    })  # fmt: skip
    as_exported['crop.onnx'] = graph
    film = np.full((64, 64), 7, np.uint8)  # what a crop shows is black but for this
    small, large = OnnxSpineModel('crop.onnx').find(
        [film, np.full((128, 128), 7, np.uint8)],
        [[[24, 24, 40, 40]], [[48, 48, 80, 80]]],
    )
    assert (small.keypoint_stds > 0).all()
    assert large.keypoint_stds == pytest.approx(2 * small.keypoint_stds, rel=0.2)


def test_no_films_and_no_boxes(as_exported, phantom_films):
    films, boxes = phantom_films
    assert OnnxSpineModel('tiny_maht_net').find([]) == []
    assert OnnxSpineModel('tiny').find([], []) == []
    one, other = OnnxSpineModel('tiny').find(films, [[], boxes[1]])
    assert one.keypoints.shape == (0, 4, 2)
    assert one.bboxes.shape == (0, 4)
    assert len(other) == len(boxes[1])


def test_misuse_is_one_line(as_exported, phantom_films):
    films, boxes = phantom_films
    with pytest.raises(SpondyloError, match='finds boxes and no corners'):
        OnnxSpineModel('tiny_detector')
    with pytest.raises(SpondyloError, match='leave the detector out'):
        OnnxSpineModel('tiny_maht_net', 'tiny_detector')
    with pytest.raises(SpondyloError, match='is no detector'):
        OnnxSpineModel('tiny', 'tiny')
    with pytest.raises(SpondyloError, match='give boxes, or'):
        OnnxSpineModel('tiny').find(films)
    with pytest.raises(SpondyloError, match='leave the boxes out'):
        OnnxSpineModel('tiny_maht_net').find(films, boxes)
    with pytest.raises(SpondyloError, match='2 films, but boxes of 1'):
        OnnxSpineModel('tiny').find(films, boxes[:1])
    with pytest.raises(SpondyloError, match='x1 < x2'):
        OnnxSpineModel('tiny').find(films[:1], [[[20, 20, 10, 30]]])
    with pytest.raises(SpondyloError, match='is no film'):
        OnnxSpineModel('tiny_maht_net').find([np.zeros(4)])


def test_importing_the_runtime_imports_no_torch():
    code = (
        'import sys, spondylo_mmpose.deployment; '
        "print(sorted({'torch', 'mmengine', 'mmcv', 'mmdet', 'mmpose'} "
        '& sys.modules.keys()))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == '[]'
