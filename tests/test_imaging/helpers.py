"""DICOM files made for the tests."""

import io
import tempfile
from pathlib import Path

import gdcm
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

SECRET = 'Doe^Jane'


def dataset(pixels, **elements):
    """A DX image; ``elements`` are set, or left out where ``None``."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = DigitalXRayImageStorageForPresentation
    made.SOPInstanceUID = '1.2.3.4'
    made.PatientName, made.PatientID = SECRET, 'MRN-4711'
    made.Modality = 'DX'
    made.Rows, made.Columns = pixels.shape[:2]
    made.SamplesPerPixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    made.PhotometricInterpretation = 'MONOCHROME2' if pixels.ndim == 2 else 'RGB'
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    bits = pixels.itemsize * 8
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, bits, bits - 1
    made.PixelRepresentation = int(pixels.dtype.kind == 'i')
    made.PixelData = pixels.tobytes()
    made['PixelData'].VR = 'OW' if bits > 8 else 'OB'
    if 'BitsStored' in elements:
        made.HighBit = elements['BitsStored'] - 1
    for name, value in elements.items():
        if value is None:
            del made[name]
        else:
            setattr(made, name, value)
    return made


def saved(made, **options):
    """Content of a DICOM file."""
    buffer = io.BytesIO()
    made.save_as(buffer, **{'enforce_file_format': True, **options})
    return buffer.getvalue()


def dicom(pixels, **elements):
    """Content of a DX image file."""
    return saved(dataset(pixels, **elements))


def encapsulated(made, stream, syntax):
    """Content of a file whose pixels are a compressed stream."""
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate([stream])
    made['PixelData'].is_undefined_length = True
    return saved(made)


def recompressed(content, syntax):
    """The same film in another transfer syntax, written by GDCM."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, 'a.dcm'), Path(folder, 'b.dcm')
        source.write_bytes(content)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(source))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(str(target))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
        return target.read_bytes()


def ramp(height=32, width=24, step=16, dtype=np.uint16):
    """Every pixel a different value, rising row by row."""
    return (np.arange(height * width).reshape(height, width) * step).astype(dtype)
