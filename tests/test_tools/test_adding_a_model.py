"""What docs/adding_a_model.md tells to do is done here, word by word."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network, count_parameters
from tests.conftest import ROOT

PAGE = (ROOT / 'docs' / 'adding_a_model.md').read_text(encoding='utf-8')
BLOCKS = re.findall(r'^```(python|bash)\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def checkout(tmp_path):
    """A checkout to add to: recipes as a copy, the rest as it is."""
    shutil.copytree(ROOT / 'configs', tmp_path / 'configs')
    for name in ('tools', 'spondylo_mmpose'):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / 'mine').mkdir()
    return tmp_path


def write(folder, block):
    path = folder / re.match(r'# (mine/\w+\.py)\n', block)[1]
    path.write_text(block)
    return path


def test_both_models_are_built(checkout, monkeypatch):
    monkeypatch.syspath_prepend(str(checkout))
    paths = [write(checkout, text) for kind, text in BLOCKS if kind == 'python']
    recipes = [path for path in paths if path.stem.endswith('_spondylo')]
    sizes = {path.stem: count_parameters(build_network(load_config(path)))
             for path in recipes}  # fmt: skip
    # ShuffleNetV2 has 1.25 M parameters before its classifier; the head's three
    # transposed convolutions have 4 * 4 * 256 * (1024 + 256 + 256) weights.
    assert sizes['shufflenet_spondylo'] == pytest.approx(1.25e6 + 6.29e6, rel=0.01)
    # By hand: three convolutions with their norms, and a 1 x 1 from 32 to 4 channels.
    convolutions = (27 * 16 + 16) + (144 * 32 + 32) + (288 * 32 + 32)
    norms = 2 * (16 + 32 + 32)
    assert sizes['plain_net_spondylo'] == convolutions + norms + 32 * 4 + 4


@pytest.mark.slow
def test_the_page_works_as_it_stands(checkout):
    environment = {
        **os.environ,
        'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
        'PYTHONPATH': str(ROOT),
        'OMP_NUM_THREADS': '1',
    }
    assert [kind for kind, _ in BLOCKS].count('bash') >= 5
    for kind, text in BLOCKS:
        if kind == 'python':
            write(checkout, text)
            continue
        done = subprocess.run(
            ['bash', '-euo', 'pipefail', '-c', text], cwd=checkout, env=environment,
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, f'{text}\n{done.stdout}{done.stderr}'
    for name in ('run/training.json', 'run/predictions.pkl', 'report.html',
                 'plain/evaluation/test/metrics.json', 'whole.txt'):  # fmt: skip
        assert (checkout / 'mine' / name).stat().st_size > 0
