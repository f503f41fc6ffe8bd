import dataclasses
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from spondylo_mmpose.engine.model_facts import ModelFacts
from spondylo_mmpose.engine.run_facts import (
    RUN_FACTS,
    NamedDigest,
    RunFacts,
    TrainingFacts,
    write_facts,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.metrics.atomic_dump_results import AtomicDumpResults
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.reporting.run_record import load_run, load_runs
from spondylo_mmpose.utils.io import write_json
from tests.test_evaluation.film_helpers import (
    column,
    film_of,
    prediction_of,
    sample_of_film,
)
from tests.test_evaluation.helpers import film_records, sample_of
from tests.test_evaluation.offline_helpers import (
    samples_of,
    shifted,
    three_films,
    write_truth,
)

SQUARE = [[0.0, 0.0], [40.0, 0.0], [0.0, 30.0], [40.0, 30.0]]


def write_dump(path, *samples):
    metric = AtomicDumpResults(str(path))
    for sample in samples:
        metric.process(None, [sample])
    metric.compute_metrics(metric.results)
    return path


def foreign(films, shift=0.0, drop=()):
    """Our JSON of predictions end to end: the truth, shifted; some films lack a
    vertebra."""
    return {
        'format': 'spondylo_mmpose predictions',
        'format_version': '1.0',
        'model': 'somebody',
        'given_boxes': False,
        'films': [
            {
                'file_name': film.file_name,
                'vertebrae': [
                    {'corners': (quad + [shift, 0]).tolist(), 'score': 0.9}
                    for place, quad in enumerate(film.corners)
                    if (film.file_name, place) not in drop
                ],
            }
            for film in films
        ],
    }


@pytest.fixture
def root(tmp_path):
    """A data set whose predictions are 3 px off, as the folder of a run."""
    path = write_truth(tmp_path / 'data' / 'annotations')
    content = json.loads(path.read_text())
    run = tmp_path / 'run'
    run.mkdir()
    (run / 'config.py').write_text('model = 1')
    write_dump(run / 'predictions.pkl', *samples_of(content, shifted(content, [3, 0])))
    return tmp_path


def truth_of(root):
    return root / 'data' / 'annotations' / 'test.json'


def test_folder_that_is_no_run(tmp_path):
    with pytest.raises(SpondyloError, match='nothing: no such run'):
        load_run(tmp_path / 'nothing')
    with pytest.raises(SpondyloError, match='holds no config'):
        load_run(tmp_path)
    (tmp_path / 'config.py').write_text('')
    with pytest.raises(SpondyloError, match=r'predictions\.pkl: no such file.*--dump'):
        load_run(tmp_path)


def test_damaged_predictions_and_config_are_named(tmp_path):
    (tmp_path / 'config.py').write_text('model = (')
    dump = tmp_path / 'predictions.pkl'
    dump.write_bytes(pickle.dumps([{}]))
    with pytest.raises(SpondyloError, match=r'predictions\.pkl: a data sample'):
        load_run(tmp_path)
    dump.write_bytes(pickle.dumps([], protocol=5))
    with pytest.raises(SpondyloError, match=r'predictions\.pkl: holds no predictions'):
        load_run(tmp_path)
    record = film_records([SQUARE], [SQUARE])[0]
    sample = sample_of(record)
    write_dump(dump, {k: v for k, v in sample.items() if k != 'id'})
    with pytest.raises(SpondyloError, match=r"predictions\.pkl: .*'id'"):
        load_run(tmp_path)
    write_dump(dump, sample)
    with pytest.raises(SpondyloError, match=r'config\.py: is no valid config: Syntax'):
        load_run(tmp_path)
    (tmp_path / 'config.py').write_text('model = 1')
    assert [r.vertebra_id for r in load_run(tmp_path).records] == [record.vertebra_id]


def test_a_work_directory_has_its_own_truth(root):
    run = load_run(root / 'run')
    assert (run.name, run.given_boxes, run.pairs) == ('run', True, ())
    assert run.folder == root / 'run'
    assert run.metrics()['corner/MRE_px'] == 3
    assert run.metrics()['corner/vertebrae'] == 8
    assert run.film_file('/data/images/a/one.png') == Path('/data/images/a/one.png')
    assert run.facts is None
    assert run.notes == [
        'no facts of the run (run.json); test again with tools/test.py --dump'
    ]
    assert 'corner/MRE_px_low' not in run.metrics()
    assert run.metrics(intervals=True)['corner/MRE_px_low'] == 3


def test_with_annotations_films_bear_the_names_of_the_truth(root):
    run = load_run(root / 'run', read_truth([truth_of(root)]))
    assert {r.film_id for r in run.records} == {'a/one.png', 'a/two.png', 'b/three.png'}
    assert run.metrics()['corner/MRE_px'] == 3
    assert run.film_file('a/one.png') == root / 'data' / 'images' / 'a' / 'one.png'
    assert run.annotations == [NamedDigest.of(truth_of(root))]


def test_foreign_predictions_are_joined_with_the_truth(root):
    # Of eight vertebrae the lowest of one film is missed: 7 * 4 corners are 6 px off.
    predictions = foreign(three_films(), 6.0, drop={('a/one.png', 0)})
    path = write_json(root / 'other.json', predictions)
    run = load_run(path, read_truth([truth_of(root)]), 'theirs')
    assert (run.name, run.given_boxes, run.folder) == ('theirs', False, root)
    assert [r.film_id for r in run.records] == (
        ['a/one.png'] * 3 + ['a/two.png'] * 3 + ['b/three.png'] * 2
    )
    assert [np.isnan(r.predicted).all() for r in run.records] == [True] + [False] * 7
    values = run.metrics()
    assert values['spine/recall'] == 100 * 7 / 8
    assert values['spine/MRE_px'] == 6
    assert run.notes == []
    del predictions['films'][2]
    short = write_json(root / 'short.json', predictions)
    notes = load_run(short, read_truth([truth_of(root)])).notes
    assert notes == ['1 of 3 films have no prediction']


def test_score_threshold_and_no_slip_threshold_are_passed_on(root):
    path = write_json(root / 'other.json', foreign(three_films()))
    options = {'score_threshold': 0.95, 'no_slip_threshold': 10.0}
    (run,) = load_runs([str(path)], [truth_of(root)], **options)
    assert run.metrics()['spine/recall'] == 0
    assert run.metrics()['clinical/no_slip_threshold'] == 10
    assert all(np.isnan(record.predicted).all() for record in run.records)


def test_a_score_threshold_that_would_count_for_no_run_is_refused(root):
    given = str(root / 'run')
    found = str(write_json(root / 'other.json', foreign(three_films())))
    with pytest.raises(SpondyloError, match='for predictions end to end'):
        load_runs([given], [truth_of(root)], score_threshold=0.5)
    with pytest.raises(SpondyloError, match='score_threshold=7'):
        load_runs([found], [truth_of(root)], score_threshold=7)
    runs = load_runs([given, found], [truth_of(root)], score_threshold=0.5)
    assert [run.score_threshold for run in runs] == [0.5, 0.5]
    # Its scores are 0.9: from 0.5 on all of them count.
    assert runs[1].notes[-1].startswith('--score-threshold 0.5 leaves out nothing')
    assert not load_run(found, read_truth([truth_of(root)])).notes


def test_a_dump_of_whole_films(tmp_path):
    films = [film_of(f'/images/{n}.png', column(0, 1, 2)) for n in 'ab']
    found = [prediction_of(f.file_name, f.corners + [0, 2]) for f in films]
    samples = [sample_of_film(*pair) for pair in zip(films, found, strict=True)]
    for sample, name in zip(samples, 'ab', strict=True):
        for entry in sample['film']:
            entry['file_name'] = f'{name}.png'
    # A sampler may hand out a film twice.
    path = write_dump(tmp_path / 'films.pkl', *samples, samples[0])
    run = load_run(path)
    assert (run.name, run.given_boxes, len(run.pairs)) == ('films', False, 2)
    assert run.metrics()['spine/MRE_px'] == 2
    assert [r.film_id for r in run.records] == ['a.png'] * 3 + ['b.png'] * 3
    assert run.film_file('a.png') == Path('/images/a.png')


def test_what_does_not_belong_together_is_one_line(root):
    other = write_json(root / 'other.json', foreign(three_films()))
    with pytest.raises(SpondyloError, match=r'other\.json: holds no truth.*--annot'):
        load_run(other)
    annotations = root / 'data' / 'annotations'
    films = three_films()
    part = write_truth(annotations, films[:2], 'part.json')
    with pytest.raises(SpondyloError, match=r'other\.json: 1 predicted films are in'):
        load_run(other, read_truth([part]))
    with pytest.raises(SpondyloError, match=r'\.pkl: 1 predicted films are in none'):
        load_run(root / 'run', read_truth([part]))
    more = [dataclasses.replace(films[0], file_name='c/four.png'), *films]
    whole = write_truth(annotations, more, 'more.json')
    with pytest.raises(SpondyloError, match=r'\.pkl: 3 of 11 annotated vertebrae have'):
        load_run(root / 'run', read_truth([whole]))
    unlabelled = [dataclasses.replace(f, corners=np.zeros((0, 4, 2))) for f in films]
    empty = write_truth(annotations, unlabelled, 'empty.json')
    with pytest.raises(SpondyloError, match=r'other\.json: holds no predictions of la'):
        load_run(other, read_truth([empty]))


def facts_of(predictions, annotations):
    file = NamedDigest('a', 'b')
    return RunFacts(
        config=file,
        checkpoint=file,
        annotations=[NamedDigest.of(annotations)],
        predictions=predictions and NamedDigest.of(predictions),
        model=ModelFacts('M', None, None, 1, None, None, 'why'),
        training=TrainingFacts(1, 2, 3, 4, 5),
        seed=0,
        versions={},
        device='cpu',
        created='now',
    )


def test_facts_count_where_they_belong_to_the_predictions(root):
    folder, truth = root / 'run', truth_of(root)
    facts = facts_of(folder / 'predictions.pkl', truth)
    write_facts(folder / RUN_FACTS, facts)
    run = load_run(folder)
    assert (run.facts, run.notes) == (facts, [])
    assert run.annotations == facts.annotations
    assert load_run(folder / 'predictions.pkl').facts == facts
    assert load_run(folder, read_truth([truth])).notes == []
    content = json.loads(truth.read_text())
    truth.write_text(json.dumps(content, indent=3))
    (note,) = load_run(folder, read_truth([truth])).notes
    assert note == 'measured with other annotation files than it was tested with'
    write_dump(
        folder / 'predictions.pkl', *samples_of(content, shifted(content, [4, 0]))
    )
    run = load_run(folder)
    assert (run.facts, run.annotations) == (None, [])
    assert run.notes == [
        'run.json belongs to other predictions; test again with tools/test.py --dump'
    ]
    assert load_run(folder / 'predictions.pkl').notes == []
    write_facts(folder / RUN_FACTS, facts_of(None, truth))
    assert load_run(folder).facts is None
    (folder / RUN_FACTS).write_text('{}')
    with pytest.raises(SpondyloError, match=r'run\.json: does not tell the facts'):
        load_run(folder)


def test_names_of_runs(root, monkeypatch):
    other = write_json(root / 'other=1.json', foreign(three_films()))
    runs = load_runs(
        [f'{root}/run', f'again={root}/run', str(other), f'x={other}'],
        [truth_of(root)],
    )
    assert [run.name for run in runs] == ['run', 'again', 'other=1', 'x']
    with pytest.raises(SpondyloError, match=r'is called run, and so is .*NAME=PATH'):
        load_runs([f'{root}/run', f'run={other}'])
    for wrong in (f'={root}/run', 'name='):
        with pytest.raises(SpondyloError, match='as PATH or NAME=PATH'):
            load_runs([wrong])
    monkeypatch.chdir(root / 'run')
    assert [run.name for run in load_runs(['.'])] == ['run']
    assert math.isfinite(load_run('.').metrics()['corner/MRE_px'])
