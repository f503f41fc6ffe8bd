"""The overlay of a film as a Secondary Capture in the film's study."""

import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from spondylo_mmpose.dicom_output.equipment import common_elements
from spondylo_mmpose.dicom_output.kinds import CAPTURE
from spondylo_mmpose.dicom_output.source import Source
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.spine.anatomy import Facing

_ALONG_ROWS: dict[Facing, str] = {'left': 'P', 'right': 'A'}
"""Towards what the rows of a film run, by the side that is anterior."""


def overlay_capture(
    source: Source, picture: NDArray[np.uint8], report: SpineReport
) -> SCImage:
    """Make a Secondary Capture.

    It is uncompressed, so that every viewer shows it, and bears no pixel spacing: it
    was scaled, and has a panel beside the film.

    Args:
        source: The film.
        picture: ``(H, W, 3)`` BGR, of :func:`.report_overlay`.
        report: Of the film.
    """
    header = source.header
    facing = report.film.facing
    made = SCImage.from_ref_dataset(
        header,
        pixel_array=np.ascontiguousarray(picture[..., ::-1]),
        photometric_interpretation='RGB',
        bits_allocated=8,
        coordinate_system='PATIENT',
        # The constructor wants one; where it is not known it is emptied below.
        patient_orientation=(_ALONG_ROWS[facing or 'left'], 'F'),
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **common_elements(CAPTURE, 'Slip overlay', report),
    )
    made.copy_patient_and_study_information(header)
    if facing is None:
        made['PatientOrientation'].value = None
    made.ConversionType = 'WSD'  # a workstation made it
    made.BurnedInAnnotation = 'YES'
    made.DerivationDescription = (
        'Corners of vertebrae, slips and grades drawn on a scaled copy of the film, '
        f'with a panel of text. {report.notice}'
    )
    made.SourceImageSequence = [_reference(header)]
    made.ImageComments = report.notice
    if header.get('LossyImageCompression') in ('00', '01'):
        made.LossyImageCompression = header.LossyImageCompression
    return made


def _reference(header: Dataset) -> Dataset:
    item, purpose = Dataset(), Dataset()
    item.ReferencedSOPClassUID = header.SOPClassUID
    item.ReferencedSOPInstanceUID = header.SOPInstanceUID
    code = codes.DCM.SourceImageForImageProcessingOperation
    purpose.CodeValue = code.value
    purpose.CodingSchemeDesignator = code.scheme_designator
    purpose.CodeMeaning = code.meaning
    item.PurposeOfReferenceCodeSequence = [purpose]
    return item
