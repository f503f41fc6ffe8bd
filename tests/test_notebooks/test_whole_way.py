"""The notebook names tools and options that exist, and runs from end to end."""

import ast
import json
import re

import nbclient
import nbformat
import pytest

from tests.conftest import ROOT

PATH = ROOT / 'notebooks' / 'whole_way.ipynb'


@pytest.fixture
def notebook():
    return nbformat.read(PATH, nbformat.NO_CONVERT)


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == 'code']


def calls_of(notebook):
    """Tool and arguments of each run, None for an argument that is made there."""
    for source in code_of(notebook):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'run':
                yield [getattr(argument, 'value', None) for argument in node.args]


def test_it_is_stored_without_outputs(notebook):
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == 'code':
            assert cell.outputs == []
            assert cell.execution_count is None
    told = json.loads(PATH.read_text())['metadata']
    assert told['kernelspec']['name'] == 'python3'


def test_cells_compile(notebook):
    for number, source in enumerate(code_of(notebook)):
        compile(source, f'cell {number}', 'exec')


def test_links_lead_somewhere(notebook):
    texts = [cell.source for cell in notebook.cells if cell.cell_type == 'markdown']
    targets = re.findall(r'\]\(([^)#]+)', '\n'.join(texts))
    assert len(targets) > 10
    assert [t for t in targets if not (PATH.parent / t).is_file()] == []


def test_tools_and_options_exist(notebook, run_tool):
    calls = list(calls_of(notebook))
    assert {tool for tool, *_ in calls} == {
        'make_phantoms.py', 'convert_dataset.py', 'verify_dataset.py',
        'browse_dataset.py', 'train.py', 'test.py', 'evaluate.py', 'report.py',
        'predict.py',
    }  # fmt: skip
    for tool, *arguments in calls:
        assert (ROOT / 'tools' / tool).is_file()
        # Conversion has options of each format.
        kind = arguments[:1] if isinstance(arguments[0], str) else []
        told = run_tool(tool, *kind, '--help')
        assert told.returncode == 0, told.stderr
        for name in arguments:
            if isinstance(name, str) and name.startswith('--'):
                assert re.search(rf'{name}\b', told.stdout), f'{tool} has no {name}'
    configs = re.findall(r"'(configs/[^']+)'", '\n'.join(code_of(notebook)))
    assert len(configs) == 2
    assert all((ROOT / config).is_file() for config in configs)


@pytest.mark.slow
def test_it_runs_from_end_to_end(notebook, tmp_path, monkeypatch):
    (setup,) = (cell for cell in notebook.cells if 'WORK = Path(' in cell.source)
    work = str(tmp_path / 'work')
    setup.source = setup.source.replace('work_dirs/whole_way', work)
    monkeypatch.delenv('SPONDYLO_SPLIT', raising=False)
    nbclient.execute(notebook, str(PATH.parent), timeout=1800, kernel_name='python3')
    outputs = [out for cell in notebook.cells for out in cell.get('outputs', [])]
    pictures = [out for out in outputs if 'image/png' in out.get('data', {})]
    assert len(pictures) >= 7
    said = ''.join(out.get('text', '') for out in outputs)
    assert 'faults: none' in said
    assert 'result: clean' in said
    assert '1 film measured' in said
    assert (tmp_path / 'work' / 'report.html').stat().st_size > 100_000
    # Two small networks have learned what there is to learn in minutes.
    measured = tmp_path / 'work' / 'pose' / 'evaluation' / 'test' / 'metrics.json'
    assert json.loads(measured.read_text())['corner/MRE_px'] < 8
    found = tmp_path / 'work' / 'both' / 'evaluation' / 'test' / 'metrics.json'
    assert json.loads(found.read_text())['spine/recall'] > 30
