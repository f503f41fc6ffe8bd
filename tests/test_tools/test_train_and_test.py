"""The real tools, end to end, on a few phantoms and a tiny model."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.engine.run_facts import RUN_FACTS, NamedDigest, read_facts
from spondylo_mmpose.evaluation.dump import load_dump
from spondylo_mmpose.reporting.run_record import load_run
from spondylo_mmpose.utils.io import file_digest
from tests.conftest import ROOT

CONFIG = ROOT / 'tests' / 'configs' / 'tiny.py'
TRAIN = ('--amp', '--no-pretrained')


def weights(path):
    return load_checkpoint_file(path)


def assert_same_weights(one, other):
    for part in ('state_dict', 'ema_state_dict'):
        first, second = weights(one)[part], weights(other)[part]
        assert first.keys() == second.keys()
        differing = [k for k in first if not torch.equal(first[k], second[k])]
        assert differing == []


@pytest.fixture(scope='module')
def data(tmp_path_factory, run_tool):
    root = tmp_path_factory.mktemp('data') / 'phantoms'
    made = run_tool(
        'make_phantoms.py', root, '--num', 6, '--seed', 5, '--layout', 'coco',
        '--spacing',
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return root


@pytest.fixture(scope='module')
def trained(data, tmp_path_factory, run_tool):
    """Work directory of a run of four epochs that nothing disturbed."""
    work_dir = tmp_path_factory.mktemp('trained')
    done = run_tool(
        'train.py', CONFIG, *TRAIN, '--work-dir', work_dir, SPONDYLO_DATA=str(data)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return work_dir


def measure_with(run_tool, data, checkpoint, folder, *arguments):
    result = run_tool(
        'test.py', CONFIG, checkpoint, '--work-dir', folder,
        '--cfg-options', f'data_root={data}',
        '--dump', folder / 'predictions.pkl', '--out', folder / 'metrics.json',
        *arguments,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads((folder / 'metrics.json').read_text())


@pytest.fixture(scope='module')
def metrics(trained, data, run_tool):
    """Metrics of that run's last checkpoint; its predictions lie beside it."""
    return measure_with(run_tool, data, trained / 'epoch_4.pth', trained)


def test_training_leaves_checkpoints_and_a_log(trained):
    assert (trained / 'epoch_4.pth').is_file()
    assert list(trained.glob('best_corner_MRE_px_epoch_*.pth'))
    scalars = next(trained.glob('*/vis_data/scalars.json')).read_text()
    assert 'corner/MRE_px' in scalars
    last = json.loads((trained / 'evaluation' / 'val' / 'metrics.json').read_text())
    assert last['epoch'] == 4
    assert last['corner/MRE_px'] > 0


def test_training_tells_what_it_was_and_how_it_went(trained, data):
    record = json.loads((trained / 'training.json').read_text())
    assert record['status'] == 'completed'
    assert record['config']['name'] == 'tiny.py'
    assert "type='TopdownPoseEstimator'" in record['config']['text']
    (annotations,) = record['data']['train']
    assert annotations['sha256'] == file_digest(data / 'annotations' / 'train.json')
    assert record['result']['epochs'] == 4
    assert (trained / record['result']['best']['checkpoint']).is_file()
    (start,) = record['starts']
    assert '--no-pretrained' in start['command']
    for name, rows in (('train', record['result']['iterations']), ('val', 4)):
        with (trained / f'{name}.csv').open(newline='') as stream:
            assert len(list(csv.DictReader(stream))) == rows
    assert (trained / 'training.png').read_bytes().startswith(b'\x89PNG')


def test_interrupted_and_resumed_equals_undisturbed(trained, data, tmp_path, run_tool):
    command = [
        sys.executable, ROOT / 'tools/train.py', CONFIG, *TRAIN, '--work-dir', tmp_path
    ]  # fmt: skip
    environment = {**os.environ, 'SPONDYLO_DATA': str(data)}
    log = tmp_path / 'output.txt'
    with log.open('w') as output:  # a pipe that nobody reads would fill and block
        process = subprocess.Popen(
            list(map(str, command)), env=environment, cwd=ROOT,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 300
        # In the middle of the second epoch.
        while 'Epoch(train) [2]' not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, 'no second epoch came'
            time.sleep(0.02)
        # As Ctrl-C does: to the whole group, workers too.
        os.killpg(process.pid, signal.SIGINT)
        status = process.wait(timeout=60)
    said = log.read_text()
    assert status == 130, said
    assert 'Traceback' not in said
    assert '--resume' in said
    assert f'"SPONDYLO_DATA={data} ' in said
    assert not (tmp_path / 'epoch_4.pth').exists(), 'the run ended too soon to stop it'

    resumed = run_tool('train.py', *command[2:], '--resume', SPONDYLO_DATA=str(data))
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert 'settings differ' not in resumed.stdout + resumed.stderr
    assert_same_weights(trained / 'epoch_4.pth', tmp_path / 'epoch_4.pth')
    rates = [
        weights(folder / 'epoch_4.pth')['optimizer']['param_groups'][0]['lr']
        for folder in (trained, tmp_path)
    ]
    assert rates[0] == rates[1]


def test_testing_twice_gives_the_same_numbers(
    trained, metrics, data, tmp_path, run_tool
):
    # By another interpreter: sets have another order there.
    again = measure_with(run_tool.fresh, data, trained / 'epoch_4.pth', tmp_path)
    assert again == metrics
    assert metrics['corner/vertebrae'] == len(load_dump(trained / 'predictions.pkl'))
    # These phantoms have a spacing, so mm are measured.
    assert metrics['corner/MRE_mm'] > 0
    keypoints = [
        np.concatenate([s['pred_instances']['keypoints'] for s in load_dump(path)])
        for path in (trained / 'predictions.pkl', tmp_path / 'predictions.pkl')
    ]
    assert (keypoints[0] == keypoints[1]).all()


def test_a_test_writes_what_it_was(trained, metrics, data):
    facts = read_facts(trained / RUN_FACTS)
    dump = trained / 'predictions.pkl'
    assert facts.predictions == NamedDigest.of(dump)
    assert facts.checkpoint == NamedDigest.of(trained / 'epoch_4.pth')
    assert facts.config == NamedDigest.of(trained / 'tiny.py')
    assert [file.name for file in facts.annotations] == ['val.json']
    assert (facts.model.backbone, facts.model.head) == ('CSPNeXt', 'RTMCCHead')
    assert facts.model.input_size == (64, 64)
    assert facts.model.flops > 1e6
    assert facts.training.epochs == 4
    run = load_run(trained)
    assert (run.facts, run.notes) == (facts, [])
    measured = run.metrics()
    assert measured['corner/MRE_px'] == metrics['corner/MRE_px']
    # The config of that test names its dump, which another test leaves alone.
    assert str(dump) in (trained / 'tiny.py').read_text()


def test_two_processes_give_the_numbers_of_one(trained, metrics, data, tmp_path):
    checkpoint, folder = trained / 'epoch_4.pth', tmp_path / 'two'
    command = [
        sys.executable, '-m', 'torch.distributed.run', '--standalone',
        '--nproc_per_node', 2, ROOT / 'tools/test.py', CONFIG, checkpoint,
        '--work-dir', folder, '--cfg-options', f'data_root={data}',
        '--dump', folder / 'predictions.pkl', '--out', folder / 'metrics.json',
        '--launcher', 'pytorch',
    ]  # fmt: skip
    result = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'},
        timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    one, two = (load_dump(path / 'predictions.pkl') for path in (trained, folder))
    ids = [[(s['img_path'], s['id']) for s in samples] for samples in (one, two)]
    assert ids[0] == ids[1]
    # The network rounds otherwise in smaller batches; the metrics are exact.
    corners = [
        np.stack([s['pred_instances']['keypoints'] for s in samples])
        for samples in (one, two)
    ]
    np.testing.assert_allclose(corners[0], corners[1], atol=1e-3)
    # Slips over the collapsed end plates of this net are large, and so is the rounding.
    found = json.loads((folder / 'metrics.json').read_text())
    assert found.keys() == metrics.keys()
    for name, value in metrics.items():
        expected = value if value is None else pytest.approx(value, rel=1e-3, abs=1e-3)
        assert found[name] == expected, name
    # The tables beside them hold what both processes measured.
    tables = [
        (path / 'evaluation' / 'test' / 'per_vertebra.csv').read_text().splitlines()
        for path in (trained, folder)
    ]
    assert len(tables[0]) == len(tables[1]) == len(ids[0]) + 1
    assert [row.split(',')[:2] for row in tables[0]] == [
        row.split(',')[:2] for row in tables[1]
    ]


@pytest.mark.usefixtures('metrics')
def test_report_of_a_run(trained, tmp_path, run_tool):
    page = tmp_path / 'page.html'
    result = run_tool(
        'report.py', trained, '--out', page, '--section', 'A <run>: its note.'
    )
    assert result.returncode == 0, result.stderr
    html = page.read_text()
    assert 'A &lt;run&gt;' in html
    assert 'Its note.' in html
    assert 'research use only' in html.lower()
    assert html.count('data:image/jpeg;base64,') == 1  # one film in the val split
    assert 'mean shape' in result.stdout
    assert 'http' not in html.split('</style>')[1]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['train.py', 'configs/none.py'], 'no such config'),
        (['train.py', CONFIG, '--cfg-options', 'data_root=nowhere'], 'SPONDYLO_DATA'),
        (['test.py', CONFIG, 'none.pth', '--dump', 'x.json'], r'*.pkl'),
        (['test.py', CONFIG, 'none.pth', '--passes', '2'], '--passes 2: given boxes'),
        (['report.py', 'nowhere'], 'no such run'),
    ],
)
def test_bad_input_is_one_line(run_tool, tmp_path, arguments, message):
    if arguments[0] != 'report.py':
        arguments = [*arguments, '--work-dir', tmp_path]
    if '--cfg-options' in arguments:
        arguments.append('--no-pretrained')
    result = run_tool(*arguments)
    assert result.returncode == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith('error:')]
    assert len(errors) == 1
    assert message in errors[0]
    assert 'Traceback' not in result.stderr


def test_an_option_that_the_optimiser_lacks_is_one_line(run_tool, data, tmp_path):
    result = run_tool(
        'train.py', CONFIG, '--work-dir', tmp_path, '--no-pretrained',
        '--cfg-options', f'data_root={data}', 'optim_wrapper.optimizer.rate=1',
    )  # fmt: skip
    assert result.returncode == 2
    assert "unexpected keyword argument 'rate'" in result.stderr
    assert 'Traceback' not in result.stderr


def test_no_network_names_the_flag(run_tool, data, tmp_path):
    result = run_tool(
        'train.py', CONFIG, '--work-dir', tmp_path,
        '--cfg-options', f'data_root={data}',
        'model.backbone.init_cfg.checkpoint=http://127.0.0.1:9/none.pth',
    )  # fmt: skip
    assert result.returncode == 2
    assert '--no-pretrained' in result.stderr.splitlines()[-1]
    assert 'Traceback' not in result.stderr


def test_checkpoint_of_another_recipe_is_refused(run_tool, data, trained, tmp_path):
    result = run_tool(
        'test.py', ROOT / 'configs/rtmpose_s_spondylo.py', trained / 'epoch_4.pth',
        '--work-dir', tmp_path, '--cfg-options', f'data_root={data}',
    )  # fmt: skip
    assert result.returncode == 2
    assert 'does not fit the config' in result.stderr.splitlines()[-1]
