import numpy as np
import pytest

from spondylo_mmpose.audit.duplicates import find_repeats
from spondylo_mmpose.audit.fingerprints import fingerprint
from spondylo_mmpose.benchmarks.data_growth import (
    draw_raw,
    growth,
    measure_data_growth,
    noisy_film,
    predictions_of,
)
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.truth import read_truth


def test_growth():
    told = growth([10, 100, 1000], [1.0, 1.0, 10.0], [50.0, 50.0, 95.0])
    # One decade flat, one in proportion: the straight line between has half the slope.
    assert told['slope'] == pytest.approx(0.5)
    assert told['last_slope'] == pytest.approx(1)
    assert told['mib_per_film'] == pytest.approx(0.05)
    assert told['seconds_per_film'] == pytest.approx(0.01)
    assert told['seconds'] == [1.0, 1.0, 10.0]


def test_no_two_films_are_alike():
    films = [noisy_film(0, index) for index in range(12)]
    assert films[3].image.shape == (640, 640)
    assert films[3].image.std() > 20
    marks = [fingerprint(film.image) for film in films]
    assert not list(find_repeats(marks))
    assert (noisy_film(0, 3).image == films[3].image).all()


def test_a_raw_data_set_and_what_may_be_said_of_it(tmp_path):
    raw, coco = tmp_path / 'raw', tmp_path / 'coco'
    draw_raw(raw, 5)
    convert(FORMATS['mendeley'], raw, coco)
    path = coco / 'annotations' / 'train.json'
    told, truth = predictions_of(path, off=2.0), read_truth([path])
    assert len(told.films) == len(truth.films) == 4
    errors = np.concatenate(
        [
            (film.corners - truth.films[film.file_name].film.corners).ravel()
            for film in told.films
        ]
    )
    assert 1.5 < errors.std() < 2.5
    assert not told.given_boxes


@pytest.mark.parametrize('sizes', [[20], [20, 20], [2, 20]])
def test_two_sizes_are_needed(sizes, tmp_path):
    with pytest.raises(SpondyloError, match='two numbers of films'):
        measure_data_growth(tmp_path, sizes)


@pytest.mark.slow
def test_the_tools_are_measured(tmp_path):
    told = measure_data_growth(tmp_path, [12, 6])
    assert told['sizes'] == [6, 12]
    for name in ('conversion', 'audit', 'metrics'):
        assert len(told[name]['seconds']) == len(told[name]['peak_mib']) == 2
        assert min(told[name]['peak_mib']) > 50
    assert (tmp_path / 'growth_6').is_dir()
