"""Named models that are exported once and found again."""

from types import SimpleNamespace

import pytest

from spondylo_mmpose.apis.exported_models import cache_folder, exported
from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.deployment import exporting
from spondylo_mmpose.errors import SpondyloError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv('SPONDYLO_CACHE', str(tmp_path / 'cache'))
    return tmp_path / 'cache' / 'spondylo_mmpose' / 'onnx'


@pytest.fixture
def calls(monkeypatch):
    """What was exported; the file is made of the names."""
    made = []

    def export(config, weights, out, check=False):
        assert check
        made.append(weights.stem)
        out.write_text(f'{config} {weights}')
        return SimpleNamespace(path=out)

    monkeypatch.setattr(exporting, 'export_model', export)
    return made


@pytest.fixture
def files(tmp_path):
    def one(stem, **told):
        config = tmp_path / f'{stem}.py'
        config.write_text('model = 1')
        weights = tmp_path / f'{stem}-1234.safetensors'
        weights.write_text(stem)
        return ModelFiles(config, weights, **told)

    return one('corners', name='pair', calibration='c.json', detector=one('finder'))


def test_each_part_is_exported_once(files, calls, cache, capsys):
    first = exported(files)
    assert calls == ['finder-1234', 'corners-1234']
    said = capsys.readouterr()
    assert said.out == ''
    assert said.err.count('exporting ') == said.err.count('kept in ') == 2
    assert exported(files) == first
    assert len(calls) == 2
    assert capsys.readouterr().err == ''
    assert sorted(cache.iterdir()) == sorted([first.weights, first.detector.weights])
    # All else is as it was.
    assert (first.name, first.calibration) == ('pair', 'c.json')
    assert first.config == files.config


@pytest.mark.parametrize('part', ['weights', 'config'])
def test_another_model_is_another_file(files, calls, part):
    before = exported(files).weights
    getattr(files, part).write_text('another')
    after = exported(files).weights
    assert after != before
    assert len(calls) == 3


def test_where_the_cache_is(cache, tmp_path, monkeypatch):
    assert cache_folder() == cache
    monkeypatch.delenv('SPONDYLO_CACHE')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'xdg'))
    assert cache_folder() == tmp_path / 'xdg' / 'spondylo_mmpose' / 'onnx'
    monkeypatch.delenv('XDG_CACHE_HOME')
    monkeypatch.setenv('HOME', str(tmp_path))
    assert cache_folder() == tmp_path / '.cache' / 'spondylo_mmpose' / 'onnx'


def test_a_cache_that_cannot_be_written(files, calls, tmp_path, monkeypatch):
    (tmp_path / 'file').touch()
    monkeypatch.setenv('SPONDYLO_CACHE', str(tmp_path / 'file'))
    with pytest.raises(SpondyloError, match='SPONDYLO_CACHE=FOLDER'):
        exported(files)
    assert calls == []
