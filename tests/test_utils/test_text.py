from spondylo_mmpose.utils.text import aligned


def test_texts_of_all_blocks_stand_below_each_other():
    assert aligned([('a', 'b'), ('long', 'c')], [('de', 'f')]) == [
        ['a     b', 'long  c'],
        ['de    f'],
    ]
    assert aligned([], []) == [[], []]
