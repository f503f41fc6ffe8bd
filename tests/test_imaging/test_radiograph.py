import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.imaging import IMAGE_SUFFIXES, RadiographError, read_radiograph
from tests.test_imaging.helpers import dicom, ramp
from tests.test_imaging.test_raster import GREY, WHOLE


@pytest.mark.parametrize('name', ['film.png', 'film.dcm', 'film'])
def test_the_content_decides_not_the_suffix(tmp_path, name):
    path = tmp_path / name
    for content, kind in [
        (WHOLE['jpeg'], 'JPEG'),
        (WHOLE['bmp'], 'BMP'),
        (dicom(ramp()), 'DICOM'),
    ]:
        path.write_bytes(content)
        from_file, from_bytes = read_radiograph(path), read_radiograph(content)
        assert from_file.format == from_bytes.format == kind
        assert (from_file.pixels == from_bytes.pixels).all()
        assert (read_radiograph(str(path)).pixels == from_bytes.pixels).all()


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'', 'is empty; copy or export the film again'),
        (b'text', 'neither JPEG, PNG, BMP, TIFF nor DICOM'),
        (b'%PDF-1.7', 'is a PDF document; save the film as PNG'),
        (b'PK\x03\x04', 'is a zip archive'),
        (b'\x1f\x8b\x08', 'is gzip-compressed'),
        (b'<html>', r'is text \(HTML or XML\)'),
        (b'GIF89a', 'is a GIF'),
        (b'version https://git-lfs.github.com/spec/v1', 'is a Git LFS pointer'),
        (b'\x89PNG\r\n\x1a\n', 'cannot be read as an image'),
    ],
)
def test_other_content_is_told(content, reason):
    with pytest.raises(RadiographError, match=reason):
        read_radiograph(content)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(RadiographError, match=r'cannot be read \(No such file'):
        read_radiograph(tmp_path / 'none.png')
    with pytest.raises(RadiographError, match='is no file; name a file'):
        read_radiograph(tmp_path)


def test_the_reason_does_not_name_the_file(tmp_path):
    path = tmp_path / 'Doe_Jane.png'
    path.write_bytes(b'text')
    with pytest.raises(RadiographError) as caught:
        read_radiograph(path)
    assert 'Doe' not in str(caught.value)


BEGINNINGS = [
    b'',
    b'II*\x00',
    b'MM\x00*',
    b'BM',
    b'\xff\xd8\xff',
    b'\x89PNG\r\n\x1a\n',
    b'\x00' * 128 + b'DICM',
    b'\x08\x00\x05\x00CS',
    b'\x02\x00\x00\x00UL\x04\x00',
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=400))
def test_random_bytes_never_raise_anything_else(start, rest):
    try:
        film = read_radiograph(start + rest)
    except RadiographError as error:
        assert '\n' not in str(error)
    else:
        assert film.pixels.dtype == np.uint8


def test_suffixes_are_lower_case_with_a_dot():
    assert all(s.startswith('.') and s == s.lower() for s in IMAGE_SUFFIXES)
    assert {'.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.dcm'} <= {
        *IMAGE_SUFFIXES
    }


def test_the_record_cannot_be_changed():
    film = read_radiograph(WHOLE['png'])
    with pytest.raises(AttributeError):
        film.view = 'ap'
    assert film.pixels.flags['C_CONTIGUOUS']
    assert (film.pixels == GREY).all()
