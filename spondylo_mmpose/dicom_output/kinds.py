"""Kinds of DICOM outputs, and the library that writes them."""

import importlib.util

from spondylo_mmpose.errors import SpondyloError

CAPTURE, STRUCTURED = 'sc', 'sr'

KINDS = {
    CAPTURE: 'Secondary Capture of the overlay',
    STRUCTURED: 'structured report of the measurements (TID 1500)',
}
"""What can be written, by its short name."""

NO_STUDY = 'not a DICOM file: there is no study to attach outputs to'

LIBRARY = 'highdicom'


class NotAttachedError(SpondyloError):
    """A film of which no DICOM outputs can be made; one line without its name."""


def parse_kinds(told: str | None) -> tuple[str, ...]:
    """Read ``sc``, ``sr`` or ``sc,sr``.

    Args:
        told: As typed; ``None`` for nothing.

    Returns:
        Kinds in the order of :data:`KINDS`, each once.

    Raises:
        SpondyloError: If one is unknown, or the library is not installed.
    """
    if told is None:
        return ()
    asked = {part.strip().lower() for part in told.split(',')}
    if unknown := sorted(asked - set(KINDS)):
        raise SpondyloError(
            f'--dicom {told}: {unknown[0]!r} is unknown; write {" or ".join(KINDS)}, '
            f'or both as in --dicom {",".join(KINDS)}'
        )
    if importlib.util.find_spec(LIBRARY) is None:
        raise SpondyloError(
            f'--dicom needs {LIBRARY}; install it with pip install '
            '"spondylo_mmpose[dicom]"'
        )
    return tuple(kind for kind in KINDS if kind in asked)
