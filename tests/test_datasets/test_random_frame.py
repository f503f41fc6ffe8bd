import numpy as np
import pytest

from spondylo_mmpose.datasets import RandomFrame

FILM = np.random.default_rng(0).integers(60, 200, (90, 70, 3), dtype=np.uint8)
CORNERS = np.array([[[10, 20], [40, 20], [12, 50], [42, 50]]], np.float32)


def framed(seed, **options):
    np.random.seed(seed)
    results = {'img': FILM, 'keypoints': CORNERS}
    return RandomFrame(**{'probability': 1} | options)(results)


def test_the_film_is_inside_and_its_corners_came_along():
    wider = 0
    for seed in range(60):
        results = framed(seed)
        x, y = (results['keypoints'] - CORNERS)[0, 0].astype(int)
        assert (results['img'][y : y + 90, x : x + 70] == FILM).all()
        assert np.ptp(results['keypoints'] - CORNERS, axis=(0, 1)).tolist() == [0, 0]
        assert results['keypoints'].dtype == np.float32
        height, width = results['img'].shape[:2]
        # No side is wider than 40 % of the longer side of the film.
        assert max(x, y, width - x - 70, height - y - 90) <= 36
        wider += (height, width) != (90, 70)
    assert wider > 55
    assert (CORNERS[0, 0] == (10, 20)).all()


def test_frames_are_black_white_and_grey():
    levels = [framed(seed, furniture=0)['img'] for seed in range(90)]
    borders = [image[0, 0, 0] for image in levels if (image[0] == image[0, 0]).all()]
    assert borders.count(0) > 12
    assert borders.count(255) > 12
    assert len(set(borders)) > 12


def test_furniture_stays_in_the_frame():
    greys = [len(np.unique(framed(seed, furniture=1)['img'])) for seed in range(30)]
    bare = len(np.unique(FILM))
    assert sum(number > bare + 2 for number in greys) > 20


def test_share_of_the_films_and_films_without_corners():
    np.random.seed(2)
    frame = RandomFrame(0.3)
    changed = [frame({'img': FILM})['img'] is not FILM for _ in range(300)]
    assert np.mean(changed) == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize('bad', [{'probability': 2}, {'width': -1}, {'furniture': 1.1}])
def test_arguments_out_of_range(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        RandomFrame(**bad)


def test_repr_tells_the_arguments():
    assert repr(RandomFrame(0.5)) == (
        'RandomFrame(probability=0.5, width=0.4, furniture=0.4)'
    )
