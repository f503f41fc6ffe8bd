import dataclasses
import io
import zlib

import gdcm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.uid import (
    MPEG2MPML,
    BasicTextSRStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MediaStorageDirectoryStorage,
)

from spondylo_mmpose.imaging import RadiographError, read_radiograph
from tests.test_imaging.helpers import (
    SECRET,
    dataset,
    dicom,
    encapsulated,
    ramp,
    recompressed,
    saved,
)

GREY = (ramp(20, 31, 1) % 251).astype(np.uint8)


def test_monochrome1_of_16_bits_with_spacing():
    # Bone is stored dark; rows are 0.15 mm apart, columns 0.14 mm.
    stored = np.full((40, 30), 60_000, np.uint16)
    stored[:, 10:20] = 20_000
    stored[:, 15] = 10_000
    film = read_radiograph(
        dicom(
            stored, PhotometricInterpretation='MONOCHROME1', PixelSpacing=[0.15, 0.14]
        )
    )
    assert film.pixel_spacing_mm == (0.14, 0.15)
    assert film.spacing_origin == 'dicom:PixelSpacing'
    assert (film.format, film.bits, film.inverted) == ('DICOM', 16, True)
    assert (film.width, film.height) == (30, 40)
    assert film.pixels[0, 15] == 255
    assert film.pixels[0, 0] == 0
    assert film.pixels[0, 12] == 204  # (60 - 20) of (60 - 10)
    buffer = io.BytesIO()
    Image.fromarray(film.pixels).save(buffer, 'PNG', dpi=(180, 180))
    as_png = read_radiograph(buffer.getvalue())
    assert (as_png.pixels == film.pixels).all()
    assert as_png.pixel_spacing_mm is None


def test_nothing_that_identifies_is_read(monkeypatch):
    import pydicom

    seen = []
    real = pydicom.dcmread
    monkeypatch.setattr(
        pydicom, 'dcmread', lambda *a, **k: seen.append(real(*a, **k)) or seen[-1]
    )
    made = dataset(
        ramp(), PatientSex='F', PatientAge='045Y', PatientBirthDate='19800101'
    )
    made.InstitutionName, made.StudyDate, made.AccessionNumber = (
        'Clinic',
        '20200101',
        '9',
    )
    made.ReferringPhysicianName, made.StudyInstanceUID = 'House', '1.2.3.4.5'
    film = read_radiograph(saved(made))
    assert (film.sex, film.age) == ('F', 45)
    patient = [e.keyword for e in seen[0] if e.tag.group == 0x10]
    assert sorted(patient) == ['PatientAge', 'PatientSex']
    kept = {e.keyword for e in seen[0]}
    assert not kept & {'InstitutionName', 'StudyDate', 'AccessionNumber'}
    assert not kept & {'ReferringPhysicianName', 'StudyInstanceUID', 'SOPInstanceUID'}
    told = {k: v for k, v in dataclasses.asdict(film).items() if k != 'pixels'}
    assert SECRET not in str(told)


LOSSLESS = {
    'RLE': gdcm.TransferSyntax.RLELossless,
    'JPEG lossless': gdcm.TransferSyntax.JPEGLosslessProcess14,
    'JPEG lossless SV1': gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    'JPEG-LS': gdcm.TransferSyntax.JPEGLSLossless,
    'JPEG 2000': gdcm.TransferSyntax.JPEG2000Lossless,
    'deflated': gdcm.TransferSyntax.DeflatedExplicitVRLittleEndian,
    'big-endian': gdcm.TransferSyntax.ExplicitVRBigEndian,
    'implicit': gdcm.TransferSyntax.ImplicitVRLittleEndian,
}


@pytest.mark.parametrize('kind', LOSSLESS)
@pytest.mark.parametrize('bits', [8, 12, 16])
def test_lossless_syntaxes_give_the_same_film(kind, bits):
    stored = ramp(32, 24, 5) if bits > 8 else GREY
    content = dicom(stored, BitsStored=bits, PixelSpacing=[0.15, 0.14])
    again = read_radiograph(recompressed(content, LOSSLESS[kind]))
    once = read_radiograph(content)
    assert (again.pixels == once.pixels).all()
    assert (again.bits, again.window) == (bits, 'none' if bits == 8 else 'robust')
    assert again.pixel_spacing_mm == (0.14, 0.15)


@pytest.mark.parametrize('colour', ['MONOCHROME2', 'YBR_FULL_422'])
def test_jpeg_baseline(colour):
    flat = np.kron(np.array([[20, 200]], np.uint8), np.ones((16, 16), np.uint8))
    grey = colour == 'MONOCHROME2'
    pixels = flat if grey else np.stack([flat] * 3, -1)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, 'JPEG', quality=95)
    made = dataset(pixels, PhotometricInterpretation=colour)
    film = read_radiograph(encapsulated(made, buffer.getvalue(), JPEGBaseline8Bit))
    assert np.abs(film.pixels.astype(int) - flat).max() <= 1


def test_colour_of_a_secondary_capture():
    colour = np.zeros((4, 6, 3), np.uint8)
    colour[..., 0] = 255
    film = read_radiograph(dicom(colour))
    assert (film.pixels == 76).all()
    assert film.bits == 8
    planes = np.ascontiguousarray(np.moveaxis(colour, -1, 0))
    planar = dataset(colour, PlanarConfiguration=1)
    planar.PixelData = planes.tobytes()
    assert (read_radiograph(saved(planar)).pixels == 76).all()


def test_palette():
    index = np.array([[0, 1, 2]], np.uint8)
    made = dataset(index, PhotometricInterpretation='PALETTE COLOR')
    for channel in ('Red', 'Green', 'Blue'):
        name = f'{channel}PaletteColorLookupTable'
        setattr(made, f'{name}Descriptor', [4, 0, 8])
        setattr(made, f'{name}Data', bytes([0, 100, 250, 255]))
    assert read_radiograph(saved(made)).pixels.tolist() == [[0, 100, 250]]


@pytest.mark.parametrize('syntax', [ImplicitVRLittleEndian, ExplicitVRBigEndian, None])
def test_file_without_preamble(syntax):
    made = dataset(ramp())
    made.file_meta.clear()
    expected = read_radiograph(dicom(ramp())).pixels
    implicit, little = (
        syntax is ImplicitVRLittleEndian,
        syntax is not ExplicitVRBigEndian,
    )
    if not little:
        made.PixelData = ramp().astype('>u2').tobytes()
    content = saved(
        made, enforce_file_format=False, implicit_vr=implicit, little_endian=little
    )
    assert content[128:132] != b'DICM'
    assert (read_radiograph(content).pixels == expected).all()


def test_overlay_in_unused_bits_is_masked():
    stored = ramp(32, 24, 5)
    overlaid = stored | np.uint16(0x8000)
    overlaid[::2] = stored[::2]
    plain = read_radiograph(dicom(stored, BitsStored=12))
    assert (
        read_radiograph(dicom(overlaid, BitsStored=12)).pixels == plain.pixels
    ).all()


def test_bits_above_the_sign_are_ignored():
    stored = (np.arange(-384, 384).reshape(32, 24) * 5).astype(np.int16)
    plain = read_radiograph(dicom(stored, BitsStored=12))
    zeroed = (stored & 0xFFF).astype(np.int16)
    assert (read_radiograph(dicom(zeroed, BitsStored=12)).pixels == plain.pixels).all()
    assert plain.pixels[0, 0] == 0
    assert plain.pixels[-1, -1] == 255


@pytest.mark.parametrize('kind', ['uint16', 'int16'])
def test_value_in_the_upper_bits(kind):
    stored = ramp(32, 24, 5).astype(kind) - np.array(384 * 5 * (kind[0] == 'i'), kind)
    made = dataset(stored << 4, BitsStored=12)
    made.HighBit = 15
    plain = read_radiograph(dicom(stored, BitsStored=12))
    film = read_radiograph(saved(made))
    assert (film.pixels == plain.pixels).all()
    assert film.bits == 12


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (
            dicom(ramp(), PixelData=None, SOPClassUID=BasicTextSRStorage),
            r'without pixels \(Basic Text SR Storage\); choose the file',
        ),
        (
            dicom(ramp(), PixelData=None, SOPClassUID=MediaStorageDirectoryStorage),
            r'without pixels \(Media Storage Directory',
        ),
        (dicom(ramp(), Manufacturer='spondylo_mmpose'), 'is a drawing that this'),
        (
            dicom(np.tile(ramp(), (3, 1)), Rows=32, NumberOfFrames=3),
            'DICOM with 3 frames; export the film',
        ),
        (dicom(ramp(), Rows=60_000, Columns=60_000), 'claims 60000 x 60000 pixels'),
        (dicom(ramp(), Rows=0), 'has 24 x 0 pixels'),
        (dicom(ramp(), Rows=None), 'has 24 x 0 pixels'),
        (dicom(ramp(), Rows=64), 'damaged or cut short'),
        (dicom(ramp(), BitsAllocated=None), 'damaged or cut short'),
        (b'\0' * 128 + b'DICM', 'without pixels'),
        (
            encapsulated(dataset(ramp()), b'\0\0\0\0', MPEG2MPML),
            'in compression MPEG2 Main Profile / Main Level, which',
        ),
    ],
)
def test_what_is_no_film_is_told(content, reason):
    with pytest.raises(RadiographError, match=reason) as caught:
        read_radiograph(content)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    'syntax', [b'1.2.840.10008.1.2.4.999', b'Doe^Jane^of^the^house^9']
)
def test_unknown_compression(syntax):
    content = encapsulated(dataset(ramp()), bytes(4), MPEG2MPML)
    assert content.count(b'1.2.840.10008.1.2.4.100') == 1
    damaged = content.replace(b'1.2.840.10008.1.2.4.100', syntax)
    with pytest.raises(RadiographError) as caught:
        read_radiograph(damaged)
    assert 'Doe' not in str(caught.value)
    assert 'in an unknown compression, which' in str(caught.value)


def test_reasons_do_not_quote_the_header():
    made = dataset(ramp(), PixelData=None)
    content = saved(made).replace(
        b'1.2.840.10008.5.1.4.1.1.1.1', b'Doe^Jane^of^the^house^5.1.4'
    )
    with pytest.raises(RadiographError, match=r'without pixels \(of unknown kind\)'):
        read_radiograph(content)
    odd = dicom(ramp(), PhotometricInterpretation='DOE JANE')
    with pytest.raises(RadiographError) as caught:
        read_radiograph(odd)
    assert 'DOE' not in str(caught.value)


def test_one_frame_is_no_sequence():
    assert read_radiograph(dicom(ramp(), NumberOfFrames=1)).format == 'DICOM'


def test_deflated_bomb(monkeypatch):
    monkeypatch.setattr('spondylo_mmpose.imaging.dicom._MAX_INFLATED', 100_000)
    made = dataset(ramp())
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = saved(made)
    start = 144 + int.from_bytes(content[140:144], 'little')
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    bomb = deflate.compress(bytes(200_000)) + deflate.flush()
    assert read_radiograph(content).width == 24
    with pytest.raises(RadiographError, match='deflated DICOM that is larger'):
        read_radiograph(content[:start] + bomb)


WHOLE = {
    'native': dicom(
        ramp(), PixelSpacing=[0.15, 0.14], WindowCenter=500, WindowWidth=99
    ),
    **{
        kind: recompressed(dicom(ramp(16, 12)), LOSSLESS[kind])
        for kind in ('RLE', 'JPEG lossless SV1', 'JPEG-LS', 'JPEG 2000')
    },
}


@pytest.mark.parametrize('kind', WHOLE)
def test_a_film_cut_anywhere_is_whole_or_an_error(kind):
    content = WHOLE[kind]
    whole = read_radiograph(content).pixels
    refused = 0
    for length in range(1, len(content), 7):
        try:
            film = read_radiograph(content[:length])
        except RadiographError as error:
            assert '\n' not in str(error)
            assert SECRET not in str(error)
            refused += 1
        else:
            assert (film.pixels == whole).all()
    assert refused > 0.1 * len(content)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_damage_never_raises_anything_else(kind, damage):
    content = bytearray(WHOLE[kind])
    for place, value in damage:
        content[int(place * (len(content) - 1))] = value
    try:
        film = read_radiograph(bytes(content))
    except RadiographError as error:
        assert '\n' not in str(error)
        assert SECRET not in str(error)
    else:
        assert film.pixels.dtype == np.uint8
        assert film.pixels.ndim == 2
