from spondylo_mmpose.utils.text import aligned, counted


def test_texts_of_all_blocks_stand_below_each_other():
    assert aligned([('a', 'b'), ('long', 'c')], [('de', 'f')]) == [
        ['a     b', 'long  c'],
        ['de    f'],
    ]
    assert aligned([], []) == [[], []]


def test_a_number_of_things():
    assert [counted(n, 'film') for n in (0, 1, 3)] == ['0 films', '1 film', '3 films']
