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


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Something that looks like rtmlib; gives what it is to be asked."""
    place = tmp_path / 'site'
    (place / 'rtmlib-9.8.dist-info').mkdir(parents=True)
    head = 'Metadata-Version: 2.1\nName: rtmlib\nVersion: 9.8\n'
    (place / 'rtmlib-9.8.dist-info' / 'METADATA').write_text(head)
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
