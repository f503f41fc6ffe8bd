"""Exported networks to reports, beside the same networks in torch."""

import subprocess
import sys

import numpy as np
import pytest

from spondylo_mmpose.apis import SpineInferencer
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT
from tests.test_deployment.networks import build, save

CONFIGS = ROOT / 'tests' / 'configs'

# Exporting three networks takes a minute.
pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def models(tmp_path_factory):
    """Checkpoint and export of three recipes."""
    from spondylo_mmpose.deployment.exporting import export_model

    folder = tmp_path_factory.mktemp('models')
    made = {}
    for name in ('tiny_maht_net', 'tiny', 'tiny_detector'):
        weights = save(folder / f'{name}.pth', build(name)[1])
        config = CONFIGS / f'{name}.py'
        exported = folder / f'{name}.onnx'
        export_model(config, weights, exported)
        made[name] = ((config, weights), exported)
    return made


@pytest.fixture
def film(phantoms):
    return min((phantoms / 'images').rglob('*.jpg'))


@pytest.mark.parametrize('name', ['tiny_maht_net', 'tiny'])
def test_reports_are_those_of_torch(models, film, name):
    files, exported = models[name]
    boxes, exported_boxes = models['tiny_detector'] if name == 'tiny' else (None, None)
    ours = SpineInferencer(*files, detector=boxes, device='cpu')(film, facing='left')
    other = SpineInferencer(
        None, exported, exported_boxes and (None, exported_boxes), backend='onnx'
    )(film, facing='left')
    assert other.model.name == ours.model.name == name
    assert [part.role for part in other.model.parts] == [
        part.role for part in ours.model.parts
    ]
    assert other.model.parts[0].weights == f'{name}.onnx'
    assert len(ours.vertebrae) > 0
    for one, two in zip(ours.vertebrae, other.vertebrae, strict=True):
        assert (one.order, one.level, one.level_origin, one.reasons) == (
            two.order, two.level, two.level_origin, two.reasons,
        )  # fmt: skip
        np.testing.assert_allclose(one.corners, two.corners, atol=0.05)
        assert one.score == pytest.approx(two.score, abs=0.01)
        assert (one.presence is None) == (two.presence is None)
        if one.corner_std is not None:
            np.testing.assert_allclose(one.corner_std, two.corner_std, rtol=0.02)


def test_no_torch_in_the_process(models, film):
    code = (
        'import sys\n'
        'from spondylo_mmpose.apis import SpineInferencer\n'
        'ask = SpineInferencer(None, sys.argv[1], backend="onnx")\n'
        'report = ask(sys.argv[2])\n'
        'print(len(report.vertebrae) > 0, "torch" in sys.modules)'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, models['tiny_maht_net'][1], film],
        capture_output=True,
        text=True,
    )
    assert done.stdout == 'True False\n', done.stderr


def test_a_model_of_crops_needs_a_detector(models):
    with pytest.raises(SpondyloError, match='needs a detector that finds them'):
        SpineInferencer(None, models['tiny'][1], backend='onnx')
