"""Exported for real. torch takes long for it: one small network here, the rest slow."""

import json
import subprocess
import sys

import numpy as np
import pytest

from spondylo_mmpose.deployment import exporting
from spondylo_mmpose.deployment.checking import (
    Difference,
    by_torch,
    difference_of,
    file_reader,
)
from spondylo_mmpose.deployment.runtime import OnnxSpineModel
from spondylo_mmpose.errors import SpondyloError
from tests.test_deployment.networks import CONFIGS, KINDS, build, save

pytest.importorskip('onnxruntime')
pytest.importorskip('onnxscript')
pytestmark = pytest.mark.usefixtures('one_thread')

# Two levels, for torch needs its time for each layer.
SMALL = {
    'model.backbone.channels': (4, 8),
    'model.backbone.out_stride': 1,
    'model.head.in_channels': 4,
    'model.test_cfg.flip_test': True,
}
ALONE = """
import json, sys
import numpy as np
from spondylo_mmpose.deployment import OnnxSpineModel
films = list(np.load(sys.argv[2]).values())
boxes = json.loads(sys.argv[3])
model = OnnxSpineModel(sys.argv[1], threads=1)
given = boxes if model.facts.kind == 'top-down' else None
found = model.find(films, given)
loaded = sorted({'torch', 'mmengine', 'mmcv', 'mmdet', 'mmpose'} & sys.modules.keys())
print(json.dumps([loaded, [one.keypoints.tolist() for one in found]]))
"""


def alone(path, films, boxes, tmp_path):
    """What a process that has no torch finds; and what it imported of it."""
    np.savez(tmp_path / 'films.npz', *films)
    given = json.dumps([one.tolist() for one in boxes])
    done = subprocess.run(
        [sys.executable, '-c', ALONE, path, tmp_path / 'films.npz', given],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, corners = json.loads(done.stdout)
    return loaded, [np.array(one, np.float32) for one in corners]


def test_a_small_network_goes_all_the_way(phantom_films, tmp_path, monkeypatch):
    config, network = build('tiny_unet', SMALL)
    weights = save(tmp_path / 'w.pth', network)
    monkeypatch.setattr(exporting, 'load_config', lambda path: config)
    out = tmp_path / 'made' / 'm.onnx'
    done = exporting.export_model(CONFIGS / 'tiny_unet.py', weights, out)
    assert done.difference is None
    assert [path.name for path in out.parent.iterdir()] == ['m.onnx']
    # Where the code lies on this machine is nobody's business.
    assert b'.py' not in out.read_bytes().replace(b'tiny_unet.py', b'')
    films, boxes = phantom_films
    wanted = by_torch(config, network, films, boxes)
    loaded, corners = alone(out, films, boxes, tmp_path)
    assert loaded == []
    difference = difference_of(wanted, corners)
    assert difference.vertebrae == sum(map(len, boxes)) > 5
    assert difference.largest < 0.05
    # The mirrored picture can be left out.
    network.test_cfg['flip_test'] = False
    wanted = by_torch(config, network, films, boxes)
    quick = OnnxSpineModel(out, threads=1).find(films, boxes, quick=True)
    corners = [one.keypoints for one in quick]
    assert difference_of(wanted, corners).largest < 0.05
    whole = OnnxSpineModel(out, threads=1).find(films, boxes)
    assert difference_of(wanted, [one.keypoints for one in whole]).largest > 0.05


def refusal(*arguments, **options):
    with pytest.raises(SpondyloError) as caught:
        exporting.export_model(*arguments, **options)
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_what_cannot_be_exported_is_one_line(tmp_path, monkeypatch):
    tiny, unet = (CONFIGS / f'{name}.py' for name in ('tiny', 'tiny_unet'))
    weights = save(tmp_path / 'tiny.pth', build('tiny')[1])
    out = tmp_path / 'm.onnx'
    assert 'no such checkpoint' in refusal(tiny, tmp_path / 'none.pth', out)
    assert 'no such config' in refusal(tmp_path / 'none.py', weights, out)
    assert 'does not fit the config' in refusal(unet, weights, out)
    assert 'is a folder' in refusal(tiny, weights, tmp_path)
    monkeypatch.setattr(exporting.torch.onnx, 'export', broken)
    assert 'with opset 3 (RuntimeError: no such thing)' in refusal(
        tiny, weights, out, opset=3
    )
    monkeypatch.setitem(sys.modules, 'onnxscript', None)
    assert 'pip install "spondylo_mmpose[onnx]"' in refusal(tiny, weights, out)
    assert not out.exists()


def broken(*arguments, **options):
    raise RuntimeError('no such thing\nand more')


@pytest.mark.slow
def test_the_tool_says_it_in_a_line(tmp_path, run_tool):
    weights, out = tmp_path / 'none.pth', tmp_path / 'm.onnx'
    done = run_tool('export.py', CONFIGS / 'tiny.py', weights, '--out', out)
    assert done.returncode == 2
    assert done.stderr == f'error: {weights}: no such checkpoint\n'
    assert not out.exists()


def test_differences():
    some = [np.zeros((2, 4, 2)), np.zeros((0, 4, 2)), np.ones((1, 4, 2))]
    others = [some[0] + 0.25, some[1], some[2] - 0.5]
    assert difference_of(some, others) == Difference(0.5, 3)
    assert difference_of(some, [some[0], some[2], some[2]]) == Difference(np.inf, 3)
    nothing = difference_of(some[1:2], some[1:2])
    assert np.isnan(nothing.largest)
    assert nothing.vertebrae == 0


@pytest.mark.slow
@pytest.mark.parametrize('name', KINDS)
def test_every_kind_through_the_tool(name, phantom_films, tmp_path, run_tool):
    path = CONFIGS / f'{name}.py'
    config, network = build(name)
    weights = save(tmp_path / 'w.pth', network)
    out = tmp_path / 'm.onnx'
    done = run_tool.fresh(
        'export.py', path, weights, '--out', out, '--check', '--opset', 20
    )
    assert done.returncode == 0, done.stderr
    assert f'exported: {out}' in done.stdout
    assert 'largest difference from torch' in done.stdout
    wanted = by_torch(config, network, *phantom_films)
    difference = difference_of(wanted, file_reader(out)(*phantom_films))
    assert difference.vertebrae > 5
    assert difference.largest < 0.05


@pytest.mark.slow
def test_a_file_that_differs_is_not_written(tmp_path, monkeypatch):
    config, network = build('tiny_unet', SMALL)
    weights = save(tmp_path / 'w.pth', network)
    monkeypatch.setattr(exporting, 'load_config', lambda path: config)
    described = exporting.describe

    def wrong(*arguments):
        told = described(*arguments)
        told.facts.crop['padding'] = 1.4
        return told

    monkeypatch.setattr(exporting, 'describe', wrong)
    said = refusal(CONFIGS / 'tiny_unet.py', weights, tmp_path / 'm.onnx', check=True)
    assert 'differ from those of torch' in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ['w.pth']
