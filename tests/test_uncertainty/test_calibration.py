"""What a calibration says, and its file."""

import json
import math

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty import Calibration, load_calibration
from spondylo_mmpose.uncertainty.calibration import kind_of, vertebra_sizes
from spondylo_mmpose.uncertainty.calibration_file import write_calibration
from tests.helpers import edit_json
from tests.test_uncertainty.test_slip_propagation import LOWER
from tests.test_uncertainty.test_slips import CALIBRATION

SHARES = {'S1': (0.1, 0.2, 0.3, 0.4), 'others': (0.05, 0.05, 0.05, 0.05)}
CONSTANT = Calibration(
    **vars(CALIBRATION) | dict(scales=None, shares=SHARES, std_origin='constant')
)


def test_told_deviations_are_scaled_by_kind():
    scaled = Calibration(**vars(CALIBRATION) | dict(scales={'S1': 3.0, 'others': 2.0}))
    told = scaled.stds([[1, 2, 3, 4]] * 3, ['L5', 'S1', None])
    assert told.tolist() == [[2, 4, 6, 8], [3, 6, 9, 12], [2, 4, 6, 8]]
    assert scaled.stds(np.zeros((0, 4)), []).shape == (0, 4)


def test_constant_deviations_go_with_the_size_of_the_vertebra():
    assert vertebra_sizes(LOWER).tolist() == [40]
    usual = CONSTANT.stds(None, ['S1', 'L5'])
    assert usual == pytest.approx(np.array([[4, 8, 12, 16], [2, 2, 2, 2]]))
    twice = CONSTANT.stds(None, ['S1', 'L5'], np.stack([LOWER, 2 * LOWER]))
    assert twice == pytest.approx(np.array([[4, 8, 12, 16], [4, 4, 4, 4]]))


def test_a_calibration_of_the_other_sort_is_refused():
    with pytest.raises(SpondyloError, match='but there are none'):
        CALIBRATION.stds(None, ['S1'])
    with pytest.raises(SpondyloError, match='but there are some'):
        CONSTANT.stds(np.ones((1, 4)), ['S1'])


def test_quantiles_are_those_of_the_kind():
    assert CALIBRATION.slip_quantile(0.9) == 2
    assert CALIBRATION.slip_quantile(0.9, 'S1') == 3
    assert CALIBRATION.slip_quantile(0.9, 'L4') == math.inf
    assert CALIBRATION.corner_quantile(0.5, 'L4') == 1
    with pytest.raises(ValueError, match=r'level=0\.7: the calibration knows 0\.5'):
        CALIBRATION.corner_quantile(0.7)
    assert [kind_of(level) for level in ('S1', 'L5', None)] == [
        'S1', 'others', 'others',
    ]  # fmt: skip


@pytest.mark.parametrize('calibration', [CALIBRATION, CONSTANT])
def test_the_file_says_the_same(tmp_path, calibration):
    path = write_calibration(tmp_path / 'u.json', calibration)
    assert load_calibration(path) == calibration
    assert json.loads(path.read_text())['slip_quantiles']['others'] == [0.5, None]


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('format', 'x', 'needs "format"'),
        ('format_version', '2.0', "format_version '2.0', this program reads '1.0'"),
        ('std_origin', None, 'std_origin'),
        ('coverages', [0.9, 0.5], 'not rising'),
        ('coverages', [0.5, 1.0], 'not rising'),
        ('coverages', [], 'coverages'),
        ('scales', None, 'either scales or shares'),
        ('scales', {'S1': 1}, "scales: has no 'others'"),
        ('scales', {'S1': 1, 'others': -1}, 'not positive'),
        ('scales', {'S1': True, 'others': 1}, 'not 1 numbers|one or more'),
        ('size', None, 'size'),
        ('corner_quantiles', {'all': [1, 2]}, "has no 'S1'"),
        ('slip_quantiles', {'all': [2, 1], 'S1': [1, 2]}, 'falls'),
        ('slip_quantiles', {'all': [None, 1], 'S1': [1, 2]}, 'falls'),
        ('slip_quantiles', {'all': [1]}, 'not 2 numbers'),
        ('facts', [], 'facts'),
    ],
)
def test_a_damaged_file_is_one_line_that_names_it(tmp_path, key, value, message):
    path = write_calibration(tmp_path / 'u.json', CALIBRATION)
    edit_json(path, lambda content: content.update({key: value}))
    with pytest.raises(SpondyloError, match=message) as error:
        load_calibration(path)
    assert str(error.value).startswith(f'{path}: ')
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('content', ['[]', '{"format": 3}', '{', '', 'NaN'])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / 'u.json'
    path.write_text(content)
    with pytest.raises(SpondyloError, match=r'u\.json'):
        load_calibration(path)
    with pytest.raises(SpondyloError, match='missing'):
        load_calibration(tmp_path / 'missing.json')
