import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from spondylo_mmpose.imaging import RadiographError, read_radiograph
from tests.test_imaging.helpers import ramp

GREY = (ramp(20, 31, 1) % 251).astype(np.uint8)
ORIENTATION, PHOTOMETRIC, SUBFILE = 274, 262, 254

# Where EXIF's orientations put the first row and the first column of what is stored.
AS_DISPLAYED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: a.T[:, ::-1],
    7: lambda a: a.T[::-1, ::-1],
    8: lambda a: a.T[::-1],
}


def encode(pixels, kind, mode=None, **options):
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    (image.convert(mode) if mode else image).save(buffer, kind, **options)
    return buffer.getvalue()


def oriented(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


@pytest.mark.parametrize('kind', ['PNG', 'BMP', 'TIFF'])
@pytest.mark.parametrize('mode', ['L', 'P', 'RGB', 'RGBA'])
def test_eight_bits_pass_unchanged(kind, mode):
    film = read_radiograph(encode(GREY, kind, mode))
    assert film.pixels.dtype == np.uint8
    assert (film.pixels == GREY).all()
    assert (film.format, film.bits, film.window) == (kind, 8, 'none')
    assert (film.width, film.height) == (31, 20)
    assert film.pixel_spacing_mm is None


def test_jpeg_is_what_the_decoder_gives():
    content = encode(GREY, 'JPEG', quality=90)
    film = read_radiograph(content)
    assert (film.format, film.bits) == ('JPEG', 8)
    expected = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert np.abs(film.pixels.astype(int) - expected).max() <= 1


def test_one_bit():
    bits = GREY > 100
    film = read_radiograph(encode(bits, 'PNG'))
    assert (film.pixels == bits * 255).all()
    assert film.bits == 1


def test_transparent_pixels_are_shown_on_black():
    opacity = np.full_like(GREY, 255)
    opacity[:, :10], opacity[:, 10:20] = 0, 51
    film = read_radiograph(encode(np.stack([GREY] * 3 + [opacity], -1), 'PNG'))
    assert film.pixels[:, :10].max() == 0
    fifth = np.floor(GREY[:, 10:20] * 0.2 + 0.5)
    assert (film.pixels[:, 10:20] == fifth).all()
    assert (film.pixels[:, 20:] == GREY[:, 20:]).all()


def test_grey_with_alpha():
    film = read_radiograph(encode(GREY, 'PNG', 'LA'))
    assert (film.pixels == GREY).all()


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('kind', ['PNG', 'TIFF'])
@pytest.mark.parametrize('deep', [False, True])
def test_orientation(kind, orientation, deep):
    stored = ramp(5, 7, 256) if deep else GREY
    content = encode(stored, kind, exif=oriented(orientation))
    film = read_radiograph(content)
    plain = read_radiograph(encode(stored, kind)).pixels
    assert (film.pixels == AS_DISPLAYED[orientation](plain)).all()
    assert film.turned == (orientation > 1)


@pytest.mark.parametrize('orientation', range(1, 9))
def test_orientation_of_jpeg(orientation):
    # Four flat quarters survive the compression.
    stored = np.kron(np.array([[10, 80], [150, 220]]), np.ones((16, 24)))
    content = encode(
        stored.astype(np.uint8), 'JPEG', quality=95, exif=oriented(orientation)
    )
    film = read_radiograph(content)
    expected = AS_DISPLAYED[orientation](stored)
    assert film.pixels.shape == expected.shape
    assert np.abs(film.pixels - expected).max() <= 3
    assert film.turned == (orientation > 1)


@pytest.mark.parametrize('orientation', [1, 3, 6])
@pytest.mark.parametrize('write', ['png', 'tiff'])
@pytest.mark.parametrize('channels', [3, 4])
def test_sixteen_bits_of_colour_are_not_cut_to_eight(write, channels, orientation):
    # 12 bits in 16: the upper eight alone would leave 16 levels.
    grey = ramp(20, 30, 5)
    colour = np.stack([grey] * 3 + [np.full_like(grey, 65535)], -1)[..., :channels]
    if write == 'png':
        _, encoded = cv2.imencode('.png', colour)
        content = with_exif(encoded.tobytes(), orientation)
    else:
        content = plain_tiff(colour, orientation)
    film = read_radiograph(content)
    plain = read_radiograph(encode(grey, 'PNG')).pixels
    assert (film.pixels == AS_DISPLAYED[orientation](plain)).all()
    assert (film.bits, film.window) == (16, 'robust')
    assert film.turned == (orientation != 1)


def plain_tiff(pixels, orientation):
    """An uncompressed TIFF of 16-bit colour, which Pillow cannot write."""
    height, width, channels = pixels.shape
    tags = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, channels, 200),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 300),
        (ORIENTATION, 3, 1, orientation),
        (277, 3, 1, channels),
        (278, 3, 1, height),
        (279, 4, 1, pixels.nbytes),
        *([(338, 3, 1, 2)] if channels == 4 else []),
    ]
    head = struct.pack('<2sHIH', b'II', 42, 8, len(tags))
    head += b''.join(struct.pack('<HHII', *tag) for tag in tags) + bytes(4)
    head = head.ljust(200, b'\0') + struct.pack('<4H', 16, 16, 16, 16)
    return head.ljust(300, b'\0') + pixels.astype('<u2').tobytes()


def with_exif(png, orientation):
    """Put an eXIf chunk behind the header of a PNG."""
    data = oriented(orientation).tobytes().removeprefix(b'Exif\x00\x00')
    chunk = b'eXIf' + data
    chunk = struct.pack('>I', len(data)) + chunk + struct.pack('>I', zlib.crc32(chunk))
    return png[:33] + chunk + png[33:]


@pytest.mark.parametrize('compression', [None, 'tiff_lzw', 'tiff_adobe_deflate'])
@pytest.mark.parametrize('dtype', ['uint16', 'int32', 'float32'])
def test_deep_tiff(dtype, compression):
    stored = ramp(25, 40, 1).astype(dtype) + np.array(1000, dtype)
    film = read_radiograph(encode(stored, 'TIFF', compression=compression))
    assert film.bits == stored.dtype.itemsize * 8
    assert film.window == 'robust'
    expected = (stored.astype(float) - 1005) / (1994 - 1005) * 255
    assert (film.pixels == np.floor(expected.clip(0, 255) + 0.5)).all()


def test_byte_order_of_tiff_does_not_matter():
    little = ramp(25, 40, 3)
    # Pillow writes big-endian samples only through its raw mode.
    big = Image.frombytes('I;16B', (40, 25), little.astype('>u2').tobytes())
    content = encode(big, 'TIFF')
    assert content[:2] == b'MM'
    expected = read_radiograph(encode(little, 'TIFF')).pixels
    assert (read_radiograph(content).pixels == expected).all()


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_white_is_zero(dtype):
    stored = np.array([[0, 60, 255]], dtype)
    # Pillow stores eight bits inverted when told so, and sixteen as they are.
    given = 255 - stored if dtype == np.uint8 else stored
    film = read_radiograph(encode(given, 'TIFF', tiffinfo={PHOTOMETRIC: 0}))
    assert film.inverted
    assert film.pixels.tolist() == [[255, 195, 0]]


def pages(*images, **options):
    first, *rest = (Image.fromarray(image) for image in images)
    return encode(first, 'TIFF', save_all=True, append_images=rest, **options)


def test_several_pages_are_refused():
    with pytest.raises(RadiographError, match='holds 2 images; save each film'):
        read_radiograph(pages(GREY, GREY))


def test_thumbnails_behind_the_film_are_passed_over():
    buffer = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(buffer) as writer:
        Image.fromarray(GREY).save(writer, 'TIFF')
        writer.newFrame()
        Image.fromarray(GREY[::4, ::4]).save(writer, 'TIFF', tiffinfo={SUBFILE: 1})
    film = read_radiograph(buffer.getvalue())
    assert (film.pixels == GREY).all()


def test_previews_of_a_telephone_are_passed_over():
    film, preview = Image.fromarray(GREY), Image.fromarray(GREY[::4, ::4])
    content = encode(film, 'MPO', save_all=True, append_images=[preview])
    read = read_radiograph(content)
    assert (read.format, read.width, read.height) == ('JPEG', 31, 20)


def test_a_bomb_is_not_unpacked():
    content = bytearray(encode(GREY, 'BMP'))
    content[18:26] = (40_000).to_bytes(4, 'little') * 2
    with pytest.raises(RadiographError, match='more'):
        read_radiograph(bytes(content))
    content[18:26] = (12_000).to_bytes(4, 'little') * 2
    with pytest.raises(RadiographError, match='claims 12000 x 12000 pixels'):
        read_radiograph(bytes(content))


WHOLE = {
    'jpeg': encode(GREY, 'JPEG'),
    'png': encode(GREY, 'PNG'),
    'png16': encode(ramp(), 'PNG'),
    'bmp': encode(GREY, 'BMP'),
    'tiff': encode(ramp(), 'TIFF'),
    'tiff_zip': encode(GREY, 'TIFF', compression='tiff_adobe_deflate'),
}


@pytest.mark.parametrize('kind', WHOLE)
def test_a_film_cut_anywhere_is_whole_or_an_error(kind):
    content = WHOLE[kind]
    whole = read_radiograph(content).pixels
    refused = 0
    for length in range(len(content)):
        try:
            film = read_radiograph(content[:length])
        except RadiographError as error:
            assert '\n' not in str(error)
            refused += 1
        else:  # nothing but an end mark is missing
            assert (film.pixels == whole).all()
    assert refused > 0.7 * len(content)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
    st.floats(0, 1),
)
def test_damage_never_raises_anything_else(kind, damage, keep):
    content = bytearray(WHOLE[kind])
    for place, value in damage:
        content[int(place * (len(content) - 1))] = value
    try:
        film = read_radiograph(bytes(content[: int(keep * len(content)) or 1]))
    except RadiographError as error:
        assert '\n' not in str(error)
    else:
        assert film.pixels.dtype == np.uint8
        assert film.pixels.ndim == 2
