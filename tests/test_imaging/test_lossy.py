import numpy as np

from spondylo_mmpose.imaging.lossy import through_jpeg


def test_the_lower_the_quality_the_more_is_lost():
    image = np.random.default_rng(0).integers(0, 256, (40, 56), dtype=np.uint8)
    lost = [np.abs(through_jpeg(image, q) - image.astype(int)).mean() for q in (99, 10)]
    assert lost[0] < 3 < lost[1]
    assert through_jpeg(image, 50).shape == (40, 56)
    assert through_jpeg(image, 50).dtype == np.uint8
