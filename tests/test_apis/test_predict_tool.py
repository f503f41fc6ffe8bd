"""What the command line of the tool makes of its words."""

import argparse

import cv2
import numpy as np
import pytest

from spondylo_mmpose.apis import named_models, predict_tool
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import read_report
from spondylo_mmpose.film_report.reporter import FilmReporter
from tests.test_film_report.helpers import SLIPS, FakeModel


@pytest.fixture(autouse=True)
def nothing_ships(monkeypatch, tmp_path):
    monkeypatch.delenv(named_models.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(named_models, 'SHIPPED', tmp_path / 'shipped')


@pytest.fixture
def film(tmp_path):
    path = tmp_path / 'film.png'
    cv2.imwrite(str(path), np.full((640, 640), 90, np.uint8))
    return path


def parse(*words):
    parser = argparse.ArgumentParser()
    predict_tool.add_options(parser)
    return parser.parse_args([str(word) for word in words])


@pytest.mark.parametrize(
    ('words', 'complaint'),
    [
        (('--spacing', 'wide'), '--spacing wide: must be a number of mm, or two'),
        (('--spacing', '1,2,3'), '--spacing 1,2,3: must be'),
        (('--spacing', '-1'), 'spacing_mm='),
        (('--spacing', '1', '--pixel-aspect', '1'), 'not both'),
        (('--config', 'a.py'), '--config and --checkpoint go together'),
        (('--checkpoint', 'a.pth'), '--config and --checkpoint go together'),
        (('--config', 'a', '--checkpoint', 'b', '--model', 'c'), 'not both'),
        (
            ('--config', 'a', '--checkpoint', 'b.pth', '--backend', 'onnx'),
            'b.pth: is no exported model',
        ),
        (('--checkpoint', 'b.onnx', '--backend', 'torch'), 'with --backend onnx alone'),
        (('--detector', 'a', 'b', 'c'), 'takes a name, or a config and a checkpoint'),
        (('--detector', 'unheard'), 'unheard: neither a model that is known'),
        (('--model', 'unheard'), 'unheard: neither a model that is known'),
        ((), 'which model'),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_done(
    film, tmp_path, words, complaint
):
    args = parse(film, '--out', tmp_path / 'out', *words)
    with pytest.raises(SpondyloError, match=complaint):
        predict_tool.predict(args)
    assert not list(tmp_path.glob('out/*'))


def test_words_become_options(film, tmp_path, monkeypatch):
    asked = {}

    def build(config, checkpoint, **settings):
        asked.update(settings, files=(config, checkpoint))
        return FilmReporter(FakeModel(), settings['batch_size'])

    monkeypatch.setattr(predict_tool, 'SpineInferencer', build)
    out = tmp_path / 'out'
    args = parse(
        film, '--out', out, '--config', 'a.py', '--checkpoint', 'a.pth',
        '--detector', 'b.py', 'b.pth', '--device', 'cpu', '--batch-size', '3',
        '--passes', '2', '--calibration', 'c.json', '--facing', 'left',
        '--spacing', '0.5', '--levels', 'L4', '--score-threshold', '0.1',
    )  # fmt: skip
    outcome = predict_tool.predict(args)
    assert (outcome.measured, outcome.failed) == (1, 0)
    assert asked == {
        'files': ('a.py', 'a.pth'), 'detector': ('b.py', 'b.pth'), 'device': 'cpu',
        'batch_size': 3, 'passes': 2, 'calibration': 'c.json', 'backend': 'torch',
    }  # fmt: skip
    report = read_report(out / 'film.json')
    assert report.options.spacing_mm == (0.5, 0.5)
    assert report.options.lowest_level == 'L4'
    assert report.options.score_threshold == 0.1
    assert [pair.slip_percent for pair in report.pairs] == SLIPS


def test_help_fits_a_terminal():
    parser = argparse.ArgumentParser(prog='predict')
    predict_tool.add_options(parser)
    assert '--detector CONFIG [CHECKPOINT ...]' in parser.format_help()
