import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from spondylo_mmpose.imaging import read_radiograph
from spondylo_mmpose.imaging.dicom_tone import show
from tests.test_imaging.helpers import dataset, dicom, ramp

FILM = ramp(32, 24, 5)  # 0 to 3835, 12 bits


def shown(pixels=FILM, bits=12, **elements):
    return show(pixels, dataset(pixels, BitsStored=bits, **elements))


def table(entries, first, depth, data):
    item = Dataset()
    item.LUTDescriptor = [entries, first, depth]
    item.add_new('LUTData', 'OW', np.asarray(data, '<u2').tobytes())
    return [item]


def test_eight_bits_pass_unchanged():
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    plain = shown(grey, 8)
    assert (plain.pixels == grey).all()
    assert plain.window == 'none'
    windowed = shown(grey, 8, WindowCenter=128, WindowWidth=256)
    assert (windowed.pixels == grey).all()
    inverted = shown(grey, 8, PhotometricInterpretation='MONOCHROME1')
    assert (inverted.pixels == 255 - grey).all()


@pytest.mark.parametrize(
    ('function', 'expected'),
    [
        # (x - 1499.5) / 999 + 0.5, and (x - 1500) / 1000 + 0.5
        ('LINEAR', [0, 0, 0, 127, 128, 255, 255]),
        ('LINEAR_EXACT', [0, 0, 0, 127, 128, 254, 255]),
        # 1 / (1 + exp(-4 (x - 1500) / 1000))
        ('SIGMOID', [1, 30, 30, 127, 128, 225, 225]),
    ],
)
def test_window(function, expected):
    pixels = np.array([[0, 1000, 1001, 1498, 1502, 1998, 2000]], np.uint16)
    result = shown(pixels, WindowCenter=1500, WindowWidth=1000, VOILUTFunction=function)
    assert np.abs(result.pixels[0].astype(int) - expected).max() <= 1
    assert result.window == 'dicom:WindowCenter'


@pytest.mark.filterwarnings('ignore:overflow encountered in exp')  # in pydicom
@settings(deadline=None)
@given(
    st.sampled_from(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']),
    st.floats(-500, 4500),
    st.floats(2, 5000),
    st.sampled_from([1.0, 0.5, 3.0]),
    st.sampled_from([0.0, -1024.0, 100.0]),
)
def test_window_agrees_with_pydicom(function, center, width, slope, intercept):
    made = dataset(
        FILM,
        BitsStored=12,
        RescaleSlope=slope,
        RescaleIntercept=intercept,
        WindowCenter=round(center, 2),
        WindowWidth=round(width, 2),
        VOILUTFunction=function,
    )
    result = show(FILM, made)
    if result.window != 'dicom:WindowCenter':
        assert result.notes == ('WindowCenter leaves a single grey level; not used',)
        return
    theirs = apply_voi_lut(apply_modality_lut(FILM, made), made)
    low, high = intercept, 4095 * slope + intercept
    assert np.abs((theirs - low) / (high - low) * 255 - result.pixels).max() <= 0.51


def test_first_of_several_windows():
    one = shown(WindowCenter=1500, WindowWidth=1000)
    several = shown(WindowCenter=[1500, 40], WindowWidth=[1000, 400])
    assert (one.pixels == several.pixels).all()


def test_rescale_comes_before_the_window():
    moved = shown(
        RescaleSlope=2, RescaleIntercept=-1000, WindowCenter=1999, WindowWidth=1999
    )
    # 2 x - 1000 in 1999 +- 999 is x in 1499.5 +- 499.5.
    plain = shown(WindowCenter=1500, WindowWidth=1000)
    assert np.abs(moved.pixels.astype(int) - plain.pixels).max() <= 1


def test_a_negative_slope_turns_the_scale():
    turned = shown(RescaleSlope=-1, RescaleIntercept=4095)
    inverted = shown(PhotometricInterpretation='MONOCHROME1')
    assert (turned.pixels == inverted.pixels).all()
    assert not turned.inverted
    assert inverted.inverted


@pytest.mark.parametrize('depth', [8, 12, 16])
def test_voi_table(depth):
    # 4096 entries, also of 8 bits: more than an index of 8 bits can reach.
    top = 2**depth - 1
    data = np.linspace(0, top, 4096).round()
    result = shown(VOILUTSequence=table(4096, 0, depth, data))
    assert result.window == 'dicom:VOILUTSequence'
    assert np.abs(FILM / 4095 * 255 - result.pixels).max() <= 0.5 + 255 / top / 2
    # The table is taken before the window.
    both = shown(
        VOILUTSequence=table(4096, 0, depth, data), WindowCenter=10, WindowWidth=10
    )
    assert (both.pixels == result.pixels).all()


def test_voi_table_of_a_part_of_the_range():
    data = np.arange(0, 1024)
    result = shown(VOILUTSequence=table(1024, 1000, 10, data))
    assert result.pixels[FILM <= 1000].max() == 0
    assert result.pixels[FILM >= 2023].min() == 255
    assert result.pixels[FILM == 1510].tolist() == [127]  # 510 of 1023


def test_table_that_declares_more_bits_than_it_fills():
    data = np.arange(4096)
    honest = shown(VOILUTSequence=table(4096, 0, 12, data))
    boasting = shown(VOILUTSequence=table(4096, 0, 16, data))
    assert (honest.pixels == boasting.pixels).all()


def test_modality_table():
    data = np.arange(4095, -1, -1)
    turned = shown(ModalityLUTSequence=table(4096, 0, 12, data))
    assert (turned.pixels == shown(RescaleSlope=-1, RescaleIntercept=4095).pixels).all()


@pytest.mark.parametrize(
    ('elements', 'note'),
    [
        ({'VOILUTSequence': table(0, 0, 0, [])}, 'VOILUTSequence is malformed'),
        ({'WindowCenter': 10, 'WindowWidth': 0}, 'WindowWidth is too small'),
        ({'WindowCenter': 90000, 'WindowWidth': 10}, 'single grey level'),
        ({'RescaleSlope': 0, 'RescaleIntercept': 0}, 'RescaleSlope is zero'),
    ],
)
def test_unusable_settings_fall_back_with_a_note(elements, note):
    result = shown(**elements)
    assert result.window == 'robust'
    assert (result.pixels == shown().pixels).all()
    assert len(result.notes) == 1
    assert note in result.notes[0]


def test_padding_is_black_and_does_not_move_the_window():
    film = ramp(32, 24, 2) + np.uint16(1000)
    framed = np.pad(film, 20, constant_values=4000)
    plain = shown(film)
    for colour in ('MONOCHROME1', 'MONOCHROME2'):
        plain = shown(film, PhotometricInterpretation=colour)
        result = shown(framed, PixelPaddingValue=4000, PhotometricInterpretation=colour)
        assert (result.pixels[20:-20, 20:-20] == plain.pixels).all()
        assert result.pixels[:20].max() == 0


def test_padding_range():
    film = ramp(32, 24, 2) + np.uint16(1000)
    framed = np.pad(film, 20, constant_values=3900)
    framed[0] = 4000
    result = shown(framed, PixelPaddingValue=3800, PixelPaddingRangeLimit=4095)
    assert (result.pixels[20:-20, 20:-20] == shown(film).pixels).all()
    assert result.pixels[:20].max() == 0


def test_film_of_nothing_but_padding():
    result = shown(np.full((4, 4), 7, np.uint16), PixelPaddingValue=7)
    assert result.pixels.max() == 0


@pytest.mark.parametrize(
    ('colour', 'shape', 'inverted', 'notes'),
    [
        ('MONOCHROME2', None, False, 0),
        ('MONOCHROME2', 'IDENTITY', False, 0),
        ('MONOCHROME1', None, True, 0),
        ('MONOCHROME1', 'INVERSE', True, 0),  # once, not twice
        ('MONOCHROME2', 'INVERSE', True, 1),
    ],
)
def test_polarity(colour, shape, inverted, notes):
    elements = {'PresentationLUTShape': shape} if shape else {}
    result = shown(PhotometricInterpretation=colour, **elements)
    assert result.inverted == inverted
    assert (result.pixels[0, 0] == 255) == inverted
    assert len(result.notes) == notes


def test_contradicting_sign_of_the_intensity_is_noted():
    assert shown(PixelIntensityRelationshipSign=-1).notes == ()
    noted = shown(PixelIntensityRelationshipSign=1)
    assert noted.notes == (
        'PixelIntensityRelationshipSign says that bone is shown dark',
    )


def test_constant_film():
    film = read_radiograph(dicom(np.full((4, 4), 900, np.uint16)))
    assert film.pixels.max() == 0
