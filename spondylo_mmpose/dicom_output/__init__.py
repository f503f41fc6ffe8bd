"""What was measured on a DICOM film, as DICOM objects of its own study.

Importing this package imports neither highdicom nor pydicom.
"""

from spondylo_mmpose.dicom_output.kinds import CAPTURE, KINDS, STRUCTURED, parse_kinds
from spondylo_mmpose.dicom_output.many import DicomOutputs
from spondylo_mmpose.dicom_output.writing import write_dicom

__all__ = [
    'CAPTURE',
    'KINDS',
    'STRUCTURED',
    'DicomOutputs',
    'parse_kinds',
    'write_dicom',
]
