"""A film out of whatever somebody hands over: a file, its content, an array."""

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.film_facts import BurnedIn, FilmFacts
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.imaging import Radiograph, RadiographError, read_radiograph
from spondylo_mmpose.imaging.tone import to_eight_bits, to_grey
from spondylo_mmpose.imaging.types import check_size
from spondylo_mmpose.presentation.escaping import one_line
from spondylo_mmpose.spine.anatomy import Facing
from spondylo_mmpose.utils.io import file_digest

FilmInput = str | Path | bytes | NDArray[Any]
"""A file, the content of one, or grey or RGB values, uint8 or uint16."""


@dataclass(frozen=True, eq=False)
class OpenFilm:
    """A film in memory.

    Attributes:
        pixels: ``(H, W)`` uint8, bone bright.
        facts: What is known of it; its facing only if the file tells it.
    """

    pixels: NDArray[np.uint8]
    facts: FilmFacts


def open_film(source: FilmInput, options: ReportOptions | None = None) -> OpenFilm:
    """Read a film.

    Args:
        source: The film.
        options: A spacing or aspect that is known; it goes before the file's.

    Raises:
        SpondyloError: If it cannot be used; the message names a file.
    """
    try:
        film, digest = _read(source)
    except RadiographError as error:
        name = f'{source}: ' if isinstance(source, (str, Path)) else ''
        raise SpondyloError(f'{name}{error}') from error
    of: Literal['file', 'array'] = 'array' if film.format == ARRAY else 'file'
    facts = FilmFacts(
        # A name may hold what is no text.
        name=one_line(Path(source).name) if isinstance(source, (str, Path)) else None,
        format=film.format,
        width=film.width,
        height=film.height,
        sha256=digest,
        sha256_of=of,
        pixel_spacing_mm=film.pixel_spacing_mm,
        spacing_origin=film.spacing_origin,
        spacing_plane=film.spacing_plane,
        pixel_aspect=film.pixel_aspect,
        aspect_origin=None if film.pixel_aspect is None else 'dicom',
        aspect_known=film.pixel_aspect is not None,
        facing=cast(Facing | None, film.facing),
        facing_origin='dicom' if film.facing else None,
        facing_confidence=None,
        view=film.view,
        notes=film.notes,
        burned_in_text=cast(BurnedIn | None, film.burned_in_text),
        upright=film.upright,
        magnification=film.magnification,
    )
    return OpenFilm(film.pixels, with_scale(facts, options or ReportOptions()))


SAME_ASPECT = 1e-3
"""Relative difference up to which a spacing has an aspect that was given."""

ARRAY = 'array'
"""``format`` of a film that came without a file."""


def _read(source: FilmInput) -> tuple[Radiograph, str]:
    if isinstance(source, np.ndarray):
        film = _of_array(source)
        shape = f'{source.dtype.str} {source.shape} '.encode()
        content = np.ascontiguousarray(source).tobytes()
        return film, hashlib.sha256(shape + content).hexdigest()
    if isinstance(source, bytes):
        return read_radiograph(source), hashlib.sha256(source).hexdigest()
    if not isinstance(source, (str, Path)):
        raise RadiographError(
            f'a {type(source).__name__} is no film; give a path, the content of a file '
            '(bytes) or an array, many of them in a list'
        )
    return read_radiograph(source), file_digest(Path(source))


def _of_array(values: NDArray[Any]) -> Radiograph:
    """Grey values of an array, as a file of them would be read."""
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if (
        values.ndim not in (2, 3)
        or values.shape[2:] not in ((), (3,))
        or values.dtype not in (np.uint8, np.uint16)
    ):
        raise RadiographError(
            f'an array of shape {values.shape} and type {values.dtype} is no film; '
            'give (H, W) or RGB (H, W, 3) of uint8 or uint16'
        )
    check_size(values.shape[1], values.shape[0])
    grey = to_grey(values) if values.ndim == 3 else values
    return Radiograph(
        pixels=np.ascontiguousarray(to_eight_bits(grey)),
        format=ARRAY,
        bits=values.dtype.itemsize * 8,
        window='none' if values.dtype == np.uint8 else 'robust',
    )


def with_scale(facts: FilmFacts, options: ReportOptions) -> FilmFacts:
    """What is known of the scale, what was given before what the file tells.

    Args:
        facts: What the file tells.
        options: A spacing or aspect that is known. A spacing that has the aspect is
            kept, any other one is dropped.
    """
    told = facts.pixel_spacing_mm
    aspect = options.pixel_aspect
    if options.spacing_mm is not None:
        x, y = options.spacing_mm
        facts = replace(
            facts,
            pixel_spacing_mm=(x, y),
            spacing_origin='given',
            spacing_plane=None,
            pixel_aspect=x / y,
            aspect_origin='given',
            aspect_known=True,
        )
    elif aspect is not None and not (
        told and math.isclose(told[0] / told[1], aspect, rel_tol=SAME_ASPECT)
    ):
        facts = replace(
            facts,
            pixel_spacing_mm=None,
            spacing_origin=None,
            spacing_plane=None,
            pixel_aspect=aspect,
            aspect_origin='given',
            aspect_known=True,
        )
    missing = {}
    if facts.pixel_spacing_mm is None:
        missing['pixel_spacing_mm'] = (
            reasons.OTHER_ASPECT if told else reasons.NOT_IN_FILE
        )
    if facts.pixel_aspect is None:
        missing['pixel_aspect'] = reasons.NOT_IN_FILE
    return replace(facts, reasons=missing)
