from spondylo_mmpose.statistics.tables import _sizes


def test_many_film_sizes_are_told_as_their_range():
    assert _sizes({'640x640': 3, '500x900': 1}) == '640x640 3, 500x900 1'
    many = {f'{600 - i}x{900 + i}': 1 for i in range(9)}
    assert _sizes(many) == '9 different, width 592 to 600, height 900 to 908'
