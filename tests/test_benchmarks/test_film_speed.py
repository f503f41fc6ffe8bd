import json

import cv2
import numpy as np
import pytest

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.benchmarks import film_speed
from spondylo_mmpose.benchmarks.film_speed import (
    COMPILED,
    FILM,
    WAYS,
    measure_film_speed,
    time_command,
)
from spondylo_mmpose.benchmarks.speed_tables import film_speed as table
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT
from tests.test_apis.test_no_torch import whole_film_model

CONFIGS = ROOT / 'tests' / 'configs'


def test_bf16_where_there_are_instructions(monkeypatch):
    names = [way.name for way in (*WAYS, COMPILED)]
    for has, missing in ((True, []), (False, ['torch bf16'])):
        monkeypatch.setattr(film_speed, 'cpu_has_bf16', lambda has=has: has)
        reasons = {way.name: way.why_not() for way in (*WAYS, COMPILED)}
        assert [name for name in names if reasons[name]] == missing


def test_a_command_that_fails_says_why(tmp_path):
    with pytest.raises(SpondyloError, match=r'spondylo predict: .*none\.png'):
        time_command([str(tmp_path / 'none.png')], tmp_path / 'out', {})


def test_a_command_is_timed(tmp_path):
    """The model is made by hand."""
    pytest.importorskip('onnxruntime')
    pytest.importorskip('onnx')
    film = tmp_path / f'{FILM}.png'
    cv2.imwrite(str(film), np.full((640, 640), 90, np.uint8))
    words = [str(film), '--checkpoint', str(whole_film_model(tmp_path))]
    first, whole = time_command(words, tmp_path / 'out', {})
    assert 0 < first <= whole
    assert (tmp_path / 'out' / f'{FILM}.json').is_file()


@pytest.mark.slow
def test_two_models_in_all_ways(monkeypatch):
    """A model of whole films, alone and as what finds the boxes for another."""
    monkeypatch.setattr(film_speed, 'cpu_has_bf16', lambda: False)
    film = ModelFiles(CONFIGS / 'tiny_maht_net.py', '')
    pair = ModelFiles(CONFIGS / 'tiny_maht_net_topdown.py', '', detector=film)
    told = measure_film_speed([film, pair], films=2, starts=1)
    assert json.loads(json.dumps(told)) == told
    alone, both = told['models']
    assert alone['name'] == 'tiny_maht_net'
    assert both['name'] == 'tiny_maht_net + tiny_maht_net_topdown'
    ways = {one['name']: one for one in alone['ways']}
    assert ways['torch bf16']['reason'].startswith('this processor')
    for name in ('torch fp32', 'torch fp32, channels_last', 'onnxruntime'):
        assert ways[name]['vertebrae'] == 6
        assert ways[name]['films_per_second'] > 0
        assert ways[name]['first_report_seconds'] > ways[name]['ready_seconds'] > 0
    assert ways['onnxruntime']['peak_mib'] < ways['torch fp32']['peak_mib']
    assert 'boxes' in both['ways'][0]['parts']
    assert [one['backend'] for one in alone['starts']] == ['torch', 'onnx']
    for one in alone['starts']:
        assert 0 < one['first_report']['median'] <= one['whole']['median']
    text = '\n'.join(table({'machine': MACHINE, **told}))
    assert 'torch bf16: this processor has no bfloat16 instructions' in text


MACHINE = {
    'processor': 'x', 'cores': 2, 'memory_gib': 8, 'load_average_1_min': 0.0
}  # fmt: skip
