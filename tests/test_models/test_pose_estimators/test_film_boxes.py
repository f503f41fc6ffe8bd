import numpy as np

from spondylo_mmpose.models.pose_estimators.film_boxes import FilmBoxes


def test_the_best_boxes_within_the_film():
    found = FilmBoxes(
        np.array(
            [
                [-5, 10, 20, 30],
                [10, 10, 40, 30],
                [90, 10, 140, 90],
                [120, 10, 150, 30],  # beside the film
                [30, 40, 60, 60],
            ],
            np.float32,
        ),
        np.array([0.5, 0.9, 0.3, 0.95, 0.7], np.float32),
    )
    kept = found.best(0.3, 4, (100, 80))
    assert kept.boxes.tolist() == [
        [10, 10, 40, 30],
        [30, 40, 60, 60],
        [0, 10, 20, 30],
        [90, 10, 99, 79],
    ]
    assert np.allclose(kept.scores, [0.9, 0.7, 0.5, 0.3])
    assert len(found.best(0.3, 2, (100, 80)).scores) == 2
    assert found.best(0.96, 9, (100, 80)).boxes.shape == (0, 4)
