import json

import pytest

from tests.test_exporters.helpers import hard_films, write_root


@pytest.fixture
def root(tmp_path):
    return write_root(tmp_path / 'root', hard_films())


def test_exports_and_tells_what_is_lost(run_tool, root, tmp_path):
    out = tmp_path / 'out'
    done = run_tool.fresh('export_dataset.py', 'yolo-pose', root, out)
    assert done.returncode == 0, done.stderr
    first, *notes = done.stdout.splitlines()
    assert first == (
        f'{out}: wrote train (2 films, 9 vertebrae), val (1 films, 3 vertebrae), '
        'test (2 films, 4 vertebrae) as yolo-pose'
    )
    assert any('level' in note for note in notes)
    assert 'same' not in done.stdout
    report = json.loads((out / 'export_report.json').read_text())
    assert [f'note: {loss}' for loss in report['losses']] == notes


def test_bad_root_is_one_line(run_tool, tmp_path):
    done = run_tool('export_dataset.py', 'coco', tmp_path / 'no', tmp_path / 'out')
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert 'no such folder' in line
    assert not (tmp_path / 'out').exists()
