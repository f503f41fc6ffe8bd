"""The film that outputs are about, as they must refer to it.

This is the one place of the package that reads who is on a film: outputs belong to the
same patient and study. Nothing of it is printed, logged or put into messages.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom import Dataset
from pydicom.uid import UID
from pydicom.valuerep import DA, TM

from spondylo_mmpose.dicom_output.kinds import NO_STUDY, NotAttachedError
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.imaging.dicom_header import number_of
from spondylo_mmpose.utils.io import file_digest
from spondylo_mmpose.utils.silence import no_warnings

_NEEDED = ('SOPClassUID', 'SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID')
_OF_PATIENT = ('PatientID', 'PatientName')
# Type 2 in what is written: there, but perhaps empty.
_MAY_BE_EMPTY = (
    *_OF_PATIENT,
    'PatientBirthDate',
    'PatientSex',
    'AccessionNumber',
    'StudyID',
    'StudyDate',
    'StudyTime',
    'ReferringPhysicianName',
)


_FORMS: Mapping[str, Callable[[Any], Any]] = {'DA': DA, 'TM': TM}


@dataclass(frozen=True, eq=False)
class Source:
    """A film's header.

    Attributes:
        header: Its elements without the pixels.
        notes: What outputs lack because it lacks it, one line each.
    """

    header: Dataset
    notes: tuple[str, ...] = ()


def read_source(path: str | Path, report: SpineReport) -> Source:
    """Read the header of the film that a report is about.

    Args:
        path: The film.
        report: Of it.

    Raises:
        NotAttachedError: It is no DICOM file or not the one of the report, holds
            several frames, or lacks what outputs must refer to.
    """
    if report.film.format != 'DICOM':
        raise NotAttachedError(NO_STUDY)
    if report.film.sha256_of != 'file' or file_digest(Path(path)) != report.film.sha256:
        raise NotAttachedError('is not the film of this report; measure it again')
    try:
        with no_warnings():  # they may quote values of the header
            header = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            return _checked(header)
    except NotAttachedError:
        raise
    # pydicom raises many kinds of errors on broken data; their texts quote it.
    except Exception as error:
        raise NotAttachedError(
            f'has a header that cannot be read as a whole ({type(error).__name__})'
        ) from error


def _checked(header: Dataset) -> Source:
    if (number_of(header, 'NumberOfFrames') or 1) > 1:
        raise NotAttachedError(
            'holds several frames; export the film as a single image'
        )
    for name in _NEEDED:
        value = header.get(name)
        if not value or not UID(str(value)).is_valid:
            raise NotAttachedError(
                f'has no valid {name}, to which outputs must refer; export the film '
                'from the archive again'
            )
    if 'Image Storage' not in UID(header.SOPClassUID).name:
        raise NotAttachedError(
            'is of a kind (SOP class) that is no image of the standard'
        )
    return Source(header, tuple(_emptied(header)))


def _emptied(header: Dataset) -> Iterator[str]:
    """Empty what is malformed, add what is missing, and tell of it."""
    missing = [name for name in _OF_PATIENT if not _usable(header, name)]
    if missing:
        yield f'{" and ".join(missing)} missing in the film, empty in its outputs'
    for name in _MAY_BE_EMPTY:
        if name not in header:
            setattr(header, name, None)
        elif not _usable(header, name) and header[name].value not in (None, ''):
            setattr(header, name, None)
            yield f'{name} malformed in the film, empty in its outputs'


def _usable(header: Dataset, name: str) -> bool:
    value: Any = header.get(name)
    if value in (None, ''):
        return False
    if name == 'PatientSex':
        return value in ('M', 'F', 'O')
    try:
        _FORMS.get(header[name].VR, str)(value)
    except ValueError:
        return False
    return True
