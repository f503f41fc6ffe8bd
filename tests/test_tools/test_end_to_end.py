"""A detector from training to the boxes that a pose model starts from, by the tools."""

import json

import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.evaluation.dump import load_dump
from tests.conftest import ROOT

POSE = ROOT / 'tests' / 'configs' / 'tiny.py'
DETECTOR = ROOT / 'tests' / 'configs' / 'tiny_detector.py'


def run(run_tool, name, *arguments):
    done = run_tool(name, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope='module')
def detector(phantoms, tmp_path_factory, run_tool):
    """Weights after two epochs, the second of which was resumed."""
    folder = tmp_path_factory.mktemp('detector')
    train = (DETECTOR, '--no-pretrained', '--work-dir', folder)
    for epochs in (1, 2):
        run(
            run_tool, 'train.py', *train, *(('--resume',) if epochs == 2 else ()),
            '--cfg-options', f'data_root={phantoms}', f'train_cfg.max_epochs={epochs}',
        )  # fmt: skip
    found = sorted(folder.rglob('epoch_2.pth'))
    # Each training may have a folder of its own.
    (weights,) = [path for path in found if not path.name.startswith('best')]
    assert list(folder.rglob('best_coco_bbox_mAP_epoch_*.pth'))
    return weights


@pytest.fixture(scope='module')
def pose(tmp_path_factory):
    """Weights of a pose model that has learned nothing."""
    torch.manual_seed(0)
    init_default_scope('mmpose')
    model = MODELS.build(load_config(POSE).model)
    path = tmp_path_factory.mktemp('pose') / 'pose.pth'
    torch.save({'state_dict': model.state_dict(), 'meta': {}}, path)
    return path


def measure(run_tool, phantoms, folder, *arguments):
    said = run(
        run_tool, 'test.py', *arguments, '--work-dir', folder,
        '--dump', folder / 'predictions.pkl', '--out', folder / 'metrics.json',
        '--cfg-options', f'data_root={phantoms}',
    )  # fmt: skip
    return json.loads((folder / 'metrics.json').read_text()), said


def evaluate(run_tool, phantoms, folder):
    run(
        run_tool, 'evaluate.py', folder / 'predictions.pkl',
        phantoms / 'annotations' / 'val.json', '--json', folder / 'offline.json',
    )  # fmt: skip
    return json.loads((folder / 'offline.json').read_text())['metrics']


def shared(one, other):
    """Values that both have: the detector's recipe measures less than is possible."""
    names = one.keys() & other.keys()
    return [{name: values[name] for name in sorted(names)} for values in (one, other)]


def test_detector_then_pose_and_its_boxes(phantoms, detector, pose, tmp_path, run_tool):
    boxes, pictures = tmp_path / 'boxes.json', tmp_path / 'pictures'
    metrics, _ = measure(
        run_tool, phantoms, tmp_path / 'detector', DETECTOR, detector,
        '--save-boxes', boxes, '--show-dir', pictures,
    )  # fmt: skip
    assert 'coco/bbox_mAP' in metrics
    offline = evaluate(run_tool, phantoms, tmp_path / 'detector')
    online, offline = shared(metrics, offline)
    assert 'spine/AP' in online
    assert online == offline
    assert list(pictures.rglob('*.jpg')) or list(pictures.rglob('*.png'))

    found, _ = measure(
        run_tool.fresh, phantoms, tmp_path / 'both', POSE, pose,
        '--detector', DETECTOR, detector,
    )  # fmt: skip
    offline = evaluate(run_tool, phantoms, tmp_path / 'both')
    assert shared(found, offline)[0] == shared(found, offline)[1]
    assert found.keys() == offline.keys()
    by_file, _ = measure(
        run_tool, phantoms, tmp_path / 'file', POSE, pose, '--bbox-file', boxes
    )
    assert by_file['spine/AP'] == pytest.approx(found['spine/AP'], abs=1e-6)
    dumps = [
        load_dump(tmp_path / name / 'predictions.pkl') for name in ('both', 'file')
    ]
    for one, other in zip(*dumps, strict=True):
        first, second = one['pred_instances'], other['pred_instances']
        assert first['keypoints'].shape == second['keypoints'].shape
        assert abs(first['keypoints'] - second['keypoints']).max(initial=0) < 2e-3
    run(run_tool, 'report.py', tmp_path / 'both', '--out', tmp_path / 'report.html')


def test_a_model_whose_boxes_are_given_saves_none(phantoms, pose, tmp_path, run_tool):
    done = run_tool(
        'test.py', POSE, pose, '--work-dir', tmp_path,
        '--save-boxes', tmp_path / 'boxes.json',
        '--cfg-options', f'data_root={phantoms}',
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip().endswith('finds none; test a detector')
    assert not (tmp_path / 'boxes.json').exists()
