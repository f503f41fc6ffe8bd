"""DICOM radiographs by pydicom, without a look at who is on them."""

import io
import re
import zlib
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels import apply_color_lut, get_decoder, pixel_array
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from spondylo_mmpose.errors import one_line
from spondylo_mmpose.imaging.dicom_header import (
    HEADER_TAGS,
    number_of,
    read_header,
    text_of,
)
from spondylo_mmpose.imaging.dicom_kinds import is_own, known_name
from spondylo_mmpose.imaging.dicom_tone import TONE_TAGS, show
from spondylo_mmpose.imaging.guarded import in_child
from spondylo_mmpose.imaging.tone import to_eight_bits, to_grey
from spondylo_mmpose.imaging.types import (
    MAX_PIXELS,
    Radiograph,
    RadiographError,
    check_size,
)
from spondylo_mmpose.utils.silence import no_warnings

_PIXEL_TAGS = (
    'SOPClassUID',
    'Manufacturer',
    'SamplesPerPixel',
    'PhotometricInterpretation',
    'PlanarConfiguration',
    'NumberOfFrames',
    'Rows',
    'Columns',
    'BitsAllocated',
    'BitsStored',
    'HighBit',
    'PixelRepresentation',
    'RedPaletteColorLookupTableDescriptor',
    'GreenPaletteColorLookupTableDescriptor',
    'BluePaletteColorLookupTableDescriptor',
    'RedPaletteColorLookupTableData',
    'GreenPaletteColorLookupTableData',
    'BluePaletteColorLookupTableData',
    'ExtendedOffsetTable',
    'ExtendedOffsetTableLengths',
    'FloatPixelData',
    'DoubleFloatPixelData',
    'PixelData',
)
_STARTS = (b'\x02\x00', b'\x08\x00', b'\x00\x08')
_MAX_INFLATED = 2 * MAX_PIXELS
_DAMAGED = 'damaged or cut short; copy or export the film again'


def is_dicom(content: bytes) -> bool:
    """Whether it is a DICOM file, with its preamble or without."""
    if content[128:132] == b'DICM':
        return True
    # Without preamble a data set begins with an element of group 2 or 8.
    return content[:2] in _STARTS and 0 in content[2:4] and len(content) > 8


def read_dicom(content: bytes) -> Radiograph:
    """Read a DICOM file as a radiograph.

    Only elements named in this package are read: none that names or numbers the
    patient, the hospital or the study.

    Args:
        content: The file.

    Raises:
        RadiographError: If it holds no image, several, or one that is damaged or too
            large, or of a compression that cannot be decoded.
    """
    try:
        # Warnings of pydicom may quote values of the header.
        with no_warnings():
            return _read(content)
    except RadiographError:
        raise
    # pydicom and the decoders raise many kinds of errors on broken data.
    except Exception as error:
        raise RadiographError(
            f'cannot be read as an image: DICOM {_DAMAGED} ({_without_values(error)})'
        ) from error


def _read(content: bytes) -> Radiograph:
    _refuse_inflation(content)
    tags = [*_PIXEL_TAGS, *TONE_TAGS, *HEADER_TAGS]
    dataset = pydicom.dcmread(io.BytesIO(content), force=True, specific_tags=tags)
    _refuse_unfit(dataset)
    header = read_header(dataset)
    stored = _decode(dataset)
    bits = int(number_of(dataset, 'BitsStored') or stored.dtype.itemsize * 8)
    colour = text_of(dataset, 'PhotometricInterpretation')
    if colour == 'PALETTE COLOR':
        stored = apply_color_lut(stored, dataset)[..., :3]
    if stored.ndim == 3:
        grey = to_grey(stored[..., :3])
        return Radiograph(
            pixels=to_eight_bits(grey),
            format='DICOM',
            bits=bits,
            window='none' if grey.dtype == np.uint8 else 'robust',
            **header,
        )
    shown = show(stored, dataset)
    notes = (*header.pop('notes'), *shown.notes)
    return Radiograph(
        pixels=shown.pixels,
        format='DICOM',
        bits=bits,
        window=shown.window,
        inverted=shown.inverted,
        notes=notes,
        **header,
    )


def _refuse_unfit(dataset: pydicom.Dataset) -> None:
    data = ('PixelData', 'FloatPixelData', 'DoubleFloatPixelData')
    if not any(dataset.get(name) for name in data):
        kind = known_name(dataset.get('SOPClassUID')) or 'of unknown kind'
        raise RadiographError(
            f'cannot be read as an image: DICOM without pixels ({kind}); choose the '
            'file that holds the film'
        )
    if is_own(dataset):
        raise RadiographError(
            'is a drawing that this program made of a film; choose the file that holds '
            'the film'
        )
    frames = number_of(dataset, 'NumberOfFrames') or 1
    if frames > 1:
        raise RadiographError(
            f'cannot be read as one film: DICOM with {frames:.0f} frames; export the '
            'film as a single image'
        )
    check_size(
        int(number_of(dataset, 'Columns') or 0), int(number_of(dataset, 'Rows') or 0)
    )


def _decode(dataset: pydicom.Dataset) -> NDArray[Any]:
    """Stored values, ``(H, W)``, or ``(H, W, 3)`` RGB."""
    meta = dataset.file_meta
    if not meta.get('TransferSyntaxUID'):
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    syntax = meta.TransferSyntaxUID
    try:
        decodable = get_decoder(syntax).is_available
    except NotImplementedError:
        decodable = False
    if not decodable:
        raise RadiographError(
            f'cannot be read as an image: DICOM in {_compression(syntax)}, which '
            'cannot be decoded here; '
            'export the film uncompressed or as lossless JPEG'
        )
    if syntax.is_encapsulated and syntax != RLELossless:
        return in_child(lambda: pixel_array(dataset))
    # Old files may keep the value in the upper bits; pydicom takes the lower ones.
    bits = int(number_of(dataset, 'BitsStored') or 0)
    above = int(number_of(dataset, 'HighBit') or 0) + 1 - bits
    if not 0 < above <= (number_of(dataset, 'BitsAllocated') or 0) - bits:
        return pixel_array(dataset)
    dataset.BitsStored = bits + above
    stored = pixel_array(dataset) >> above
    dataset.BitsStored = bits
    return stored


def _compression(syntax: UID) -> str:
    name = known_name(syntax)
    return f'compression {name}' if name else 'an unknown compression'


def _without_values(error: Exception) -> str:
    """An error without the values that its text quotes.

    In a damaged file an element may reach into its neighbours, the patient's name too.
    """
    quoted = r"""(?<!\w)(?:b|u|r)?(['"]).*?(?:\1(?!\w)|$)"""
    return re.sub(quoted, '...', one_line(error))


def _refuse_inflation(content: bytes) -> None:
    """Refuse a deflated file that would become larger than any film."""
    if DeflatedExplicitVRLittleEndian.encode() not in content[128:1024]:
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    # The length of the meta information, which is never deflated, is its first element.
    start = 144 + int.from_bytes(content[140:144], 'little')
    inflate.decompress(content[start:], _MAX_INFLATED)
    if inflate.unconsumed_tail:
        raise RadiographError(
            'cannot be read as an image: deflated DICOM that is larger than any '
            'radiograph; export the film again'
        )
