"""Weights that lie in an installed package."""

import pytest
import torch
from mmengine.runner import CheckpointLoader

import spondylo_mmpose.engine.registration  # noqa: F401
from spondylo_mmpose.errors import SpondyloError


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / 'trunk_of_a_test' / 'models'
    folder.mkdir(parents=True)
    (folder.parent / '__init__.py').write_text('raise RuntimeError("imported")')
    torch.save({'weight': torch.arange(3)}, folder / 'trunk.pth')
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def load(name):
    return CheckpointLoader.load_checkpoint(f'package://{name}', map_location='cpu')


def test_the_file_is_read_and_the_package_not_run(package):
    state = load('trunk_of_a_test/models/trunk.pth')
    assert state['weight'].tolist() == [0, 1, 2]


def test_a_package_that_is_not_installed_is_named_with_the_mend():
    with pytest.raises(SpondyloError, match=r'install no_such_trunk, .*no-pretrained'):
        load('no_such_trunk/trunk.pth')


def test_a_file_that_the_package_lacks_is_named(package):
    with pytest.raises(SpondyloError, match=r'other\.pth: not found in trunk'):
        load('trunk_of_a_test/models/other.pth')


def test_a_file_that_is_cut_short_is_named(package):
    whole = (package / 'trunk.pth').read_bytes()
    (package / 'trunk.pth').write_bytes(whole[:100])
    with pytest.raises(SpondyloError, match=r'trunk\.pth: .*install trunk.* anew'):
        load('trunk_of_a_test/models/trunk.pth')
