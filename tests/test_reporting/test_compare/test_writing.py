import json

from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.reporting.compare.comparing import compare_runs
from spondylo_mmpose.reporting.compare.writing import write_comparison
from tests.test_reporting.test_compare.helpers import found, given


def test_all_files(tmp_path):
    out = tmp_path / 'out'
    out.mkdir()
    nan = float('nan')
    runs = [
        *given(tmp_path, **{'a|b_$': [3, 4], '=c': [nan, nan]}),
        *found(tmp_path, d=([0, 1], 0)),
    ]
    names = write_comparison(out, compare_runs(runs), Bootstrap())
    assert names == [
        'comparison.csv', 'comparison.json', 'comparison.md', 'comparison.png',
        'comparison.tex', 'differences.csv',
    ]  # fmt: skip
    value = json.loads((out / 'comparison.json').read_text())
    assert value['format'] == 'spondylo_mmpose comparison'
    assert value['intervals']['resamples'] == 1000
    boxes, films = value['questions']
    assert [run['name'] for run in boxes['runs']] == ['a|b_$', '=c']
    assert boxes['runs'][0]['metrics']['corner/MRE_px'] == 5
    assert boxes['runs'][0]['predictions'] == {
        'name': 'a|b_$.pkl', 'sha256': runs[0].predictions_sha256,
    }  # fmt: skip
    assert boxes['runs'][1]['metrics']['corner/MRE_px'] is None
    assert 'corner/MRE_px' in boxes['runs'][1]['infinite']
    assert films['runs'][0]['annotations'][0]['name'] == 'test.json'
    assert boxes['differences'][0]['differences']['MRE_px']['first'] == 5
    # Folders may name people.
    assert str(tmp_path) not in (out / 'comparison.json').read_text()

    assert '| a\\|b\\_\\$ |' in (out / 'comparison.md').read_text()
    assert 'a\\textbar{}b\\_\\$' in (out / 'comparison.tex').read_text()
    rows = (out / 'comparison.csv').read_text().splitlines()
    assert [row.partition(',')[0] for row in rows] == ['run', 'a|b_$', "'=c", 'd']


def test_the_same_runs_give_the_same_files(tmp_path):
    written = []
    for name in ('one', 'two'):
        out = tmp_path / name
        out.mkdir()
        write_comparison(
            out, compare_runs(given(tmp_path, a=[3, 4], b=[0, 1])), Bootstrap()
        )
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert written[0] == written[1]
