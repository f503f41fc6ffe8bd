"""Three runs on the same phantoms: two with given boxes, one end to end."""

import json

import pytest

from spondylo_mmpose.converters.data_root import read_root
from spondylo_mmpose.engine.run_facts import RUN_FACTS, write_facts
from spondylo_mmpose.reporting.run_record import load_runs
from spondylo_mmpose.utils.io import write_json
from tests.test_evaluation.offline_helpers import samples_of, shifted
from tests.test_reporting.test_run_record import facts_of, foreign, write_dump


@pytest.fixture(scope='session')
def paper_data(phantoms, tmp_path_factory):
    """Arguments of the runs ``near`` (1.5 px off), ``far`` (9 px) and ``theirs`` (the
    truth without the lowest vertebra of one film), and the annotation file."""
    path = max(phantoms.glob('annotations/*.json'), key=lambda p: p.stat().st_size)
    content = json.loads(path.read_text())
    folder = tmp_path_factory.mktemp('runs')
    for name, shift in (('near', 1.5), ('far', 9.0)):
        run = folder / name
        run.mkdir()
        (run / 'config.py').write_text('model = 1')
        samples = samples_of(
            content, shifted(content, [shift, 0]), f'{phantoms}/images/'
        )
        dump = write_dump(run / 'predictions.pkl', *samples)
        write_facts(run / RUN_FACTS, facts_of(dump, path))
    films = read_root(path).films
    theirs = foreign(films, drop={(films[0].file_name, 0)})
    write_json(folder / 'theirs.json', theirs)
    names = [folder / 'near', folder / 'far', folder / 'theirs.json']
    return [str(name) for name in names], path


@pytest.fixture(scope='session')
def runs(paper_data):
    arguments, annotations = paper_data
    return load_runs(arguments, [annotations])


@pytest.fixture
def truth_films(paper_data):
    content = json.loads(paper_data[1].read_text())
    return len(content['images']), len(content['annotations'])
