import csv
import json
import shutil

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.formats.mendeley import Mendeley
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.statistics import writer
from spondylo_mmpose.statistics.sample_sheet import choose_samples
from spondylo_mmpose.statistics.writer import write_statistics
from tests.test_statistics.helpers import L5, S1, S1_PLATE_ONLY, film, write_set

FILES = {
    'statistics.json', 'films.csv', 'vertebrae.csv', 'pairs.csv',
    'pixel_statistics.py', 'counts.png', 'ages.png', 'sizes.png', 'positions.png',
    'grey_values.png', 'slips.png', 'grades.png', 'sample_sheet.png',
}  # fmt: skip


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    films = [
        film('train/a.png', sex='F', age=30, original_size=(300, 560)),
        film('train/b.png', (S1_PLATE_ONLY, L5), source='other'),
        film('val/c.png', (S1, L5), view='ap'),
        film('test/d.png', np.zeros((0, 4, 2))),
    ]
    root = write_set(tmp_path_factory.mktemp('statistics') / 'set', films, grey=60)
    white = np.full((280, 300), 200, np.uint8)
    cv2.imwrite(str(root / 'images/train/b.png'), white)
    return root


@pytest.fixture(scope='module')
def written(root):
    """Everything, once: drawing takes its time."""
    out = root.parent / 'out'
    return out, write_statistics(root, out, samples=3)


@pytest.fixture
def undrawn(monkeypatch):
    monkeypatch.setattr(writer, '_draw', lambda *_: None)


def read_csv(path):
    with path.open(newline='') as stream:
        return list(csv.DictReader(stream))


def test_all_outputs(written):
    out, lines = written
    assert {path.name for path in out.iterdir()} == FILES
    assert all(cv2.imread(str(p)) is not None for p in out.glob('*.png'))
    statistics = json.loads((out / 'statistics.json').read_text())
    pixels = statistics['pixels']
    # Films of equal size: 60 and 200 give 130 +- 70.
    assert (pixels['train']['mean'], pixels['train']['std']) == (130.0, 70.0)
    assert (pixels['all']['films'], pixels['all']['mean']) == (4, 95.0)
    assert (pixels['source:buu']['films'], pixels['source:buu']['std']) == (3, 0.0)
    assert statistics['by_split']['train']['vertebrae'] == 5
    assert statistics['by_source']['other']['corners']['labelled'] == 6
    assert set(statistics['by_split_and_source']) == {
        'train:buu', 'train:other', 'val:buu', 'test:buu',
    }  # fmt: skip
    assert statistics['no_slip_threshold_percent'] == 5.0
    assert statistics['all']['lordosis_L1_S1_degrees']['mean'] is None

    films = {row['file_name']: row for row in read_csv(out / 'films.csv')}
    assert films['train/a.png']['aspect'] == 'original_size'
    assert films['val/c.png']['facing'] == ''
    vertebrae = read_csv(out / 'vertebrae.csv')
    assert len(vertebrae) == 7
    pairs = read_csv(out / 'pairs.csv')
    assert [(p['file_name'], p['pair'], p['slip']) for p in pairs] == [
        ('train/a.png', 'L5-S1', 'measured'),
        ('train/a.png', 'L4-L5', 'measured'),
        ('train/b.png', 'L5-S1', 'measured'),
        ('val/c.png', 'L5-S1', 'frontal_view'),
    ]
    assert pairs[3]['slip_percent'] == ''

    text = '\n'.join(lines)
    assert 'aspect unknown' in text
    assert 'below 5 %' in text
    assert '.png' not in text  # no file names in the log


def test_a_config_can_use_the_grey_values(written, tmp_path):
    (tmp_path / 'base.py').write_text('model = dict(data_preprocessor=dict(a=1))')
    config = tmp_path / 'config.py'
    config.write_text(
        f"_base_ = ['base.py', '{written[0] / 'pixel_statistics.py'}']\n"
        "model = dict(data_preprocessor=_base_.pixel_statistics['train'])\n"
    )
    preprocessor = Config.fromfile(str(config)).model.data_preprocessor
    assert preprocessor == {'a': 1, 'mean': [130.0] * 3, 'std': [70.0] * 3}


def test_sample_of_the_pixels_and_no_sheet(root, tmp_path, undrawn):
    out = tmp_path / 'out'
    write_statistics(root, out, max_films=2, samples=0, seed=3)
    assert not (out / 'sample_sheet.png').exists()
    statistics = json.loads((out / 'statistics.json').read_text())
    assert statistics['pixels']['all']['films'] == 2
    assert statistics['all']['films'] == 4


def test_the_same_again(root, written, tmp_path, undrawn):
    write_statistics(root, tmp_path / 'again', samples=3, workers=1)
    names = {path.name for path in (tmp_path / 'again').iterdir()}
    assert 'sample_sheet.png' in names
    for name in names:
        again = (tmp_path / 'again' / name).read_bytes()
        assert again == (written[0] / name).read_bytes(), name


def drop_labels(root):
    for path in (root / 'annotations').glob('*.json'):
        content = json.loads(path.read_text())
        path.write_text(json.dumps(content | {'annotations': []}))


@pytest.mark.parametrize(
    ('break_it', 'options', 'message'),
    [
        (
            lambda root: (root / 'images/val/c.png').unlink(),
            {},
            r'images: 1 film is missing, the first is val/c\.png',
        ),
        (
            lambda root: (root / 'images/val/c.png').write_bytes(b'no image'),
            {},
            r'val/c\.png: ',
        ),
        (lambda root: None, {'max_films': 0}, '--max-films 0'),
        (lambda root: None, {'workers': 0}, '--workers 0'),
        (lambda root: None, {'no_slip_threshold': 30}, '--no-slip-threshold 30'),
        (
            lambda root: (root / 'annotations/val.json').write_text('{"images'),
            {},
            r'val\.json: cannot be read as JSON',
        ),
        (drop_labels, {}, r'\.json: no labelled vertebra'),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    root, tmp_path, undrawn, break_it, options, message
):
    root = shutil.copytree(root, tmp_path / 'set')
    break_it(root)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SpondyloError, match=message) as caught:
        write_statistics(root, tmp_path / 'out', **options)
    assert '\n' not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_nothing_is_replaced_unasked(root, written):
    before = (written[0] / 'statistics.json').stat().st_mtime_ns
    with pytest.raises(SpondyloError, match='--force'):
        write_statistics(root, written[0])
    assert (written[0] / 'statistics.json').stat().st_mtime_ns == before


def test_samples_come_from_every_source():
    films = [film(f'train/{i}.png') for i in range(9)]
    films += [film('train/x.png', source='rare')]
    chosen = choose_samples(films, 4, seed=0)
    assert [f.source for f in chosen] == ['buu', 'buu', 'buu', 'rare']
    assert chosen == choose_samples(films[::-1], 4, seed=0)
    assert len(choose_samples(films, 99, seed=0)) == 10


@pytest.mark.real
def test_six_real_films(real_data, tmp_path, undrawn):
    convert(Mendeley(), real_data / 'mendeley_lateral6', tmp_path / 'set')
    write_statistics(tmp_path / 'set', tmp_path / 'out')
    figures = json.loads((tmp_path / 'out' / 'statistics.json').read_text())
    whole = figures['all']
    assert (whole['films'], whole['vertebrae']) == (6, 36)
    assert figures['by_split']['val']['vertebrae'] == 12
    # 46, 27, 42, 38, 36 and 21 years, as the names say.
    assert whole['sex'] == {'F': 2, 'M': 4}
    assert whole['age_years']['mean'] == 35.0
    assert whole['facing']['films'] == {'left': 6}
    assert whole['aspect'] == {'unknown': 6}
    assert whole['slip_measured_or_why_not'] == {'measured': 30}
    assert whole['slip_percent']['true_aspect']['all']['n'] == 0
    assert whole['lordosis_measured_or_why_not']['aspect_unknown'] > 0
