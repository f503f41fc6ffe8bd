"""DICOM's grey scale pipeline: stored values to eight bits, bone bright.

Modality LUT or rescale, then VOI LUT or window, then polarity (PS3.3 C.7.6.3, C.11.1,
C.11.2). It runs once over the grey levels and not over the pixels, so that a film of
ten million pixels takes milliseconds. The tables are applied here and not by pydicom:
its VOI function wraps round in a table of more than 256 entries of 8 bits, its
modality function does not take tables of 10 to 15 bits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from spondylo_mmpose.imaging.dicom_header import number_of, text_of
from spondylo_mmpose.imaging.tone import levels, robust_window, stretch

TONE_TAGS = (
    'ModalityLUTSequence',
    'RescaleSlope',
    'RescaleIntercept',
    'VOILUTSequence',
    'VOILUTFunction',
    'WindowCenter',
    'WindowWidth',
    'PixelPaddingValue',
    'PixelPaddingRangeLimit',
    'PresentationLUTShape',
    'PixelIntensityRelationshipSign',
)
"""Elements that :func:`show` looks at."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Shown:
    """A film in eight bits, and how it became so.

    Attributes:
        pixels: ``(H, W)`` uint8, bone bright, padding black.
        window: See :class:`.types.Radiograph`.
        inverted: Whether black and white were swapped.
        notes: What was contradictory.
    """

    pixels: NDArray[np.uint8]
    window: str
    inverted: bool
    notes: tuple[str, ...]


def show(stored: Array, dataset: Dataset) -> Shown:
    """Run the pipeline.

    Args:
        stored: ``(H, W)`` stored values.
        dataset: Header.
    """
    notes: list[str] = []
    values, index, counts = levels(stored)
    padded = _padded(values, counts, dataset)
    counts = np.where(padded, 0, counts)
    display, window = _window(values, counts, dataset, notes)
    inverted = _inverted(dataset, notes)
    if inverted:
        display = np.invert(display)
    display[padded] = 0
    return Shown(display[index], window, inverted, tuple(notes))


def _window(
    values: Array, counts: Array, dataset: Dataset, notes: list[str]
) -> tuple[NDArray[np.uint8], str]:
    """Grey levels of 0 to 255 for stored values, and the name of the window."""
    rescaled = _rescale(values, dataset, notes)
    for name, by in (
        ('dicom:VOILUTSequence', _voi_table),
        ('dicom:WindowCenter', _voi_window),
    ):
        share = by(rescaled, dataset, notes)
        if share is None:
            continue
        display = stretch(share, 0, 1)
        seen = display[counts > 0]
        if (counts > 0).sum() > 1 and (seen == seen[0]).all():
            notes.append(f'{name[6:]} leaves a single grey level; not used')
            continue
        return display, name
    bits = number_of(dataset, 'BitsStored')
    if values.dtype.kind != 'f' and bits is not None and bits <= 8:
        signed = number_of(dataset, 'PixelRepresentation') == 1
        lowest = -(2 ** (bits - 1)) if signed else 0
        ends = _rescale(np.array([lowest, lowest + 2**bits - 1]), dataset, [])
        return stretch(rescaled, float(ends.min()), float(ends.max())), 'none'
    return stretch(rescaled, *robust_window(rescaled, counts)), 'robust'


def _rescale(values: Array, dataset: Dataset, notes: list[str]) -> Array:
    table = _table(dataset, 'ModalityLUTSequence', notes)
    if table is not None:
        return _look_up(values, *table)[0]
    slope = number_of(dataset, 'RescaleSlope')
    intercept = number_of(dataset, 'RescaleIntercept') or 0.0
    if slope == 0:
        notes.append('RescaleSlope is zero; not used')
    return values * (slope or 1.0) + intercept


def _voi_table(values: Array, dataset: Dataset, notes: list[str]) -> Array | None:
    table = _table(dataset, 'VOILUTSequence', notes)
    if table is None:
        return None
    mapped, highest = _look_up(np.round(values), *table)
    return mapped / max(highest, 1)


def _voi_window(values: Array, dataset: Dataset, notes: list[str]) -> Array | None:
    """Position in the first window, 0 to 1 inside."""
    center = number_of(dataset, 'WindowCenter')
    width = number_of(dataset, 'WindowWidth')
    if center is None or width is None:
        return None
    function = text_of(dataset, 'VOILUTFunction') or 'LINEAR'
    if function not in ('LINEAR', 'LINEAR_EXACT', 'SIGMOID'):
        notes.append('VOILUTFunction is unknown; read as LINEAR')
        function = 'LINEAR'
    if width <= (1 if function == 'LINEAR' else 0):
        notes.append('WindowWidth is too small; not used')
        return None
    if function == 'SIGMOID':
        return 1 / (1 + np.exp((-4 * (values - center) / width).clip(-700, 700)))
    if function == 'LINEAR':
        center, width = center - 0.5, width - 1
    return (values - center) / width + 0.5


def _table(dataset: Dataset, name: str, notes: list[str]) -> tuple[Array, int] | None:
    """First look-up table of a sequence and the value that its first entry is for."""
    try:
        sequence = dataset.get(name)
        if not sequence:
            return None
        entries, first, depth = (int(n) for n in sequence[0].LUTDescriptor)
        data = sequence[0].LUTData
        if isinstance(data, bytes):
            order = '>' if dataset.original_encoding[1] is False else '<'
            wide = len(data) >= 2 * (entries or 65536)
            table = np.frombuffer(data, f'{order}u2' if wide else 'u1')
        else:
            table = np.array(data, ndmin=1)
        table = table[: entries or 65536].astype(np.int64)
        if not len(table) or depth < 1:
            raise ValueError
    # Malformed tables raise in many ways.
    except Exception:
        notes.append(f'{name} is malformed; not used')
        return None
    return table, first


def _look_up(values: Array, table: Array, first: int) -> tuple[Array, int]:
    """Mapped values, and the highest value that the table's bits can say.

    The bits are those that it uses: tables that declare 16 and fill 12 are common.
    """
    if first > max(values.max(), 32767):
        first -= 65536  # a negative number that was stored as an unsigned one
    index = (values - first).clip(0, len(table) - 1).astype(np.int64)
    return table[index], 2 ** int(table.max()).bit_length() - 1


def _padded(values: Array, counts: Array, dataset: Dataset) -> NDArray[np.bool_]:
    """Grey levels that fill the frame round the film, none if there is no other."""
    padding = number_of(dataset, 'PixelPaddingValue')
    if padding is None:
        return np.zeros(len(values), bool)
    limit = number_of(dataset, 'PixelPaddingRangeLimit')
    low, high = sorted((padding, padding if limit is None else limit))
    padded = (values >= low) & (values <= high)
    return padded if counts[~padded].sum() else np.zeros(len(values), bool)


def _inverted(dataset: Dataset, notes: list[str]) -> bool:
    """Whether low values stand for bright.

    MONOCHROME1 and the shape INVERSE say the same thing; together they invert once.
    """
    monochrome1 = text_of(dataset, 'PhotometricInterpretation') == 'MONOCHROME1'
    inverse = text_of(dataset, 'PresentationLUTShape') == 'INVERSE'
    if inverse and not monochrome1:
        notes.append('MONOCHROME2 with PresentationLUTShape INVERSE; inverted')
    inverted = monochrome1 or inverse
    # Where high values mean much X-ray, bone has low ones.
    sign = number_of(dataset, 'PixelIntensityRelationshipSign')
    if sign in (-1, 1) and inverted != (sign == 1):
        notes.append('PixelIntensityRelationshipSign says that bone is shown dark')
    return inverted
