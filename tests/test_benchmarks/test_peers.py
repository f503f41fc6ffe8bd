import sys

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.peers import (
    BOXES,
    export_plain,
    measure_peers,
    run_peer,
)
from spondylo_mmpose.benchmarks.random_weights import write_random
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

FAKE = """
import numpy as np

class RTMPose:
    def __init__(self, onnx_model, model_input_size, to_openpose, backend, device):
        assert (onnx_model, model_input_size) == ('net.onnx', (192, 192))

    def __call__(self, image, bboxes):
        assert image.shape == (8, 9, 3)
        {work}
        return np.zeros((len(bboxes), 4, 2)), np.zeros((len(bboxes), 4))
"""


FAKE_YOLO = {
    '__init__.py': """
import sys
from pathlib import Path
import torch
import yaml

class YOLO:
    def __init__(self, path, task):
        settings = yaml.safe_load(Path(path).read_text())
        assert settings == {'kpt_shape': [4, 2], 'nc': 1, 'depth': 0.5}
        assert (Path(path).name, task) == ('yolo3-pose.yaml', 'pose')
        self.model = torch.nn.Linear(3, 4)
        self.threads = []

    def predict(self, film, imgsz, device, verbose):
        import torchvision
        assert torchvision.ops.nms == 'its own'
        self.threads.append(torch.get_num_threads())
        assert self.threads in ([5], [5, 2], [5, 2, 2], [5, 2, 2, 2])
        assert (film.shape, imgsz, device) == ((8, 9, 3), 64, 'cpu')

torch.set_num_threads(5)
""",
    'nn/__init__.py': '',
    'nn/tasks.py': """
def yaml_model_load(name):
    assert name == 'yolo3-pose.yaml'
    return {'kpt_shape': [17, 3], 'nc': 80, 'depth': 0.5}
""",
    'utils/__init__.py': '',
    'utils/nms.py': "class TorchNMS:\n    nms = 'its own'\n",
}


def installed(place, name):
    """A package of version 9.8 and nothing in it yet."""
    (place / f'{name}-9.8.dist-info').mkdir(parents=True)
    head = f'Metadata-Version: 2.1\nName: {name}\nVersion: 9.8\n'
    (place / f'{name}-9.8.dist-info' / 'METADATA').write_text(head)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Something that looks like rtmlib; gives what it is to be asked."""
    place = tmp_path / 'site'
    installed(place, 'rtmlib')
    (place / 'rtmlib.py').write_text(FAKE.format(work=''))
    monkeypatch.setenv('PYTHONPATH', str(place))
    films, boxes = tmp_path / 'films.npy', tmp_path / 'boxes.npy'
    np.save(films, np.zeros((3, 8, 9), np.uint8))
    np.save(boxes, np.ones((3, BOXES, 4), np.float32))
    return {
        'films': str(films), 'boxes': str(boxes), 'network': 'net.onnx',
        'size': [192, 192],
    }  # fmt: skip


def test_another_program_is_run_by_its_own_interpreter(fake, tmp_path):
    told = run_peer(sys.executable, 'rtmlib', fake, tmp_path)
    assert told['version'] == '9.8'
    assert told['found'] == [BOXES, 4, 2]
    assert len(told['seconds']) == 2  # the first film is for warming up
    assert told['peak_mib'] > 10


def test_what_fails_there_is_told(fake, tmp_path):
    code = FAKE.format(work='raise RuntimeError("no backend")')
    (tmp_path / 'site' / 'rtmlib.py').write_text(code)
    with pytest.raises(SpondyloError, match='failed: RuntimeError: no backend'):
        run_peer(sys.executable, 'rtmlib', fake, tmp_path)


def test_a_yolo_runs_without_torchvision_and_with_our_threads(fake, tmp_path):
    place = tmp_path / 'site'
    installed(place, 'ultralytics')
    # As its kernels are, of another build than torch.
    (place / 'torchvision.py').write_text('raise RuntimeError("no operator nms")')
    for name, code in FAKE_YOLO.items():
        path = place / 'ultralytics' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    asked = {
        'films': fake['films'], 'folder': str(tmp_path), 'size': 64, 'threads': 2,
        'model': 'yolo3-pose',
    }  # fmt: skip
    told = run_peer(sys.executable, 'ultralytics', asked, tmp_path)
    assert told['version'] == '9.8, without torchvision'
    assert (told['parameters'], told['threads']) == (16, 2)
    assert len(told['seconds']) == 2


def test_what_is_not_installed_is_none(tmp_path):
    assert run_peer(sys.executable, 'ultralytics', {}, tmp_path) is None


def test_no_such_interpreter(tmp_path):
    with pytest.raises(SpondyloError, match='no such interpreter'):
        measure_peers(tmp_path / 'python')


@pytest.mark.slow
def test_a_plain_network_for_others(tmp_path):
    runtime = pytest.importorskip('onnxruntime')
    recipe = ROOT / 'tests' / 'configs' / 'tiny.py'
    weights = write_random(tmp_path / 'w.pth', recipe)
    assert export_plain(recipe, weights, tmp_path / 'net.onnx') == (64, 64)
    session = runtime.InferenceSession(str(tmp_path / 'net.onnx'))
    x, y = session.run(None, {'input': np.zeros((3, 3, 64, 64), np.float32)})
    assert x.shape == y.shape == (3, 4, 128)
