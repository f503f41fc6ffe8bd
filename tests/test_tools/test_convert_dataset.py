import json

import pytest

from ..test_converters.helpers import two_films, write_tree


@pytest.fixture
def src(tmp_path):
    return write_tree(tmp_path / 'src', two_films())


def test_summary_names_no_patient(run_tool, src, tmp_path):
    bad = next(src.rglob('*.txt'))
    bad.write_text(bad.read_text() + '\n0 .5 .5 .2 .2 .1 .1 2\n')
    done = run_tool('convert_dataset.py', 'mendeley', src, tmp_path / 'out')
    assert done.returncode == 0, done.stderr
    assert '1  corner_missing' in done.stdout
    assert 'train (1 films, 6 vertebrae), val (1 films, 6 vertebrae)' in done.stdout
    assert '3209' not in done.stdout + done.stderr
    assert '4411' not in done.stdout + done.stderr
    report = json.loads((tmp_path / 'out/conversion_report.json').read_text())
    assert '4411' in report['faults']['corner_missing']['items'][0]['file']


def error_line(done):
    assert done.returncode == 2
    assert done.stdout == ''
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize('kind', ['missing', 'no zip', 'cut zip', 'empty'])
def test_bad_source_is_one_line(run_tool, tmp_path, kind):
    src = tmp_path / 'download.zip'
    if kind == 'no zip':
        src.write_text('<html>')
    elif kind == 'cut zip':
        src.write_bytes(b'PK\x03\x04' + bytes(100))
    elif kind == 'empty':
        src.mkdir()
    line = error_line(run_tool('convert_dataset.py', 'mendeley', src, tmp_path / 'out'))
    assert line.startswith(f'error: {src}: ')
    assert not (tmp_path / 'out').exists()


def test_films_that_are_all_faulty_are_one_line(run_tool, src, tmp_path):
    for image in src.rglob('*.jpg'):
        image.write_bytes(b'no image')
    line = error_line(run_tool('convert_dataset.py', 'mendeley', src, tmp_path / 'out'))
    first = next(src.rglob('images/train/*.jpg')).relative_to(src)
    assert line.startswith(
        f'error: {src}: not one film is usable (the first of each kind: '
        f'2 image_unreadable: {first} ('
    )
    assert line.endswith(f'); tools/verify_dataset.py {src} --json FILE lists all')
    assert not (tmp_path / 'out').exists()


def test_output_that_is_not_empty_needs_force(run_tool, src, tmp_path):
    out = tmp_path / 'out'
    out.mkdir()
    (out / 'old.txt').write_text('old')
    done = run_tool('convert_dataset.py', 'mendeley', src, out)
    assert '--force' in error_line(done)
    assert [p.name for p in out.iterdir()] == ['old.txt']
    # A folder that no conversion wrote is somebody's own.
    done = run_tool('convert_dataset.py', 'mendeley', src, out, '--force')
    assert 'conversion_report.json' in error_line(done)
    assert [p.name for p in out.iterdir()] == ['old.txt']
    (out / 'conversion_report.json').write_text('{}')
    done = run_tool('convert_dataset.py', 'mendeley', src, out, '--force')
    assert done.returncode == 0
    assert not (out / 'old.txt').exists()
    assert (out / 'annotations/train.json').is_file()


def test_output_that_is_a_file_or_cannot_be_made(run_tool, src, tmp_path):
    out = tmp_path / 'out'
    out.write_text('mine')
    line = error_line(run_tool('convert_dataset.py', 'mendeley', src, out))
    assert 'is a file' in line
    line = error_line(run_tool('convert_dataset.py', 'mendeley', src, out / 'deeper'))
    assert 'cannot be written' in line
    assert out.read_text() == 'mine'


def test_unknown_format_lists_the_known_ones(run_tool):
    done = run_tool('convert_dataset.py', 'nosuch', 'a', 'b')
    assert done.returncode == 2
    assert 'mendeley' in done.stderr


def test_format_is_found_out(run_tool, src, tmp_path):
    done = run_tool('convert_dataset.py', 'auto', src, tmp_path / 'out')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('format: mendeley\n')
    (tmp_path / 'empty').mkdir()
    done = run_tool('convert_dataset.py', 'auto', tmp_path / 'empty', tmp_path / 'o')
    line = error_line(done)
    assert 'no data set of a known format' in line
    # The audit has an option for it, this tool has not.
    assert line.endswith('or its format in place of auto')
