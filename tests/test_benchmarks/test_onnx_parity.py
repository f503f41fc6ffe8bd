import math

import pytest

from spondylo_mmpose.benchmarks import onnx_parity
from spondylo_mmpose.deployment import checking, runtime
from tests.test_deployment.networks import CONFIGS, TorchSession, described


def test_a_network_is_not_far_from_itself(tmp_path, monkeypatch, one_thread):
    """Both by torch here, as exporting takes its time."""
    graph = described('tiny', tmp_path)[2]
    for module in (checking, runtime):
        monkeypatch.setattr(
            module, 'OnnxSession', lambda path, threads=None: TorchSession(graph, path)
        )
    told = onnx_parity.measure_onnx_parity(
        CONFIGS / 'tiny.py', tmp_path / 'tiny.pth', 'tiny.onnx', films=2
    )
    assert (told.films, told.other_counts, told.threads) == (2, 0, 1)
    assert told.vertebrae > 5
    assert told.largest_px < 0.02
    assert min(told.torch_seconds, told.onnx_seconds) > 0
    assert set(told.as_json()) >= {'largest_px', 'vertebrae'}


def test_films_with_other_counts_are_told_apart(tmp_path, monkeypatch, one_thread):
    monkeypatch.setattr(onnx_parity, 'load_config', lambda path: {})
    monkeypatch.setattr(onnx_parity, 'build_network', lambda config, device: Idle())
    monkeypatch.setattr(onnx_parity, 'load_weights', lambda path, network: None)
    monkeypatch.setattr(onnx_parity, 'by_torch', lambda *given: [given[3][0]])
    monkeypatch.setattr(
        onnx_parity, 'file_reader', lambda *given: lambda films, boxes: [boxes[0][1:]]
    )
    told = onnx_parity.measure_onnx_parity('a.py', 'a.pth', 'a.onnx', films=2)
    assert (told.films, told.other_counts, told.vertebrae) == (2, 2, 0)
    assert math.isnan(told.largest_px)


class Idle:
    def eval(self):
        return self


@pytest.mark.parametrize('given', [[], ['recipe.py', 'weights.pth']])
def test_nothing_named_is_nothing_measured(given, run_tool):
    result = run_tool('benchmarks/onnx_parity.py', *given)
    assert result.returncode == 0
    assert 'skipped: name a recipe' in result.stdout
