"""``spondylo predict`` with exported models: a process without torch.

The models are made by hand and say the same of any film.
"""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from spondylo_mmpose.film_report.report_json import read_report
from tests.test_deployment.files import write_model

pytest.importorskip('onnxruntime')
pytest.importorskip('onnx')

HEAVY = ('torch', 'mmengine', 'mmcv', 'mmdet', 'mmpose', 'highdicom', 'sklearn')

# As the console command does it; what is loaded is seen where it ends.
CODE = f"""
import sys
from spondylo_mmpose.cli.main import main
try:
    main()
except SystemExit as end:
    print(end.code, sorted(set({HEAVY}) & sys.modules.keys()))
"""

# Of a film of 640 px seen on 64: cells of four px of the input.
PLACES = [[(5, 12), (9, 12), (5, 14), (9, 14)], [(5, 8), (9, 8), (5, 10), (9, 10)]]


def heatmaps(places, side=16):
    maps = np.full((len(places), 4, side, side), -9.0)
    for slot, corners in enumerate(places):
        for corner, (x, y) in enumerate(corners):
            maps[slot, corner, y, x] = 9
    return maps


@pytest.fixture
def film(tmp_path):
    path = tmp_path / 'film.png'
    cv2.imwrite(str(path), np.full((640, 640), 90, np.uint8))
    return path


def whole_film_model(folder):
    reading = {
        'name': 'slots', 'stride': 4, 'subpixel': True, 'presence_threshold': 0.3,
        'has_presence': True,
    }  # fmt: skip
    outputs = {
        'heatmaps': heatmaps(PLACES),
        'presence': [0.9, 0.8],
        'stds': np.full((2, 4), 0.5),
    }
    return write_model(
        folder / 'film.onnx', outputs, kind='whole film', reading=reading,
        counts_upward=True,
    )  # fmt: skip


def detector_and_pose(folder):
    boxes = {'scores': [0.9, 0.7], 'boxes': [[18, 46, 40, 60], [18, 30, 40, 44]]}
    maps = heatmaps([[(4, 5), (11, 5), (4, 10), (11, 10)]])[0]
    pose = write_model(
        folder / 'pose.onnx', {'heatmaps': np.maximum(maps, 0) / 9}, kind='top-down',
        reading={'name': 'heatmaps', 'sigma': 1.0}, crop={'padding': 1.5, 'udp': True},
    )  # fmt: skip
    return pose, write_model(folder / 'detector.onnx', boxes)


def spondylo(*words):
    return subprocess.run(
        [sys.executable, '-c', CODE, *map(str, words)],
        capture_output=True,
        text=True,
    )


def test_a_model_of_whole_films(film, tmp_path):
    out = tmp_path / 'out'
    model = whole_film_model(tmp_path)
    done = spondylo('predict', film, '--out', out, '--checkpoint', model)
    assert done.stdout.splitlines()[-1:] == ['0 []'], done.stderr
    report = read_report(out / 'film.json')
    assert [one.level for one in report.vertebrae] == ['S1', 'L5']
    assert report.vertebrae[0].corner_std is not None


def test_a_detector_and_a_pose_model(film, tmp_path):
    out = tmp_path / 'out'
    pose, detector = detector_and_pose(tmp_path)
    done = spondylo(
        'predict', film, '--out', out, '--checkpoint', pose, '--detector', detector
    )
    assert done.stdout.splitlines()[-1:] == ['0 []'], done.stderr
    report = read_report(out / 'film.json')
    assert [one.score for one in report.vertebrae] == pytest.approx([0.9, 0.7])
    assert [part.role for part in report.model.parts] == ['pose', 'detector']


def test_a_model_of_whole_films_and_a_pose_model(film, tmp_path):
    """The names are those of the former, the corners those of the latter."""
    out = tmp_path / 'out'
    pose, _ = detector_and_pose(tmp_path)
    done = spondylo(
        'predict', film, '--out', out, '--checkpoint', pose,
        '--detector', whole_film_model(tmp_path),
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ['0 []'], done.stderr
    report = read_report(out / 'film.json')
    assert [one.level for one in report.vertebrae] == ['S1', 'L5']
    assert {one.level_origin for one in report.vertebrae} == {'model slot'}
    assert report.vertebrae[0].presence is not None


def test_help(tmp_path):
    done = spondylo('predict', '--help')
    assert done.stdout.splitlines()[-1:] == ['0 []'], done.stderr
    assert '--dicom' in done.stdout
