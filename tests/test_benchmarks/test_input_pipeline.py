import json

import numpy as np
import pytest

from spondylo_mmpose.benchmarks import input_pipeline
from spondylo_mmpose.benchmarks.film_formats import encode_film
from spondylo_mmpose.benchmarks.input_pipeline import (
    measure_input_pipeline,
    rate,
    table,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import read_radiograph
from tests.conftest import ROOT

TINY = ROOT / 'tests' / 'configs' / 'tiny.py'


def test_rate_counts_calls_after_the_first(monkeypatch):
    clock = iter([100.0, 100.0, 100.5, 101.0, 101.5, 102.0])
    monkeypatch.setattr(input_pipeline, '_processor_time', lambda: next(clock))
    calls = []
    assert rate(lambda: calls.append(1), 2.0) == 4 / 2.0
    assert len(calls) == 5


def test_every_format_is_the_same_film():
    grey = np.add.outer(np.arange(60), np.arange(80)).astype(np.uint8)
    encoded = encode_film(grey)
    assert len(encoded) == 9
    for name, content in encoded.items():
        film = read_radiograph(content)
        assert name.startswith(film.format), name
        assert film.pixels.shape == grey.shape
        shown = film.pixels if not film.inverted else 255 - film.pixels
        assert np.corrcoef(shown.ravel(), grey.ravel())[0, 1] > 0.99, name
        deep = '14' in name or '16' in name
        assert (film.bits > 8) == deep, name


def test_measurements_fit_into_json_and_a_table(monkeypatch):
    monkeypatch.setattr(input_pipeline, 'SIZES', {'small': (64, 48)})
    result = measure_input_pipeline(TINY, films=4, seconds=0.0, training=False)
    assert json.loads(json.dumps(result)) == result
    assert result['machine']['cores'] >= 1
    assert len(result['films_per_second']['small']) == 9
    assert min(result['films_per_second']['small'].values()) > 0
    assert result['crops_per_second'].keys() == {'with_cache', 'without_cache'}
    text = table(result)
    assert 'small 64x48' in text
    assert 'JPEG 2000' in text
    assert 'waiting' not in text


def test_verdict_on_the_waiting():
    run = {'seconds': 10.0, 'share': 0.049}
    result = {
        'machine': {'processor': 'x', 'cores': 2, 'load_average_1_min': 0.0},
        'films_per_second': {'export': {'JPEG': 1.0}},
        'crops_per_second': {'with_cache': 2.0, 'without_cache': 1.0},
        'training': {'with_cache': run, 'without_cache': {**run, 'share': 0.2}},
    }
    assert 'is below 5%' in table(result)
    run['share'] = 0.05
    assert 'is NOT below 5%' in table(result)


def test_no_config(tmp_path):
    with pytest.raises(SpondyloError, match='no such config'):
        measure_input_pipeline(tmp_path / 'none.py')
