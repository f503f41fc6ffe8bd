import pytest

from spondylo_mmpose.converters.corner_names import level_named


@pytest.mark.parametrize(
    ('text', 'level'),
    [
        ('L5', 'L5'),
        ('l5', 'L5'),
        ('L5 ', 'L5'),
        (' vertebra_l5', 'L5'),
        ('Th12', 'T12'),
        ('sacrum', 'S1'),
        # What names no level is handed on, so that it can be told of.
        ('L6', 'L6'),
        (' 5 ', '5'),
        (5, '5'),
        ('L5/S1', 'L5/S1'),
        ('', None),
        ('  ', None),
        (None, None),
    ],
)
def test_level_of_a_field(text, level):
    assert level_named(text) == level
