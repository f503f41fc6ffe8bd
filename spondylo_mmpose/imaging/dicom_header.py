"""What a DICOM header tells about scale, view and demographics of a radiograph."""

import math
import re
from collections.abc import Sequence
from typing import Any

from pydicom import Dataset

SPACING_TAGS = ('PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing')
"""Spacing elements, best first."""

HEADER_TAGS = (
    *SPACING_TAGS,
    'PixelSpacingCalibrationType',
    'EstimatedRadiographicMagnificationFactor',
    'PixelAspectRatio',
    'ViewPosition',
    'ViewCodeSequence',
    'PatientOrientation',
    'Modality',
    'PatientSex',
    'PatientAge',
    'BurnedInAnnotation',
)
"""Elements that :func:`read_header` looks at; there is no other way to a patient."""

_LARGEST_MM = 2000.0  # of a film's longer side; placeholders such as 1\1 exceed it
_YEARS = {'D': 365.25, 'W': 365.25 / 7, 'M': 12.0, 'Y': 1.0}
_LATERAL = {'LL', 'RL', 'LLAT', 'RLAT', 'LAT', 'LATERAL', 'LLD', 'RLD', 'L', 'R'}
_FRONTAL = {'AP', 'PA'}
_OBLIQUE = {'RLO', 'LLO', 'RAO', 'LAO', 'RPO', 'LPO', 'OBL', 'OBLIQUE'}


def read_header(dataset: Dataset) -> dict[str, Any]:
    """Fields of :class:`.types.Radiograph` that come from the header.

    Args:
        dataset: With ``Rows`` and ``Columns``; elements may be missing or malformed.
    """
    notes: list[str] = []
    view, facing = _view(dataset)
    return {
        **_spacing(dataset, notes),
        'view': view,
        'facing': facing,
        'upright': _upright(dataset),
        'modality': _modality(text_of(dataset, 'Modality')),
        'sex': {'M': 'M', 'F': 'F'}.get(text_of(dataset, 'PatientSex')),
        'age': _age(text_of(dataset, 'PatientAge')),
        'burned_in_text': {'YES': 'yes', 'NO': 'no'}.get(
            text_of(dataset, 'BurnedInAnnotation'), 'not told'
        ),
        'notes': tuple(notes),
    }


def text_of(dataset: Dataset, name: str) -> str:
    """An element as upper-case text, empty where it is missing or malformed."""
    value = _value(dataset, name)
    return str(value).strip().upper() if value is not None else ''


def numbers_of(dataset: Dataset, name: str) -> tuple[float, ...] | None:
    """An element as finite numbers; ``None`` where missing, empty or malformed."""
    value = _value(dataset, name)
    if value is None or value == '':
        return None
    several = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    try:
        numbers = tuple(float(item) for item in (value if several else [value]))
    except (TypeError, ValueError):
        return None
    return numbers if numbers and all(map(math.isfinite, numbers)) else None


def number_of(dataset: Dataset, name: str) -> float | None:
    """The first number of an element."""
    numbers = numbers_of(dataset, name)
    return numbers[0] if numbers else None


def _value(dataset: Dataset, name: str) -> Any:
    try:
        return dataset.get(name)
    # A malformed value raises when it is looked at, in many ways.
    except Exception:
        return None


def _spacing(dataset: Dataset, notes: list[str]) -> dict[str, Any]:
    """Spacing after DICOM PS3.3, 10.7: rows first in the file, x first here.

    Pixel Spacing is the one to measure with. Where it differs from the detector's
    spacing, or names a calibration, it was corrected for magnification; where it equals
    the detector's it was not.
    """
    found: dict[str, tuple[float, float]] = {}
    for name in SPACING_TAGS:
        spacing = _pair(dataset, name, notes)
        if spacing:
            found[name] = spacing
    result: dict[str, Any] = {
        'magnification': _magnification(dataset),
        'pixel_aspect': _aspect(dataset),
    }
    if not found:
        return result
    name = next(iter(found))
    x, y = found[name]
    return {
        **result,
        'pixel_spacing_mm': (x, y),
        'spacing_origin': f'dicom:{name}',
        'spacing_plane': _plane(dataset, name, found),
        'pixel_aspect': x / y,
    }


def _pair(dataset: Dataset, name: str, notes: list[str]) -> tuple[float, float] | None:
    """Spacing ``(x, y)`` of one element."""
    if name not in dataset or dataset.get_item(name).value in (None, b'', ''):
        return None
    numbers = numbers_of(dataset, name)
    if numbers is None or len(numbers) != 2:
        notes.append(f'{name} is not two numbers; not used')
        return None
    y, x = numbers
    if x <= 0 or y <= 0:
        notes.append(f'{name} is not above zero; not used')
        return None
    columns = number_of(dataset, 'Columns') or 0
    rows = number_of(dataset, 'Rows') or 0
    if max(x * columns, y * rows) > _LARGEST_MM:
        notes.append(
            f'{name} would make the film more than {_LARGEST_MM / 1000:g} m long; '
            'not used'
        )
        return None
    return x, y


def _plane(
    dataset: Dataset, name: str, found: dict[str, tuple[float, float]]
) -> str | None:
    if name != 'PixelSpacing':
        return 'detector'
    if text_of(dataset, 'PixelSpacingCalibrationType') in ('GEOMETRY', 'FIDUCIAL'):
        return 'patient'
    detector = [found[other] for other in SPACING_TAGS[1:] if other in found]
    if not detector:
        return None
    same = all(
        math.isclose(a, b, rel_tol=1e-3)
        for a, b in zip(found[name], detector[0], strict=True)
    )
    return 'detector' if same else 'patient'


def _magnification(dataset: Dataset) -> float | None:
    factor = number_of(dataset, 'EstimatedRadiographicMagnificationFactor')
    return factor if factor and factor >= 1 else None


def _aspect(dataset: Dataset) -> float | None:
    """Spacing in x over spacing in y from PixelAspectRatio (vertical, horizontal)."""
    ratio = numbers_of(dataset, 'PixelAspectRatio')
    if ratio is None or len(ratio) != 2 or min(ratio) <= 0:
        return None
    return ratio[1] / ratio[0]


def _view(dataset: Dataset) -> tuple[str | None, str | None]:
    """View and facing.

    ViewPosition first, then the view's code, then the orientation: the rows of a
    lateral film run to the anterior or to the posterior of the patient.
    """
    axis = _orientation(dataset)[0][:1]
    view = None
    position = text_of(dataset, 'ViewPosition').replace('_', '').replace(' ', '')
    if position in _FRONTAL:
        view = 'ap'
    elif position in _LATERAL:
        view = 'lateral'
    elif position in _OBLIQUE:
        view = 'oblique'
    else:
        view = _coded_view(dataset) or (
            {'A': 'lateral', 'P': 'lateral', 'L': 'ap', 'R': 'ap'}.get(axis)
        )
    facing = {'A': 'right', 'P': 'left'}.get(axis) if view == 'lateral' else None
    return view, facing


def _upright(dataset: Dataset) -> bool | None:
    """Whether the head is at the top, by the direction of the columns, or the rows."""
    rows, columns = (direction[:1] for direction in _orientation(dataset))
    if columns in ('F', 'H'):
        return columns == 'F'
    return False if rows in ('F', 'H') else None


def _orientation(dataset: Dataset) -> tuple[str, str]:
    """Where in the patient rows and columns run to, such as ``('A', 'F')``."""
    value = _value(dataset, 'PatientOrientation')
    if value is None:
        return '', ''
    several = [value] if isinstance(value, (str, bytes)) else list(value)
    rows, columns = [*(str(one).strip().upper() for one in several), '', ''][:2]
    return rows, columns


def _coded_view(dataset: Dataset) -> str | None:
    sequence = _value(dataset, 'ViewCodeSequence')
    meaning = text_of(sequence[0], 'CodeMeaning').lower() if sequence else ''
    meaning = re.sub(r'[^a-z]', '', meaning)
    if 'oblique' in meaning:
        return 'oblique'
    if 'lateral' in meaning and 'bilateral' not in meaning:
        return 'lateral'
    frontal = ('anteroposterior', 'posteroanterior')
    return 'ap' if any(word in meaning for word in frontal) else None


def _modality(text: str) -> str | None:
    """The code; anything longer is no code of the standard's."""
    return text if re.fullmatch('[A-Z]{2}', text) else None


def _age(text: str) -> int | None:
    """Completed years of DICOM's age, such as ``045Y`` or ``018M``."""
    match = re.fullmatch(r'(\d{1,3})([DWMY])', text)
    return int(int(match[1]) / _YEARS[match[2]]) if match else None
