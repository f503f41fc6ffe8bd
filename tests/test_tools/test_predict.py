"""The real tool on a few phantoms and on what is no film."""

import csv
import json
import shutil

import pytest
import torch

from spondylo_mmpose.apis import read_report
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.zoo.recipe import build_network
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


def predict(run_tool, *arguments):
    return run_tool('predict.py', *arguments, '--device', 'cpu', OMP_NUM_THREADS='1')


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
        run_tool, films, *told, '--facing', 'left', '--spacing', '0.25,0.5',
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

    again = predict(
        run_tool, films, *told, '--facing', 'left', '--spacing', '0.25,0.5',
        '--levels', 'L5', '--skip-existing',
    )  # fmt: skip
    assert again.returncode == 1
    assert '3 reports kept' in again.stdout
    assert json.loads((out / 'predict.json').read_text())['kept'] == 3


@pytest.mark.parametrize(
    ('words', 'complaint'),
    [
        (('FOLDER', '--model', 'maht_net_t'), 'no weights of this recipe come'),
        (('gone.png',), 'gone.png: no such file, folder or pattern'),
        (('FOLDER', '--spacing', 'wide'), '--spacing wide: must be'),
        (('FOLDER', '--config', 'a.py'), 'name both'),
        (('FOLDER', '--config', 'a', '--checkpoint', 'b', '--model', 'c'), 'not both'),
    ],
)
def test_a_wrong_command_is_one_line(phantoms, tmp_path, run_tool, words, complaint):
    told = [str(phantoms / 'images') if word == 'FOLDER' else word for word in words]
    done = predict(run_tool, *told, '--out', tmp_path / 'out')
    assert done.returncode == 2
    assert complaint in done.stderr.strip().splitlines()[-1]
    assert not (tmp_path / 'out' / 'predict.json').exists()


def test_an_empty_folder_is_one_line(tmp_path, run_tool):
    (tmp_path / 'empty').mkdir()
    done = predict(run_tool, tmp_path / 'empty', '--out', tmp_path / 'out')
    assert done.returncode == 2
    assert done.stderr.startswith(f'error: {tmp_path / "empty"}: holds no film')
