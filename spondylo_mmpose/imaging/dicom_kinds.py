"""Which DICOM objects are films: not all that lies in a study has a picture of one."""

from pathlib import Path
from typing import Any

import pydicom
from pydicom.uid import UID

from spondylo_mmpose.imaging.dicom_header import text_of

MANUFACTURER = 'spondylo_mmpose'
"""Of what this package writes as DICOM."""

_IMAGES = 'Image Storage'  # stands in the name of every class of images


def is_own(dataset: pydicom.Dataset) -> bool:
    """Whether this package made an object: a drawing or a report, no film."""
    return text_of(dataset, 'Manufacturer') == MANUFACTURER.upper()


def known_name(uid: Any) -> str | None:
    """Name of a UID of the standard; what else a damaged file has there may be private.

    pydicom's name of an unknown UID is the UID.
    """
    return str(uid.name) if isinstance(uid, UID) and uid.name != uid else None


def may_be_film(path: Path) -> bool:
    """Whether a DICOM file of a folder is to be looked at as a film.

    Reports, presentation states, directories and what this package wrote are not; what
    is of a class that is not known, or cannot be read, may be one.
    """
    tags = ['SOPClassUID', 'Manufacturer']
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags)
        told = dataset.file_meta.get('MediaStorageSOPClassUID')
        kind = known_name(dataset.get('SOPClassUID', told))
        return not is_own(dataset) and (kind is None or _IMAGES in kind)
    # A damaged file raises in many ways; whoever reads it tells how.
    except Exception:
        return True
