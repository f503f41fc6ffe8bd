"""The real tool on a few phantoms and on what is no film."""

import csv
import shutil

import pytest
import torch

from spondylo_mmpose.apis import read_report
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from tests.conftest import ROOT

CONFIG = ROOT / 'tests' / 'configs' / 'tiny_maht_net.py'


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    """Of a network that has learned nothing."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('weights') / 'tiny.pth'
    state = build_network(load_config(CONFIG), 'cpu').state_dict()
    torch.save({'state_dict': state, 'meta': {}}, path)
    return path


def predict(run, *arguments):
    return run('predict.py', *arguments, '--device', 'cpu', OMP_NUM_THREADS='1')


def test_films_and_what_is_none(phantoms, weights, tmp_path, run_tool):
    films = tmp_path / 'films'
    (films / 'again').mkdir(parents=True)
    paths = sorted((phantoms / 'images').rglob('*.jpg'))
    for name, path in zip(('a.jpg', 'b.jpg', 'again/a.jpg'), paths, strict=False):
        shutil.copy(path, films / name)
    content = paths[0].read_bytes()
    (films / 'cut.jpg').write_bytes(content[: len(content) // 2])
    (films / 'text.png').write_text('no film')
    out = tmp_path / 'out'
    told = ('--config', CONFIG, '--checkpoint', weights, '--out', out)
    done = predict(
        run_tool.fresh, films, *told, '--facing', 'left', '--spacing', '0.25,0.5',
        '--levels', 'L5', '--batch-size', '2',
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert '3 films measured' in done.stdout
    assert '2 films failed' in done.stdout
    assert not any(
        name in done.stdout + done.stderr for name in ('cut.jpg', 'text.png')
    )
    with (out / 'failures.csv').open(encoding='utf-8-sig') as stream:
        failed = [row['film'] for row in csv.DictReader(stream)]
    assert failed == [str(films / 'cut.jpg'), str(films / 'text.png')]
    report = read_report(out / 'b.json')
    assert report.film.facing == 'left'
    assert report.film.pixel_spacing_mm == (0.25, 0.5)
    assert report.vertebrae[0].level == 'L5'
    assert report.vertebrae[0].level_origin == 'given'
    assert len(list(out.glob('a-*.json'))) == len(list(out.glob('a-*.png'))) == 2
    assert (out / 'index.html').is_file()


def test_a_recipe_without_weights_is_one_line(phantoms, tmp_path, run_tool):
    out = tmp_path / 'out'
    done = predict(run_tool, phantoms, '--model', 'maht_net_t', '--out', out)
    assert done.returncode == 2
    assert done.stderr.startswith('error: maht_net_t: no weights of this recipe come')
    assert not (out / 'predict.json').exists()


def test_an_empty_folder_is_one_line(tmp_path, run_tool):
    (tmp_path / 'empty').mkdir()
    done = predict(run_tool, tmp_path / 'empty', '--out', tmp_path / 'out')
    assert done.returncode == 2
    assert done.stderr.startswith(f'error: {tmp_path / "empty"}: holds no film')
