"""DICOM outputs of one film."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.dicom_output.kinds import CAPTURE, NotAttachedError
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.utils.io import atomic_file
from spondylo_mmpose.utils.silence import no_warnings

if TYPE_CHECKING:
    from pydicom import Dataset

    from spondylo_mmpose.dicom_output.source import Source

NOTHING_MEASURED = 'nothing was found on it, so there is no structured report'


@dataclass(frozen=True)
class DicomWritten:
    """What came of the DICOM outputs of a film.

    Attributes:
        kinds: Those that were written.
        notes: What they lack, one line each, and why one was not written.
    """

    kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def write_dicom(
    film: str | Path,
    report: SpineReport,
    picture: NDArray[np.uint8],
    targets: Mapping[str, Path],
) -> DicomWritten:
    """Write what was measured on a DICOM film as objects of its study.

    The film itself is read only. Each output is a new series.

    Args:
        film: The film's file.
        report: Of it.
        picture: ``(H, W, 3)`` BGR, of :func:`.report_overlay`.
        targets: Files to write, by :data:`.KINDS`. None appears before all are made.

    Raises:
        NotAttachedError: The film has nothing that they could refer to.
        SpondyloError: A target cannot be written.
    """
    # Not before it is needed: the library takes a second to load.
    from spondylo_mmpose.dicom_output.source import read_source

    source = read_source(film, report)
    try:
        with no_warnings():  # they may quote values of the header
            made = {
                kind: _made(kind, source, report, picture)
                for kind in targets
                if kind == CAPTURE or report.vertebrae
            }
    # The library raises many kinds of errors on odd headers; their texts quote them.
    except Exception as error:
        raise _odd_header(error) from error
    for kind, output in made.items():
        with atomic_file(targets[kind]) as temporary:
            temporary.write_bytes(output)
    lacking = () if len(made) == len(targets) else (NOTHING_MEASURED,)
    return DicomWritten(tuple(made), (*source.notes, *lacking))


def _made(
    kind: str, source: 'Source', report: SpineReport, picture: NDArray[np.uint8]
) -> bytes:
    """Content of a file."""
    output: Dataset
    if kind == CAPTURE:
        from spondylo_mmpose.dicom_output.capture import overlay_capture

        output = overlay_capture(source, picture, report)
    else:
        from spondylo_mmpose.dicom_output.structured import measurement_report

        output = measurement_report(source, report)
    content = io.BytesIO()
    output.save_as(content, enforce_file_format=True)
    return content.getvalue()


def _odd_header(error: Exception) -> NotAttachedError:
    return NotAttachedError(
        f'has a header that outputs cannot be made of ({type(error).__name__})'
    )
