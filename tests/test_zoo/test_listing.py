import json

import pytest

from spondylo_mmpose.engine.recipe import find_recipes
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import nan_to_none
from spondylo_mmpose.zoo.listing import as_json, as_table, list_models
from spondylo_mmpose.zoo.publishing import publish
from spondylo_mmpose.zoo.run_results import best_checkpoint
from tests.test_zoo.runs import TINY, add_test, make_run


@pytest.fixture(scope='module')
def work_dirs(tmp_path_factory):
    """An older run that was tested, a newer one that was not, and a trial."""
    root = tmp_path_factory.mktemp('work_dirs')
    runs = root / 'tiny_unet'
    tested = make_run(runs / '20260101_000000')
    metrics = {'corner/MRE_px': 2.5, 'corner/SDR@5px': None, 'corner/films': 4}
    add_test(tested.parent, tested, metrics)
    newer = make_run(runs / '20260102_000000')
    make_run(runs / '20260103_000000_smoke')
    # Of other weights than those of the run.
    add_test(newer.parent, newer.with_name('best_older_epoch_1.pth'), metrics)
    (runs / '20260104_000000').mkdir()
    (runs / '20260104_000000' / 'training.json').write_text('{')
    return root


def listed(*arguments):
    said = []
    (one,), faults = list_models([TINY], *arguments, say=said.append)
    assert said == ['tiny_unet']
    return one, faults


def test_the_newest_run_that_was_tested_is_shown(work_dirs):
    one, faults = listed(work_dirs)
    assert one.weights.parent.name == '20260101_000000'
    assert one.results == {'corner/MRE_px': 2.5}
    assert len(faults) == 1
    assert '20260104_000000' in faults[0]
    text = as_table([one]).to_markdown()
    row = next(line for line in text.splitlines() if line.startswith('| tiny_unet'))
    cells = [cell.strip() for cell in row.split('|')[1:-1]]
    assert cells[0] == 'tiny_unet'
    assert cells[1] == 'top-down'
    assert cells[5] == '64 x 64'
    assert cells[7:] == ['2.50', '--', '--', '--']


def test_without_runs_published_weights_are_shown(work_dirs, tmp_path):
    one, faults = listed(tmp_path / 'none')
    assert (one.weights, one.results, faults) == (None, {}, [])
    run = work_dirs / 'tiny_unet' / '20260102_000000'
    published = publish(run, tmp_path / 'published' / 'tiny')
    one, _ = listed(tmp_path / 'none', tmp_path / 'published')
    assert one.weights == published
    (told,) = json.loads(json.dumps(nan_to_none(as_json([one]))))
    assert told['weights'] == str(published)
    assert told['parameters'] == one.model.parameters > 10_000
    assert told['flops'] == one.model.flops > 10**6
    assert told['results'] == dict.fromkeys(
        ('corner/MRE_px', 'corner/SDR@5px', 'spine/F1', 'spine/SDR@5px')
    )


def test_best_weights_of_a_run(work_dirs, tmp_path):
    run = work_dirs / 'tiny_unet' / '20260102_000000'
    assert best_checkpoint(run).name == 'best_corner_MRE_px_epoch_7.pth'
    with pytest.raises(SpondyloError, match='holds no weights'):
        best_checkpoint(tmp_path)
    with pytest.raises(SpondyloError, match='holds no recipes'):
        find_recipes(tmp_path)
