import numpy as np
import pytest

from spondylo_mmpose.evaluation.json_checks import (
    check_keys,
    is_whole,
    numbers,
    objects,
    score_of,
    text_or_none,
)


def test_what_is_right_passes():
    assert numbers([1, 2.5], 2, 'x').tolist() == [1, 2.5]
    assert score_of(1, 'x') == 1
    assert np.isnan(score_of(None, 'x'))
    assert text_or_none('é', 'x') == 'é'
    assert text_or_none(None, 'x') is None
    assert objects([{}, {'a': 1}], 'x') == [{}, {'a': 1}]
    check_keys({'a': 1}, {'a', 'b'}, True, 'x')
    check_keys({'c': 1}, {'a', 'b'}, False, 'x')


@pytest.mark.parametrize(
    'value', [None, 3, [1], [1, 2, 3], [1, '2'], [1, True], [1, None],
              [1, float('nan')], [1, float('inf')], [1, 10**400]],
)  # fmt: skip
def test_two_finite_numbers_are_needed(value):
    with pytest.raises(ValueError, match=r'^here: '):
        numbers(value, 2, 'here')


@pytest.mark.parametrize('value', [-0.1, 1.1, float('nan'), '1', True, 10**400])
def test_a_score_is_between_0_and_1(value):
    with pytest.raises(ValueError, match='here: score is'):
        score_of(value, 'here')


@pytest.mark.parametrize('value', [3, [], '\ud800'])
def test_text_is_one_that_can_be_written(value):
    with pytest.raises(ValueError, match='here: '):
        text_or_none(value, 'here')


@pytest.mark.parametrize('value', [None, {}, [1], [{}, []]])
def test_objects_are_objects(value):
    with pytest.raises(ValueError, match='here: '):
        objects(value, 'here')


def test_an_unknown_field_is_named():
    with pytest.raises(ValueError, match="here has an unknown field 'scroe'; known"):
        check_keys({'score': 1, 'scroe': 2}, {'score'}, True, 'here')


def test_whole_numbers():
    assert [is_whole(v) for v in (0, -5, 2**61)] == [True] * 3
    assert not any(is_whole(v) for v in (True, 1.0, '1', None, 2**70))
    assert is_whole(1, 1)
    assert not is_whole(0, 1)
