"""The real tools with a model that sees whole films."""

import json

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

CONFIG = ROOT / 'tests' / 'configs' / 'tiny_keypoint_rcnn.py'


@pytest.fixture(scope='module')
def trained(phantoms, tmp_path_factory, run_tool):
    folder = tmp_path_factory.mktemp('whole_films')
    for options in ((), ('--resume',)):
        done = (run_tool if options else run_tool.fresh)(
            'train.py', CONFIG, '--no-pretrained', '--work-dir', folder, *options,
            '--cfg-options', f'data_root={phantoms}',
            f'train_cfg.max_epochs={3 if options else 2}',
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_dump_measures_as_its_test_did(trained, phantoms, run_tool, tmp_path):
    assert list(trained.glob('best_spine_SDR@5px_epoch_*.pth'))
    dump, told = tmp_path / 'predictions.pkl', tmp_path / 'told.json'
    tested = run_tool(
        'test.py', CONFIG, trained / 'epoch_3.pth', '--work-dir', trained,
        '--cfg-options', f'data_root={phantoms}', '--dump', dump, '--out', told,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout + tested.stderr
    again = tmp_path / 'again.json'
    measured = run_tool(
        'evaluate.py', dump, phantoms / 'annotations' / 'val.json', '--end-to-end',
        '--no-intervals', '--json', again,
    )  # fmt: skip
    assert measured.returncode == 0, measured.stderr
    one = json.loads(told.read_text())
    other = json.loads(again.read_text())['metrics']
    for name in ('spine/F1', 'spine/SDR@5px', 'spine/found', 'published_slot/films'):
        assert one[name] == other[name]
    assert one['spine/vertebrae'] > 0

    page = tmp_path / 'page.html'
    (trained / 'predictions.pkl').write_bytes(dump.read_bytes())
    reported = run_tool('report.py', trained, '--out', page)
    assert reported.returncode == 0, reported.stderr
    assert 'KeypointRCNN' in page.read_text()
