import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.converters.encodings import ENCODINGS, decode, vote
from spondylo_mmpose.converters.formats.mendeley_labels import USUAL

from .helpers import encode, make_spine

# 3209-F-073Y1 of the data set, eight vertebrae from top to bottom.
DOCUMENTED = np.array(
    [
        [[331, 28], [396, 37], [357, 1], [405, 9]],
        [[309, 73], [377, 87], [324, 39], [392, 49]],
        [[288, 124], [360, 137], [304, 87], [376, 93]],
        [[275, 185], [349, 189], [283, 142], [356, 144]],
        [[276, 247], [354, 237], [273, 204], [343, 196]],
        [[298, 300], [371, 281], [283, 263], [355, 244]],
        [[327, 346], [395, 324], [308, 311], [377, 288]],
        [[410, 380], [446, 363], [344, 358], [406, 331]],
    ],
    float,
)


def test_documented_json_example():
    outcome = vote(DOCUMENTED, USUAL['json'])
    assert outcome.encoding == 'BL-BR-TL-TR'
    assert outcome.supports['BL-BR-TL-TR'] == 1.0
    first = decode(DOCUMENTED, 'BL-BR-TL-TR')[0]
    np.testing.assert_array_equal(first, [[357, 1], [405, 9], [331, 28], [396, 37]])


def test_each_encoding_undoes_itself():
    spine = make_spine()
    for name in ENCODINGS:
        np.testing.assert_array_equal(decode(encode(spine, name), name), spine)


@pytest.mark.parametrize('encoding', ENCODINGS)
@pytest.mark.parametrize('file_format', USUAL)
def test_steep_sacrum(encoding, file_format):
    spine = make_spine(number=5, sacral=55)
    assert vote(encode(spine, encoding), USUAL[file_format]).encoding == encoding


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_wide_flat_tilted_vertebrae_of_a_stretched_film(encoding):
    spine = make_spine(number=6, sacral=50, stretch=1.8)
    outcome = vote(encode(spine, encoding), USUAL['txt'])
    assert outcome.encoding == encoding
    assert outcome.supports[encoding] == 1.0


@given(
    number=st.integers(3, 8),
    sacral=st.floats(0, 62),
    stretch=st.floats(0.8, 1.6),
    facing=st.sampled_from(['left', 'right']),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    file_format=st.sampled_from(['json', 'txt']),
    seed=st.randoms(use_true_random=False),
)
def test_any_spine_in_any_order_of_vertebrae(
    number, sacral, stretch, facing, encoding, file_format, seed
):
    spine = make_spine(number, sacral, stretch, facing)
    shuffled = list(range(number))
    seed.shuffle(shuffled)
    outcome = vote(encode(spine[shuffled], encoding), USUAL[file_format])
    assert outcome.encoding == encoding


def test_one_swapped_vertebra_does_not_turn_the_vote():
    raw = encode(make_spine(), 'BL-BR-TL-TR')
    raw[2] = raw[2, [1, 0, 2, 3]]
    outcome = vote(raw, USUAL['json'])
    assert outcome.encoding == 'BL-BR-TL-TR'
    assert outcome.supports['BL-BR-TL-TR'] == pytest.approx(5 / 6)


def test_usual_order_wins_a_tie():
    # A square on its corner: two orders turned by 90 degrees fit equally well.
    diamond = np.array([[[50, 40], [40, 50], [50, 60], [60, 50]]], float)
    assert vote(diamond, USUAL['txt']).encoding == 'TL-BL-BR-TR'


def test_no_vertebra_means_the_usual_order():
    assert vote(np.zeros((0, 4, 2)), USUAL['txt']).encoding == 'TL-BL-BR-TR'


def test_points_on_a_line_have_no_order():
    line = np.array([[[0, 0], [1, 0], [2, 0], [3, 0]]], float)
    assert vote(line, USUAL['json']).encoding is None
