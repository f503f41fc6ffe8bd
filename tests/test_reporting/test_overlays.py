from pathlib import Path

import cv2
import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.detection import compare_film
from spondylo_mmpose.reporting import overlays
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.helpers import film_records
from tests.test_imaging.helpers import dicom

QUAD = np.array([[40, 40], [80, 40], [40, 70], [80, 70]], float)


@pytest.fixture
def records(tmp_path):
    path = tmp_path / 'film.png'
    cv2.imwrite(str(path), np.zeros((160, 320), np.uint8))
    made = film_records([QUAD], [QUAD + [20, 0]])
    return [r.__class__(**{**r.__dict__, 'film_id': str(path)}) for r in made]


def test_corners_are_drawn_where_they_are(records):
    image = overlays.film_overlay(records, size=320)
    assert image.shape == (160, 320, 3)
    assert image[40, 40].tolist() == list(overlays.TRUTH)
    assert np.abs(image[70, 100].astype(int) - overlays.PREDICTION).max() < 5
    assert image[120:, :30].max() == 0


def test_drawing_follows_the_scale(records):
    image = overlays.film_overlay(records, size=640)
    assert image.shape == (320, 640, 3)
    assert image[80, 80].tolist() == list(overlays.TRUTH)


def test_missing_corner_is_not_drawn(records):
    records[0].true[0] = np.nan
    image = overlays.film_overlay(records, size=320)
    assert image[40, 40].max() == 0


def test_unreadable_film_is_named(records):
    Path(records[0].film_id).write_text('no image')
    with pytest.raises(SpondyloError, match=r'film\.png: cannot be read'):
        overlays.film_overlay(records)


def test_missing_film_is_named(records):
    Path(records[0].film_id).unlink()
    with pytest.raises(SpondyloError, match=r'No such .*--films 0'):
        overlays.film_overlay(records)


def test_a_dicom_film_is_drawn_on(records):
    film = np.full((160, 320), 3000, np.uint16)
    film[:, 160:] = 1000
    content = dicom(film, PhotometricInterpretation='MONOCHROME1')
    Path(records[0].film_id).write_bytes(content)
    image = overlays.film_overlay(records, size=320)
    assert image[120, 10].tolist() == [0, 0, 0]
    assert image[120, 310].tolist() == [255, 255, 255]
    assert image[40, 40].tolist() == list(overlays.TRUTH)


def test_errors_and_choice_of_films():
    records = [
        r for i in range(5) for r in film_records([QUAD], [QUAD + [i, 0]], film_id=i)
    ]
    errors = overlays.film_errors(records)
    assert errors == {f'{i}.png': i for i in range(5)}
    assert overlays.best_median_worst(errors, 3) == ['0.png', '2.png', '4.png']
    assert overlays.best_median_worst(errors, 9) == [f'{i}.png' for i in range(5)]


def test_level_stands_right_of_the_quad_and_left_of_it_at_the_edge():
    for shift, side in ((0, np.s_[:, 82:]), (230, np.s_[:, :268])):
        image = np.zeros((160, 320, 3), np.uint8)
        overlays.draw_level(image, QUAD + [shift, 0], 'T12', 1.0)
        assert image[side].max() > 200
        image[side] = 0
        assert image.max() == 0


def test_missed_and_invented_vertebrae_have_their_own_colours(records):
    records[0].predicted[:] = np.nan
    extra = QUAD + [140, 50]
    path = records[0].film_id
    image = overlays.film_overlay(records, 320, path, [extra])
    assert image[40, 40].tolist() == list(overlays.MISSED)
    assert image[90, 180].tolist() == list(overlays.INVENTED)


def test_invented_are_those_that_match_nothing():
    film = film_of('a.png', column(0, 1))
    outcome = compare_film(film, prediction_of('a.png', column(1, 7)))
    np.testing.assert_array_equal(overlays.invented(outcome), column(7))


def test_a_lost_corner_makes_a_film_infinitely_bad_unless_left_out():
    predicted = QUAD + [3, 4]
    predicted[0] = np.nan
    records = film_records([QUAD], [predicted])
    assert overlays.film_errors(records) == {'1.png': np.inf}
    assert overlays.film_errors(records, found_only=True) == {'1.png': 5.0}
    nothing = film_records([QUAD], [np.full((4, 2), np.nan)])
    assert np.isnan(overlays.film_errors(nothing, found_only=True)['1.png'])


def test_places_spread_over_a_ranking():
    assert overlays.spread(5, 3) == [0, 2, 4]
    assert overlays.spread(2, 3) == [0, 1]
    assert overlays.spread(3, 0) == []
