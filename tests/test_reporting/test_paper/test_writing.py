import dataclasses
import hashlib
import json
import re

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.paper.document import document
from spondylo_mmpose.reporting.paper.writing import write_paper
from spondylo_mmpose.utils.io import nan_to_none

HOSTILE = r'a_b & 50% $x^2$ {c} #1 \end{table} ~'


def assert_balanced(text):
    """Braces, environments and mathematics close in the order they opened."""
    code = '\n'.join(re.sub(r'(?<!\\)%.*', '', line) for line in text.splitlines())
    stack = []
    for found in re.finditer(r'\\begin\{(.*?)\}|\\end\{(.*?)\}|\\.|[{}$]', code, re.S):
        begun, ended = found.groups()
        token = found.group()
        if begun or token == '{':
            stack.append(begun or '{')
        elif ended or token == '}':
            assert stack.pop() == (ended or '{')
        elif token == '$':
            stack.pop() if stack[-1] == '$' else stack.append('$')
    assert not stack
    # What would end a line or start a column by accident.
    assert not re.search(r'(?<!\\)#', code)


@pytest.fixture(scope='module')
def written(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp('out') / 'paper'
    renamed = [dataclasses.replace(runs[0], name=HOSTILE), runs[2]]
    return folder, write_paper(folder, renamed, films=1)


def test_everything_is_there_and_told(written, runs):
    folder, files = written
    assert sorted(files) == sorted(folder.iterdir())
    told = json.loads((folder / 'provenance.json').read_text())
    assert [run['name'] for run in told['runs']] == [HOSTILE, 'theirs']
    for stem in told['tables']:
        assert (folder / f'{stem}.tex').is_file()
        assert (folder / f'{stem}.csv').is_file()
    assert set(told['figures']) == {
        'figure1_visual_comparison',
        'figure2_error_analysis_given_boxes', 'figure2_error_analysis_end_to_end',
        'figure3_vertebrae_given_boxes', 'figure3_vertebrae_end_to_end',
    }  # fmt: skip
    assert told['figures']['figure2_error_analysis_end_to_end'] == ['theirs']
    for name, digest in told['files'].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert set(told['files']) == {f.name for f in files} - {'provenance.json'}
    measured = nan_to_none(runs[0].metrics(intervals=True))
    assert told['runs'][0]['metrics'] == measured
    assert told['runs'][0]['facts']['training']['epochs'] == 1


def test_latex_is_balanced_and_includes_everything(written):
    _, files = written
    sources = {f.name: f.read_text() for f in files if f.suffix == '.tex'}
    for text in sources.values():
        assert_balanced(text)
    paper = sources.pop('paper.tex')
    assert sorted(re.findall(r'\\input\{(.*?)\}', paper)) == sorted(sources)
    drawn = re.findall(r'\\includegraphics\[.*?\]\{(.*?)\}', paper)
    assert sorted(drawn) == sorted(f.name for f in files if f.suffix == '.pdf')
    assert r'a\_b \& 50\% \$x\textasciicircum{}2\$ \{c\} \#1' in paper
    assert_balanced(document([], [], []))


def test_pdfs_embed_truetype_and_png_lie_beside(written):
    _, files = written
    for pdf in (f for f in files if f.suffix == '.pdf'):
        content = pdf.read_bytes()
        assert b'/Type42' not in content
        assert b'/Type3' not in content
        assert b'/FontFile2' in content
        assert pdf.with_suffix('.png').read_bytes().startswith(b'\x89PNG')


def test_no_film_is_named(written, runs):
    folder, files = written
    names = {record.film['file_name'] for record in runs[0].records}
    for file in files:
        if file.suffix in ('.tex', '.md', '.csv', '.json'):
            text = file.read_text()
            assert not [name for name in names if name in text]
            assert str(folder) not in text


def test_writing_again_gives_the_same_files(runs, tmp_path):
    out = tmp_path / 'paper'
    first = {f.name: f.read_bytes() for f in write_paper(out, runs[2:], films=0)}
    assert not list(out.glob('figure1*'))
    (out / 'stale.png').write_bytes(b'')
    # What an earlier call wrote is replaced.
    again = {f.name: f.read_bytes() for f in write_paper(out, runs[2:], films=0)}
    assert again == first


def test_a_folder_of_somebody_else_is_kept(runs, tmp_path):
    (tmp_path / 'diary.txt').write_text('mine')
    with pytest.raises(SpondyloError, match=r'holds no provenance\.json'):
        write_paper(tmp_path, runs[:1], films=0)
    assert [file.name for file in tmp_path.iterdir()] == ['diary.txt']


def test_runs_on_other_films_or_truths_are_refused(runs, tmp_path):
    near, far = runs[:2]
    film = far.records[0].film_id
    fewer = dataclasses.replace(
        far, records=[r for r in far.records if r.film_id != film]
    )
    with pytest.raises(SpondyloError, match=r'^near and far: .*test both on the same'):
        write_paper(tmp_path / 'out', [near, fewer], films=0)
    other = dataclasses.replace(
        far, records=[dataclasses.replace(r, true=r.true + 1) for r in far.records]
    )
    with pytest.raises(SpondyloError, match='the true corners or pixel spacings'):
        write_paper(tmp_path / 'out', [near, other], films=0)
    assert not (tmp_path / 'out').exists()
