import numpy as np
import pytest

from spondylo_mmpose.datasets import RandomMarkerOcclusion

GREY = np.full((64, 96, 3), 90, np.uint8)


def drawn(seed, image=GREY, **options):
    np.random.seed(seed)
    mark = RandomMarkerOcclusion(**{'probability': 1} | options)
    return mark({'img': image, 'keypoints': 'kept'})


def test_markers_are_brighter_than_what_they_lie_on():
    for seed in range(60):
        results = drawn(seed)
        image = results['img']
        assert results['keypoints'] == 'kept'
        assert image.dtype == np.uint8
        assert (image >= 90).all()
        assert (image == image[..., :1]).all()
    assert (GREY == 90).all()


def test_white_stays_white():
    white = np.full_like(GREY, 255)
    assert all((drawn(seed, white)['img'] == 255).all() for seed in range(30))


def test_sizes_are_shares_of_the_shorter_side():
    covered = [
        [
            (drawn(s, number=1, size=(x, x))['img'] != 90).any(-1).mean()
            for s in range(80)
        ]
        for x in (0.05, 0.4)
    ]
    small, large = np.mean(covered, 1)
    assert 0 < small < large / 8
    # A square of 0.4 of the shorter side is the most that one thing covers, letters
    # excepted, which are two such squares wide at most.
    assert max(covered[1]) < 2.5 * 0.4**2 * 64 / 96


def test_share_of_the_samples():
    changed = [(drawn(s, probability=0.3)['img'] != 90).any() for s in range(300)]
    assert np.mean(changed) == pytest.approx(0.3, abs=0.08)
    assert drawn(0, probability=0)['img'] is GREY


@pytest.mark.parametrize(
    'bad',
    [{'probability': -1}, {'number': 0}, {'size': (0, 0.2)}, {'size': (0.3, 0.2)}],
)
def test_arguments_out_of_range(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        RandomMarkerOcclusion(**bad)
