"""One film in every format that the loader reads."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

DEEP_BITS = 14


def encode_film(grey: NDArray[np.uint8]) -> dict[str, bytes]:
    """Write a film in each format.

    Args:
        grey: ``(H, W)``; deep formats get it in 14 bits, with values in between.

    Returns:
        Content of the file by the name of the format.
    """
    noise = np.random.default_rng(0).integers(0, 64, grey.shape)
    deep = (grey.astype(np.int64) * 2 ** (DEEP_BITS - 8) + noise).astype(np.uint16)
    return {
        'JPEG': _raster(grey, 'JPEG', quality=95),
        'PNG': _raster(grey, 'PNG'),
        'BMP': _raster(grey, 'BMP'),
        'TIFF': _raster(grey, 'TIFF'),
        'PNG 16 bit': _raster(deep, 'PNG'),
        'TIFF 16 bit, deflated': _raster(deep, 'TIFF', compression='tiff_deflate'),
        'DICOM 14 bit': _dicom(deep),
        'DICOM 14 bit, RLE': _dicom(deep, RLELossless),
        'DICOM 14 bit, JPEG 2000': _dicom(deep, JPEG2000Lossless),
    }


def _raster(pixels: NDArray[np.generic], kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def _dicom(pixels: NDArray[np.uint16], syntax: str = ExplicitVRLittleEndian) -> bytes:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = DigitalXRayImageStorageForPresentation
    made.SOPInstanceUID = '1.2.3'
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, 'MONOCHROME1'
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, DEEP_BITS, DEEP_BITS - 1
    made.PixelRepresentation = 0
    made.PixelSpacing = [0.15, 0.15]
    made.PixelData = pixels.tobytes()
    if syntax == RLELossless:
        made.compress(RLELossless)
    elif syntax == JPEG2000Lossless:
        made.PixelData = encapsulate([_raster(pixels, 'JPEG2000', no_jp2=True)])
        made['PixelData'].is_undefined_length = True
        made.file_meta.TransferSyntaxUID = JPEG2000Lossless
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
