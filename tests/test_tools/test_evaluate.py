"""tools/evaluate.py as a user runs it."""

import json
import math
import pickle

import pytest

from spondylo_mmpose.evaluation.dump import load_dump
from spondylo_mmpose.utils.io import read_json
from tests.conftest import ROOT
from tests.test_evaluation.offline_helpers import samples_of, shifted, write_truth


@pytest.fixture
def truth(tmp_path):
    return write_truth(tmp_path)


@pytest.fixture
def dump(tmp_path, truth):
    content = read_json(truth)
    path = tmp_path / 'predictions.pkl'
    path.write_bytes(pickle.dumps(samples_of(content, shifted(content, [3, 4])), 5))
    return path


def test_a_dump_is_measured_and_brought_into_json(tmp_path, run_tool, dump, truth):
    new, values = tmp_path / 'new' / 'p.json', tmp_path / 'values.json'
    done = run_tool('evaluate.py', dump, truth, '--save-json', new, '--json', values)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ['corner/MRE_px', '5.000', '[5.000,', '5.000]'] in lines
    assert ['films', 'annotated', '3'] in lines
    assert lines[-2:] == [['metrics:', str(values)], ['predictions:', str(new)]]
    first = json.loads(values.read_text())
    assert first['metrics']['corner/MRE_px'] == 5

    again = run_tool(
        'evaluate.py', new, truth, '--given-boxes', '--no-intervals', '--json', values
    )
    assert again.returncode == 0, again.stderr
    plain = json.loads(values.read_text())['metrics']
    assert 'corner/MRE_px_low' not in plain
    assert plain == {name: first['metrics'][name] for name in plain}


def test_floors_stand_beside(run_tool, dump, truth):
    done = run_tool('evaluate.py', dump, truth, '--floor', truth)
    assert done.returncode == 0, done.stderr
    shape, corners = done.stdout.splitlines()[-2:]
    # All true vertebrae are boxes of one shape: the floor is the truth.
    assert shape.split()[:4] == ['mean', 'shape', 'MRE_px', '0.000,']
    assert corners.split()[-2:] == ['SDR@10px', '100.000']
    found = run_tool('evaluate.py', dump, '--save-json', dump.with_suffix('.json'))
    assert found.returncode == 0
    content = read_json(dump.with_suffix('.json')) | {'given_boxes': False}
    for film in content['films']:
        for vertebra in film['vertebrae']:
            del vertebra['annotation_id']
    dump.with_suffix('.json').write_text(json.dumps(content))
    refused = run_tool(
        'evaluate.py', dump.with_suffix('.json'), truth, '--floor', truth
    )
    assert refused.returncode == 2
    assert '--floor tells what the boxes give away' in refused.stderr


def test_boxes_are_taken_for_exact_when_asked(run_tool, dump, truth):
    fitted = ('--fit-to-boxes', '--floor', truth, '--no-intervals')
    done = run_tool('evaluate.py', dump, truth, *fitted)
    assert done.returncode == 0, done.stderr
    lines = [' '.join(line.split()) for line in done.stdout.splitlines()]
    assert 'boxes given, corners fitted to them' in lines
    assert 'corner/MRE_px 1.750' in lines
    assert 'floors, given boxes, fitted to them:' in lines
    folder = dump.with_suffix('')
    refused = run_tool('evaluate.py', dump, truth, '--fit-to-boxes', '--out', folder)
    assert refused.returncode == 2
    assert 'take --json with --fit-to-boxes' in refused.stderr
    assert not folder.exists()


def test_the_mean_of_models_is_measured(tmp_path, run_tool, dump, truth):
    samples = load_dump(dump)
    for sample in samples:
        sample['pred_instances']['keypoints'] += [-6, -8]
    folds = [tmp_path / 'one.pkl', tmp_path / 'two.pkl']
    for path, part in zip(folds, (samples[:6], samples[6:]), strict=True):
        path.write_bytes(pickle.dumps(part, 5))
    done = run_tool('evaluate.py', dump, truth, '--mean-with', *folds, '--no-intervals')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('corners: the mean of 2 models\n')
    # 3 and 4 px off one way, and as much the other.
    assert 'corner/MRE_px 0.000' in ' '.join(done.stdout.split())
    refused = run_tool('evaluate.py', dump, truth, '--mean-with', folds[0])
    assert refused.returncode == 2
    assert 'each film once from every one' in refused.stderr


def test_folds_are_measured_as_one(tmp_path, run_tool, dump, truth):
    samples = load_dump(dump)
    folds = [tmp_path / 'one.pkl', tmp_path / 'two.pkl']
    for path, part in zip(folds, (samples[:3], samples[3:]), strict=True):
        path.write_bytes(pickle.dumps(part, 5))
    values = tmp_path / 'values.json'
    given = (folds[0], truth, '--more', folds[1], '--json', values)
    done = run_tool('evaluate.py', *given)
    assert done.returncode == 0, done.stderr
    told = json.loads(values.read_text())
    assert told['metrics']['corner/vertebrae'] == 8
    assert [file['name'] for file in told['predictions']] == ['one.pkl', 'two.pkl']
    twice = run_tool('evaluate.py', folds[0], truth, '--more', folds[0])
    assert twice.returncode == 2
    assert 'one.png' in twice.stderr


def test_result_files_are_those_of_a_run(tmp_path, run_tool, dump, truth):
    done = run_tool.fresh('evaluate.py', dump, truth, '--out', tmp_path / 'results')
    assert done.returncode == 0, done.stderr
    assert read_json(tmp_path / 'results/metrics.json')['corner/MRE_px'] == 5
    rows = (tmp_path / 'results/per_vertebra.csv').read_text().splitlines()
    assert len(rows) == 1 + 8
    for path in (tmp_path / 'results').iterdir():
        assert f'written: {path}' in done.stdout


def test_end_to_end_has_the_same_files(tmp_path, run_tool, dump, truth):
    given = tmp_path / 'p.json'
    assert run_tool('evaluate.py', dump, '--save-json', given).returncode == 0
    content = read_json(given) | {'given_boxes': False}
    for film in content['films']:
        for vertebra in film['vertebrae']:
            del vertebra['annotation_id']
    # One film fewer, and a vertebra twice.
    lost = content['films'].pop()
    content['films'][0]['vertebrae'] += content['films'][0]['vertebrae'][:1]
    given.write_text(json.dumps(content))
    done = run_tool(
        'evaluate.py', given, truth, '--out', tmp_path / 'results',
        '--score-threshold', '0.01',
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert 'note: --score-threshold 0.01 leaves out nothing' in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ['films', 'without', 'a', 'prediction', '1'] in lines
    values = read_json(tmp_path / 'results/metrics.json')
    assert values['spine/recall'] == 75
    assert values['spine/duplicates'] == 1
    assert values['spine/recall_low'] is not None
    assert values['clinical/pairs_found'] == 4
    rows = (tmp_path / 'results/per_vertebra.csv').read_text().splitlines()
    assert len(rows) == 1 + 8 + 1
    assert sum(row.startswith(lost['file_name']) for row in rows) == 2


def test_predictions_are_converted_without_a_truth(tmp_path, run_tool, dump):
    new = tmp_path / 'p.json'
    done = run_tool('evaluate.py', dump, '--save-json', new)
    assert (done.returncode, done.stdout) == (0, f'predictions: {new}\n')
    assert len(read_json(new)['films']) == 3


@pytest.mark.parametrize(
    ('content', 'options', 'message'),
    [
        (b'\x80\x05cut', (), 'is no dump of predictions'),
        (b'{"format": 1}', (), 'needs "format"'),
        (b'', (), 'holds no predictions'),
        (None, ('--end-to-end',), 'made with the true boxes given'),
        (None, ('--score-threshold', 0.5), 'for predictions end to end'),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_written(
    tmp_path, run_tool, dump, truth, content, options, message
):
    if content is not None:
        dump.write_bytes(content)
    out = tmp_path / 'out' / 'm.json'
    done = run_tool(
        'evaluate.py', dump, truth, *options, '--json', out, '--save-json', out,
        '--out', tmp_path / 'results',
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ''
    assert done.stderr.startswith(f'error: {dump}: ')
    assert message in done.stderr
    assert done.stderr.count('\n') == 1
    assert list(out.parent.iterdir()) == []
    assert not (tmp_path / 'results').exists()


def test_annotations_are_asked_for(run_tool, dump):
    done = run_tool('evaluate.py', dump)
    assert done.returncode == 2
    assert 'name the annotation files' in done.stderr


@pytest.mark.slow
def test_the_dump_of_a_real_run_gives_its_numbers(tmp_path, run_tool, phantoms):
    config = ROOT / 'tests' / 'configs' / 'tiny.py'
    data = {'SPONDYLO_DATA': str(phantoms)}
    trained = run_tool(
        'train.py', config, '--no-pretrained', '--work-dir', tmp_path,
        '--cfg-options', 'train_cfg.max_epochs=1', **data,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stdout + trained.stderr
    dump, online = tmp_path / 'p.pkl', tmp_path / 'online.json'
    tested = run_tool(
        'test.py', config, tmp_path / 'epoch_1.pth', '--work-dir', tmp_path,
        '--dump', dump, '--out', online, **data,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout + tested.stderr

    annotations, offline = phantoms / 'annotations' / 'val.json', tmp_path / 'off.json'
    done = run_tool('evaluate.py', dump, annotations, '--json', offline)
    assert done.returncode == 0, done.stderr
    expected = read_json(online)
    measured = read_json(offline)['metrics']
    assert {name: measured[name] for name in expected} == expected
    assert math.isfinite(expected['corner/MRE_px'])
    assert expected['corner/vertebrae'] == len(load_dump(dump))
