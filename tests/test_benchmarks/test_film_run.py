import contextlib
import time
from types import SimpleNamespace

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.film_run import Clock, _one_by_one, run_films, watch
from tests.test_apis.test_no_torch import detector_and_pose, whole_film_model


class Model:
    def __init__(self, **parts):
        vars(self).update(parts)

    def find(self, films, quick=False):
        boxes = getattr(self, 'boxes', None)
        return [film + (boxes() if boxes else 0) for film in films]


class Screen:
    def screen(self, film):
        return film


class Inferencer:
    def __init__(self, model, screen):
        self.model, self.screen = model, screen

    def __call__(self, film):
        (found,) = self.model.find([film])
        return self.screen.screen(found) if self.screen else found


class Finder:
    def find(self):
        time.sleep(0.01)
        return 100


def test_parts_are_timed_and_do_their_work():
    finder = Finder()
    model = Model(network=SimpleNamespace(detector=finder), boxes=lambda: finder.find())
    inferencer = Inferencer(model, Screen())
    clocks = watch(inferencer)
    assert set(clocks) == {'find', 'boxes', 'screen'}
    seconds, parts, reports = _one_by_one(inferencer, [1, 2, 3], clocks)
    assert reports == [102, 103]  # the first is for warming up
    assert len(seconds) == 2
    for whole, find, boxes, screen, rest in zip(
        *(seconds, parts['find'], parts['boxes'], parts['screen'], parts['rest']),
        strict=True,
    ):
        assert 0.01 <= boxes <= find <= whole
        assert rest == whole - find - screen


def test_of_exported_models_too():
    detector = SimpleNamespace(worth_a_look=lambda films: films)
    model = Model(model=SimpleNamespace(detector=detector))
    clocks = watch(Inferencer(model, None))
    assert set(clocks) == {'find', 'boxes'}
    assert detector.worth_a_look is clocks['boxes']


def test_what_finds_its_vertebrae_itself_has_no_boxes():
    model = Model(network=SimpleNamespace(backbone=None))
    assert set(watch(Inferencer(model, None))) == {'find'}


def test_a_clock_goes_on_after_an_error():
    def fail():
        time.sleep(0.01)
        raise ValueError('no')

    clock = Clock(fail)
    for _ in range(2):
        with contextlib.suppress(ValueError):
            clock()
    assert clock.seconds >= 0.02


@pytest.mark.parametrize('kind', ['film', 'pair'])
def test_films_by_exported_models(kind, tmp_path):
    """The models are made by hand and find two vertebrae on any film."""
    pytest.importorskip('onnxruntime')
    pytest.importorskip('onnx')
    films = tmp_path / 'films.npy'
    np.save(films, np.full((4, 640, 640), 90, np.uint8))
    pose, detector = whole_film_model(tmp_path), None
    if kind == 'pair':
        pose, path = detector_and_pose(tmp_path)
        detector = [None, str(path)]
    told = run_films(
        {'config': None, 'checkpoint': str(pose), 'detector': detector},
        str(films),
        time.time(),
        backend='onnx',
        batch_size=2,
    )
    assert told['vertebrae'] == 2
    assert 0 <= told['measured'] <= 1
    assert len(told['seconds']) == 3
    parts = {'find', 'screen', 'rest', *(['boxes'] if detector else [])}
    assert told['parts'].keys() == parts
    assert all(len(seconds) == 3 for seconds in told['parts'].values())
    assert 0 < told['ready_seconds'] < told['first_report_seconds']
    assert told['films_per_second'] > 0
