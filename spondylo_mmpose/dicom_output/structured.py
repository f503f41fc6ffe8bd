"""The measurements of a film as a structured report (DICOM TID 1500)."""

from highdicom.sr import (
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
)
from pydicom.sr.codedict import codes

from spondylo_mmpose.dicom_output import concepts
from spondylo_mmpose.dicom_output.equipment import (
    MANUFACTURER,
    algorithm_of,
    common_elements,
    new_uid,
    plain,
)
from spondylo_mmpose.dicom_output.groups import measurement_groups, text_item
from spondylo_mmpose.dicom_output.kinds import STRUCTURED
from spondylo_mmpose.dicom_output.source import Source
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.film_report.texts import warning_text


def measurement_report(source: Source, report: SpineReport) -> ComprehensiveSR:
    """Make a structured report.

    It is preliminary and not verified: no person has looked at it.

    Args:
        source: The film.
        report: Of it.

    Raises:
        ValueError: If nothing was found on the film.
    """
    header = source.header
    groups = list(measurement_groups(report, header, algorithm_of(report)))
    device = DeviceObserverIdentifyingAttributes(
        uid=new_uid(),
        name=MANUFACTURER,
        manufacturer_name=MANUFACTURER,
        model_name=plain(report.model.name),
    )
    context = ObservationContext(
        observer_device_context=ObserverContext(codes.DCM.Device, device)
    )
    content = MeasurementReport(
        context,
        procedure_reported=concepts.RADIOGRAPH,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    texts = [text_item(codes.DCM.Comment, report.notice)]
    texts += [
        text_item(concepts.WARNING, f'{one.severity}: {warning_text(report, one)}')
        for one in report.warnings
    ]
    content[0].ContentSequence.extend(texts)
    return ComprehensiveSR(
        evidence=[header],
        content=content[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        coding_schemes=concepts.SCHEMES,
        **common_elements(STRUCTURED, 'Slip measurements', report),
    )
