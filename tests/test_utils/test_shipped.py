"""Where recipes and tools lie."""

from spondylo_mmpose.utils import shipped
from spondylo_mmpose.utils.shipped import RECIPES, TOOLS
from tests.conftest import ROOT


def test_those_of_a_checkout():
    assert shipped.shipped(RECIPES).resolve() == ROOT / 'configs'
    assert shipped.shipped(TOOLS, 'none.py') is None


def test_those_of_the_package_go_before_what_lies_beside_it(tmp_path, monkeypatch):
    package = tmp_path / 'spondylo_mmpose'
    monkeypatch.setattr(shipped, 'PACKAGE', package)
    assert shipped.shipped(RECIPES) is None
    (tmp_path / 'configs').mkdir()
    (package / '.mim' / 'configs').mkdir(parents=True)
    assert shipped.shipped(RECIPES) == package / '.mim' / 'configs'
