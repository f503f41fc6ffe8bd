"""JPEG, PNG, BMP and TIFF by Pillow, in all their grey levels."""

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
)

from spondylo_mmpose.errors import one_line
from spondylo_mmpose.imaging.tone import to_eight_bits, to_grey
from spondylo_mmpose.imaging.types import Radiograph, RadiographError, check_size
from spondylo_mmpose.utils.silence import no_warnings

# Pillow knows a format only once its module is loaded.
_FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    BmpImagePlugin.BmpImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
)
# A telephone's JPEG with previews behind the photograph.
_NAMES = {'MPO': 'JPEG'}
_ORIENTATION, _PHOTOMETRIC, _BITS, _SUBFILE = 274, 262, 258, 254
_WHITE_IS_ZERO = 0
_REDUCED_OR_MASK = 0b101  # bits of TIFF's NewSubfileType


def read_raster(content: bytes) -> Radiograph:
    """Read a raster image as a radiograph.

    A TIFF of several pages is taken only if all but the first are thumbnails or masks;
    an animated PNG is not taken. Half transparent pixels are shown on black.

    Args:
        content: The file.

    Raises:
        RadiographError: If it is none of the formats, cut short, damaged, too large,
            or holds several images.
    """
    try:
        # They are of metadata and sizes; both are judged.
        with (
            no_warnings(),
            Image.open(io.BytesIO(content), formats=_FORMATS) as image,
        ):
            return _read(image, content)
    except RadiographError:
        raise
    except UnidentifiedImageError as error:
        raise RadiographError(
            'cannot be read as an image: neither JPEG, PNG, BMP, TIFF nor DICOM, or '
            'damaged at its beginning; save the film as one of them'
        ) from error
    except Image.DecompressionBombError as error:
        raise RadiographError(
            'cannot be read as an image: claims more pixels than any radiograph; '
            'scale it down or export the film again'
        ) from error
    # Pillow's decoders raise many kinds of errors on broken data.
    except Exception as error:
        raise RadiographError(
            f'cannot be read as an image: damaged or cut short ({one_line(error)}); '
            'copy or export the film again'
        ) from error


def _read(image: Any, content: bytes) -> Radiograph:
    kind = _NAMES.get(image.format, image.format)
    check_size(*image.size)
    _refuse_several(image, kind)
    tags = dict(image.tag_v2) if kind == 'TIFF' else {}
    bits = _bits(image, tags)
    # Loading a TIFF turns it and forgets the tag; a PNG may have it at its end.
    orientation = tags.get(_ORIENTATION)
    image.load()
    if orientation is None:
        orientation = image.getexif().get(_ORIENTATION, 1)
    if bits == 16 and image.mode in ('RGB', 'RGBA'):
        pixels = _deep_colour(content, image, kind, orientation)
    else:
        pixels = _grey(ImageOps.exif_transpose(image))
        if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and pixels.dtype != np.uint8:
            # Pillow inverts images of 8 bits and less itself.
            deep = pixels.dtype == np.uint16
            pixels = ~pixels if deep else -pixels.astype(np.float64)
    grey = to_eight_bits(pixels)
    return Radiograph(
        pixels=np.ascontiguousarray(grey),
        format=kind,
        bits=bits,
        turned=orientation in range(2, 9),
        window='none' if pixels.dtype == np.uint8 else 'robust',
        inverted=tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO,
    )


def _refuse_several(image: Any, kind: str) -> None:
    number = 1 if image.format == 'MPO' else getattr(image, 'n_frames', 1)
    for page in range(1, number):
        if kind == 'TIFF':
            image.seek(page)
            if image.tag_v2.get(_SUBFILE, 0) & _REDUCED_OR_MASK:
                continue
        raise RadiographError(
            f'cannot be read as one film: holds {number} images; save each film as a '
            'file of its own'
        )
    if number > 1:
        image.seek(0)


def _bits(image: Any, tags: dict[int, Any]) -> int:
    """Bits per channel in the file; for a palette those of the index."""
    if tags:
        return int(max(tags.get(_BITS, (1,))))
    raw = image.tile[0][3] if image.tile else ''
    depth = raw.partition(';')[2].rstrip('BLNS') if isinstance(raw, str) else ''
    if image.format == 'PNG' and depth.isdigit():
        return int(depth)
    return 1 if image.mode == '1' else 8


def _grey(image: Any) -> NDArray[Any]:
    """``(H, W)`` grey levels in the depth that Pillow gives."""
    if image.mode == 'L' or image.mode[0] in 'IF':
        grey = np.asarray(image)
        return grey.astype(grey.dtype.newbyteorder('='), copy=False)
    if image.mode == '1':
        return np.asarray(image.convert('L'))
    alpha = image.mode.lower() in ('la', 'pa', 'rgba')
    if alpha or (image.mode == 'P' and 'transparency' in image.info):
        *colour, opacity = np.moveaxis(np.asarray(image.convert('RGBA')), -1, 0)
        return _on_black(to_grey(np.stack(colour, -1)), opacity)
    return to_grey(np.asarray(image.convert('RGB')))


def _on_black(grey: NDArray[Any], opacity: NDArray[Any]) -> NDArray[Any]:
    full = np.iinfo(grey.dtype).max
    if (opacity == full).all():
        return grey
    shown = grey.astype(np.uint32) * opacity + full // 2
    return (shown // full).astype(grey.dtype)


def _deep_colour(
    content: bytes, image: Any, kind: str, orientation: int
) -> NDArray[Any]:
    """Grey of 16-bit colour, of which Pillow keeps only the upper half.

    Pillow has decoded it before, so that it is known to be whole.
    """
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        return _grey(ImageOps.exif_transpose(image))
    grey = to_grey(decoded[..., 2::-1]) if decoded.ndim == 3 else decoded
    if decoded.ndim == 3 and decoded.shape[2] == 4:
        grey = _on_black(grey, decoded[..., 3])
    if kind == 'TIFF':  # OpenCV has turned it
        return grey
    stored = Image.fromarray(grey)
    stored.getexif()[_ORIENTATION] = orientation
    return np.asarray(ImageOps.exif_transpose(stored))
