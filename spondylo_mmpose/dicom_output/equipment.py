"""What every output says of the program that made it."""

from typing import Any

from highdicom.sr import AlgorithmIdentification
from pydicom.uid import generate_uid

from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.imaging.dicom_kinds import MANUFACTURER

SERIES = {'sc': 9901, 'sr': 9902}
"""Numbers of the new series; beyond those that a device counts."""

_LONGEST = 64  # characters of a short text (VR LO)


def plain(text: str) -> str:
    """A text in ASCII, which every character set of DICOM has."""
    return text.encode('ascii', 'replace').decode()


def new_uid() -> str:
    """A UID that nothing else has, out of a UUID: no root of anybody's is used."""
    return str(generate_uid(prefix=None))


def common_elements(kind: str, description: str, report: SpineReport) -> dict[str, Any]:
    """Arguments of the constructors of both kinds: a new series, the program, its use.

    Args:
        kind: Of the output.
        description: Of its series.
        report: What is told.
    """
    return {
        'series_instance_uid': new_uid(),
        'series_number': SERIES[kind],
        'series_description': f'{description}, research use only',
        'sop_instance_uid': new_uid(),
        'instance_number': 1,
        'manufacturer': MANUFACTURER,
        'manufacturer_model_name': plain(report.model.name)[:_LONGEST],
        'software_versions': report.package_version,
        'content_qualification': 'RESEARCH',
    }


def algorithm_of(report: SpineReport) -> AlgorithmIdentification:
    """Name and version of the model, and digests of its files and thresholds."""
    model = report.model
    options = report.options
    digests = [
        f'{part.role}: config {part.config} sha256 {part.config_sha256}, '
        f'weights {part.weights} sha256 {part.weights_sha256}'
        for part in model.parts
    ]
    if model.calibration_sha256:
        digests.append(f'calibration sha256 {model.calibration_sha256}')
    told = [
        *digests,
        f'score threshold {options.score_threshold:g}',
        f'grade 0 below a slip of {options.no_slip_threshold:g} %',
    ]
    return AlgorithmIdentification(
        name=plain(f'{MANUFACTURER} {model.name}'),
        version=report.package_version,
        parameters=[plain(text) for text in told],
        manufacturer=MANUFACTURER,
    )
