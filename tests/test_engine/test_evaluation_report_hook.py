import csv
import json
import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import HOOKS

from spondylo_mmpose.engine.hooks import EvaluationReportHook
from spondylo_mmpose.evaluation import (
    FilmClinicalMetric,
    MeyerdingMetric,
    RadialErrorMetric,
    SpineDetectionMetric,
)
from tests.test_evaluation.film_helpers import sample_of_film
from tests.test_evaluation.helpers import film_records, sample_of
from tests.test_evaluation.test_six_spines import FILMS, PREDICTIONS

QUAD = np.array([[10, 100], [60, 100], [10, 130], [60, 130]], float)
SPINE = np.array([QUAD, QUAD - [0, 50]])


def samples():
    films = [film_records(SPINE, SPINE + [film, 0], film) for film in (1, 2, 3)]
    return [sample_of(record) for film in films for record in film]


def evaluated(own, size, work_dir, train_loop=None):
    """A runner after a validation in which this process saw ``own``."""
    evaluator = Evaluator([RadialErrorMetric(), MeyerdingMetric()])
    evaluator.process(own)
    metrics = evaluator.evaluate(size)
    loop = SimpleNamespace(evaluator=evaluator)
    said = []
    runner = SimpleNamespace(
        work_dir=str(work_dir), val_loop=loop, test_loop=loop, epoch=7,
        _train_loop=train_loop, logger=SimpleNamespace(info=said.append), said=said,
    )  # fmt: skip
    return runner, metrics


def films_of(folder):
    with (folder / 'per_film.csv').open(newline='') as stream:
        return [(row['film'], float(row['MRE_px'])) for row in csv.DictReader(stream)]


def test_a_validation_leaves_its_numbers_and_tables(tmp_path):
    runner, metrics = evaluated(samples(), 6, tmp_path, train_loop=object())
    hook = HOOKS.build(dict(type='EvaluationReportHook', plots=False))
    hook.after_val_epoch(runner, metrics)
    folder = tmp_path / 'evaluation' / 'val'
    content = json.loads((folder / 'metrics.json').read_text())
    assert content['epoch'] == 7
    assert content['corner/MRE_px'] == 2
    assert content['clinical/pairs'] == metrics['clinical/pairs']
    assert films_of(folder) == [('1.png', 1), ('2.png', 2), ('3.png', 3)]
    assert not list(folder.glob('*.png'))
    assert runner.said == [f'Results were written to {folder}']


@pytest.mark.parametrize('train_loop', [None, {'type': 'EpochBasedTrainLoop'}])
def test_a_runner_that_does_not_train_has_no_epoch(tmp_path, train_loop):
    runner, metrics = evaluated(samples(), 6, tmp_path, train_loop)
    EvaluationReportHook(plots=False).after_val_epoch(runner, metrics)
    content = (tmp_path / 'evaluation' / 'val' / 'metrics.json').read_text()
    assert 'epoch' not in json.loads(content)


def test_a_test_has_a_folder_of_its_own_and_pictures(tmp_path):
    runner, metrics = evaluated(samples(), 6, tmp_path)
    EvaluationReportHook(folder='results').after_test_epoch(runner, metrics)
    assert films_of(tmp_path / 'results' / 'test') == [
        ('1.png', 1), ('2.png', 2), ('3.png', 3)
    ]  # fmt: skip
    assert len(list((tmp_path / 'results' / 'test').glob('*.png'))) == 2
    assert not (tmp_path / 'results' / 'val').exists()


def test_metrics_without_records_are_written_alone(tmp_path):
    loop = SimpleNamespace(evaluator=SimpleNamespace(metrics=[object()]))
    runner = SimpleNamespace(
        work_dir=str(tmp_path), test_loop=loop, logger=SimpleNamespace(info=print)
    )
    EvaluationReportHook().after_test_epoch(runner, {'coco/AP': 0.5})
    (path,) = (tmp_path / 'evaluation' / 'test').iterdir()
    assert json.loads(path.read_text()) == {'coco/AP': 0.5}


def test_whole_films_leave_what_was_found(tmp_path):
    evaluator = Evaluator([SpineDetectionMetric(), FilmClinicalMetric()])
    pairs = zip(FILMS, PREDICTIONS, strict=True)
    evaluator.process([sample_of_film(*pair) for pair in pairs])
    metrics = evaluator.evaluate(6)
    # 4 + 1 + 3 + 3 + 3 + 4
    assert metrics['clinical/pairs_found'] == 18
    runner = SimpleNamespace(
        work_dir=str(tmp_path), test_loop=SimpleNamespace(evaluator=evaluator),
        logger=SimpleNamespace(info=print),
    )  # fmt: skip
    EvaluationReportHook(plots=False).after_test_epoch(runner, metrics)
    folder = tmp_path / 'evaluation' / 'test'
    with (folder / 'per_film.csv').open(newline='') as stream:
        rows = [(r['film'], r['missed'], r['MRE_px']) for r in csv.DictReader(stream)]
    assert rows[:2] == [('a_moved.png', '0', '5.0'), ('b_missed.png', '2', '0.0')]
    content = json.loads((folder / 'metrics.json').read_text())
    assert content['spine/matched'] == 25


def _one_of_two(rank, folder, port):
    os.environ.update(
        MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port), RANK=str(rank), WORLD_SIZE='2'
    )
    torch.distributed.init_process_group('gloo', rank=rank, world_size=2)
    # As a sampler deals: in turn, and the last one twice to make the shares even.
    dealt = [*samples()[:5], samples()[0]][rank::2]
    runner, metrics = evaluated(dealt, 5, folder / f'rank{rank}')
    EvaluationReportHook(plots=False).after_test_epoch(runner, metrics)
    (folder / f'{rank}.json').write_text(json.dumps(metrics['corner/MRE_px']))
    torch.distributed.destroy_process_group()


def test_one_of_two_processes_writes_what_both_measured(
    tmp_path, unused_port, run_tool
):
    run_tool.in_processes(_one_of_two, (tmp_path, unused_port), 2)
    assert films_of(tmp_path / 'rank0' / 'evaluation' / 'test') == [
        ('1.png', 1), ('2.png', 2), ('3.png', 3)
    ]  # fmt: skip
    assert not (tmp_path / 'rank1').exists()
    # Both know the number, (2 * 1 + 2 * 2 + 1 * 3) / 5.
    values = [json.loads((tmp_path / f'{i}.json').read_text()) for i in (0, 1)]
    assert values == [9 / 5, 9 / 5]


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]
