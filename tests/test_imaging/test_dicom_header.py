import pytest
from pydicom.dataset import Dataset

from spondylo_mmpose.imaging import read_radiograph
from spondylo_mmpose.imaging.dicom_header import read_header
from tests.test_imaging.helpers import dataset, ramp, saved


def header(**elements):
    made = Dataset()
    made.Rows, made.Columns = 3000, 2400
    for name, value in elements.items():
        setattr(made, name, value)
    return read_header(made)


# Rows first in the file, x first here.
@pytest.mark.parametrize(
    ('elements', 'spacing', 'origin', 'plane'),
    [
        ({}, None, None, None),
        ({'PixelSpacing': [0.15, 0.14]}, (0.14, 0.15), 'PixelSpacing', None),
        (
            {'ImagerPixelSpacing': [0.15, 0.14]},
            (0.14, 0.15),
            'ImagerPixelSpacing',
            'detector',
        ),
        (
            {'NominalScannedPixelSpacing': [0.17, 0.17]},
            (0.17, 0.17),
            'NominalScannedPixelSpacing',
            'detector',
        ),
        # Equal: not corrected. Different: corrected for magnification.
        (
            {'PixelSpacing': [0.15, 0.15], 'ImagerPixelSpacing': [0.15, 0.15]},
            (0.15, 0.15),
            'PixelSpacing',
            'detector',
        ),
        (
            {'PixelSpacing': [0.12, 0.12], 'ImagerPixelSpacing': [0.15, 0.15]},
            (0.12, 0.12),
            'PixelSpacing',
            'patient',
        ),
        (
            {'PixelSpacing': [0.12, 0.12], 'PixelSpacingCalibrationType': 'FIDUCIAL'},
            (0.12, 0.12),
            'PixelSpacing',
            'patient',
        ),
        (
            {'PixelSpacing': [0.17, 0.17], 'NominalScannedPixelSpacing': [0.17, 0.17]},
            (0.17, 0.17),
            'PixelSpacing',
            'detector',
        ),
        # An unusable element is passed over, the next one taken.
        (
            {'PixelSpacing': [0, 0], 'ImagerPixelSpacing': [0.15, 0.15]},
            (0.15, 0.15),
            'ImagerPixelSpacing',
            'detector',
        ),
    ],
)
def test_spacing(elements, spacing, origin, plane):
    found = header(**elements)
    assert found.get('pixel_spacing_mm') == spacing
    assert found.get('spacing_origin') == (f'dicom:{origin}' if origin else None)
    assert found.get('spacing_plane') == plane


@pytest.mark.parametrize(
    ('value', 'note'),
    [
        ([0, 0.14], 'PixelSpacing is not above zero; not used'),
        ([-0.1, 0.14], 'PixelSpacing is not above zero; not used'),
        (0.14, 'PixelSpacing is not two numbers; not used'),
        ([0.1, 0.1, 0.1], 'PixelSpacing is not two numbers; not used'),
        ([1, 1], 'PixelSpacing would make the film more than 2 m long; not used'),
    ],
)
def test_unusable_spacing_is_none_with_a_note(value, note):
    found = header(PixelSpacing=value)
    assert found.get('pixel_spacing_mm') is None
    assert found['notes'] == (note,)


@pytest.mark.parametrize('text', [b'abc\\def ', b'0.14    ', b'nan\\nan '])
def test_malformed_spacing_in_a_file(text):
    content = saved(dataset(ramp(), PixelSpacing=['0.15', '0.14']))
    assert content.count(b'0.15\\0.14 ') == 1
    text = text.ljust(len(b'0.15\\0.14 '))
    film = read_radiograph(content.replace(b'0.15\\0.14 ', text))
    assert film.pixel_spacing_mm is None
    assert film.notes == ('PixelSpacing is not two numbers; not used',)


def test_empty_spacing_is_no_fault():
    film = read_radiograph(saved(dataset(ramp(), PixelSpacing='')))
    assert film.pixel_spacing_mm is None
    assert film.notes == ()


def test_aspect():
    assert header()['pixel_aspect'] is None
    # Vertical 4, horizontal 3: pixels are higher than wide.
    assert header(PixelAspectRatio=[4, 3])['pixel_aspect'] == 0.75
    assert header(PixelAspectRatio=[0, 1])['pixel_aspect'] is None
    assert (
        header(PixelSpacing=[0.2, 0.1], PixelAspectRatio=[1, 1])['pixel_aspect'] == 0.5
    )


def test_magnification_is_told_and_not_applied():
    found = header(
        ImagerPixelSpacing=[0.15, 0.15], EstimatedRadiographicMagnificationFactor=1.25
    )
    assert found['magnification'] == 1.25
    assert found['pixel_spacing_mm'] == (0.15, 0.15)
    assert header(EstimatedRadiographicMagnificationFactor=0)['magnification'] is None


@pytest.mark.parametrize(
    ('position', 'meaning', 'orientation', 'view', 'facing'),
    [
        ('LL', None, None, 'lateral', None),
        ('RL', None, None, 'lateral', None),
        ('LATERAL', None, None, 'lateral', None),
        ('AP', None, None, 'ap', None),
        ('PA', None, None, 'ap', None),
        ('LLO', None, None, 'oblique', None),
        ('RPO', None, ['A', 'F'], 'oblique', None),
        (None, None, None, None, None),
        (None, 'left lateral', None, 'lateral', None),
        (None, 'Antero-posterior', None, 'ap', None),
        (None, 'postero-anterior oblique', None, 'oblique', None),
        (None, 'lumbar oblique', ['A', 'F'], 'oblique', None),
        # Rows run towards the anterior side: it is on the right.
        ('LL', None, ['A', 'F'], 'lateral', 'right'),
        ('LL', None, ['PR', 'F'], 'lateral', 'left'),
        (None, None, ['P', 'F'], 'lateral', 'left'),
        (None, None, ['L', 'F'], 'ap', None),
        ('AP', None, ['A', 'F'], 'ap', None),
    ],
)
def test_view_and_facing(position, meaning, orientation, view, facing):
    elements = {'ViewPosition': position, 'PatientOrientation': orientation}
    if meaning:
        code = Dataset()
        code.CodeMeaning = meaning
        elements['ViewCodeSequence'] = [code]
    found = header(**{k: v for k, v in elements.items() if v is not None})
    assert (found['view'], found['facing']) == (view, facing)


@pytest.mark.parametrize(
    ('orientation', 'upright'),
    [
        (['A', 'F'], True),
        (['P', 'FR'], True),
        (['A', 'H'], False),
        (['F', 'A'], False),
        (['H', 'P'], False),
        ('A', None),
        (['A', ''], None),
        (None, None),
    ],
)
def test_where_the_head_is(orientation, upright):
    assert header(PatientOrientation=orientation)['upright'] is upright


@pytest.mark.parametrize(
    ('text', 'age'),
    [('045Y', 45), ('018M', 1), ('011M', 0), ('100W', 1), ('', None)],
)
def test_age(text, age):
    assert header(PatientAge=text)['age'] == age


@pytest.mark.parametrize(('text', 'sex'), [('M', 'M'), ('F', 'F'), ('O', None)])
def test_sex(text, sex):
    assert header(PatientSex=text)['sex'] == sex


@pytest.mark.parametrize(
    ('text', 'modality'), [('DX', 'DX'), ('CR', 'CR'), ('DOE_JANE', None), ('', None)]
)
def test_modality(text, modality):
    assert header(Modality=text)['modality'] == modality
