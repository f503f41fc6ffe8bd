import json

import numpy as np
import pytest

from spondylo_mmpose.calibration.calibrate import calibrate
from spondylo_mmpose.calibration.prior import AnatomicalPrior
from spondylo_mmpose.phantom.column import MAGNIFICATION
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.spine.measurements import slip_percent


@pytest.fixture(scope='module')
def phantoms(tmp_path_factory):
    out = tmp_path_factory.mktemp('phantoms') / 'root'
    write_phantoms(out, 3, layout='coco', with_spacing=True, workers=1)
    return out


def entries(folder):
    return {
        entry['file_name']: entry
        for path in folder.glob('*.json')
        for entry in json.loads(path.read_text()).get('images', [])
    }


def test_spacings_of_originals_bring_those_of_the_films(run_tool, phantoms, tmp_path):
    known = entries(phantoms / 'annotations')
    report = calibrate(phantoms, None, out='bare')
    assert report.summary().splitlines()[0] == '     3 films were cleared: phantom'
    lines = ['filename,pixel_spacing_mm']
    for name, entry in known.items():
        # Square pixels before the film was stretched to 640 x 640.
        x = entry['pixel_spacing_mm'][0] * 640 / entry['original_size'][0]
        y = entry['pixel_spacing_mm'][1] * 640 / entry['original_size'][1]
        assert x == pytest.approx(y)
        lines.append(f'{name},{x!r}')
    table = tmp_path / 'original.csv'
    table.write_text('\n'.join([*lines, 'stranger,0.2']))
    done = run_tool.fresh(
        *('calibrate.py', 'table', table, phantoms, '--annotations', 'bare'),
        *('--original-size', '--out', 'again'),
    )
    assert done.returncode == 0, done.stderr
    assert '3 films got a spacing: table:original.csv' in done.stdout
    assert 'note: 1 names of the table are of no film' in done.stdout
    found = entries(phantoms / 'annotations/again')
    truth = json.loads((phantoms / 'truth.json').read_text())['films']
    for film in truth:
        entry = found[film['file'].removeprefix('images/')]
        assert entry['pixel_spacing_mm'] == pytest.approx(film['pixel_spacing_mm'])
        slips = slip_percent(
            np.array(film['corners']), film['facing'], entry['pixel_spacing_mm']
        )
        np.testing.assert_allclose(slips, film['slip_percent_mm'], atol=1e-3)


def test_prior_is_no_spacing(phantoms):
    calibrate(phantoms, None, out='none')
    # The phantoms' spacing is that of the detector.
    prior = AnatomicalPrior(MAGNIFICATION)
    calibrate(phantoms, prior, annotations='none', out='guess')
    known = entries(phantoms / 'annotations')
    for name, entry in entries(phantoms / 'annotations/guess').items():
        assert entry['pixel_spacing_mm'] is None
        ratio = np.divide(
            entry['pixel_spacing_estimate']['mm'], known[name]['pixel_spacing_mm']
        )
        assert (np.abs(ratio - 1) < 0.4).all()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['dicom', 'nowhere', '--in-place'], 'no such folder'),
        (['distance', 'ROOT', '--in-place'], 'give either --table'),
        (
            ['distance', 'ROOT', '--in-place', '--square-pixels', '--film', 'no.jpg']
            + ['--line', '1', '1', '99', '1', '40'],
            'no film of the data set is called so',
        ),
        (['table', 'no.csv', 'ROOT', '--in-place'], 'no such file'),
        (['prior', 'ROOT', '--in-place', '--magnification', '9'], 'between 0.5 and 2'),
    ],
)
def test_bad_input_is_one_line(run_tool, phantoms, arguments, message):
    before = (phantoms / 'annotations/train.json').read_bytes()
    given = [phantoms if a == 'ROOT' else a for a in arguments]
    done = run_tool('calibrate.py', *given)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert message in line
    assert (phantoms / 'annotations/train.json').read_bytes() == before
