import sys

import numpy as np
import pytest

from spondylo_mmpose.deployment.session import OnnxSession
from spondylo_mmpose.errors import SpondyloError
from tests.test_deployment.files import FACTS, write_model

pytest.importorskip('onnxruntime')
pytest.importorskip('onnx')


def test_any_number_of_films(tmp_path):
    path = write_model(tmp_path / 'm.onnx', {'scores': [0.5, 0.25]})
    session = OnnxSession(path, threads=1)
    assert session.facts == FACTS
    for count in (1, 3):
        (scores,) = session.run([np.zeros((64, 64, 3), np.uint8)] * count)
        assert scores.tolist() == [[0.5, 0.25]] * count


def refusal(path, **options):
    with pytest.raises(SpondyloError) as caught:
        OnnxSession(path, **options)
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_wrong_files_are_one_line(tmp_path):
    assert 'no such model' in refusal(tmp_path / 'none.onnx')
    other = tmp_path / 'other.onnx'
    for content in (b'', b'not a model', bytes(range(256)) * 8):
        other.write_bytes(content)
        assert 'cannot be read as an ONNX model' in refusal(other)
    foreign = write_model(tmp_path / 'foreign.onnx', {'a': [1.0]}, facts=None)
    assert 'none of ours' in refusal(foreign)
    whole = write_model(tmp_path / 'm.onnx', {'a': np.ones(5000)})
    whole.write_bytes(whole.read_bytes()[:9000])
    assert 'm.onnx: cannot be read' in refusal(whole)


def test_no_threads_at_all_are_refused(tmp_path):
    path = write_model(tmp_path / 'm.onnx', {'a': [1.0]})
    assert 'one is needed' in refusal(path, threads=0)


def test_without_onnxruntime_it_says_what_to_install(tmp_path, monkeypatch):
    path = write_model(tmp_path / 'm.onnx', {'a': [1.0]})
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    assert 'pip install "spondylo_mmpose[onnx]"' in refusal(path)
