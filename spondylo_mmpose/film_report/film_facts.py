"""Which film a report is about, and what is known of its scale and sides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from spondylo_mmpose.film_report.dataclass_json import LATER
from spondylo_mmpose.spine.anatomy import Facing

BurnedIn = Literal['yes', 'no', 'not told']


@dataclass(frozen=True)
class FilmFacts:
    """A film.

    Attributes:
        name: Of its file, without the folder; ``None`` for an array.
        format: ``'JPEG'``, ``'PNG'``, ``'BMP'``, ``'TIFF'``, ``'DICOM'`` or
            ``'array'``.
        width, height: Px, as displayed.
        sha256: Digest of the file, or of the array.
        sha256_of: Which of the two.
        pixel_spacing_mm: ``(x, y)``.
        spacing_origin: ``'given'``, or DICOM's element as in ``'dicom:PixelSpacing'``.
        spacing_plane: ``'patient'``, ``'detector'`` (lengths are too long then, see
            :class:`.Radiograph`), ``None`` where that isn't known.
        pixel_aspect: Spacing in x over spacing in y; without it angles are not
            measured.
        aspect_origin: ``'given'`` or ``'dicom'``.
        aspect_known: Whether there is a ``pixel_aspect``.
        facing: Image side that is anterior.
        facing_origin: ``'given'``, ``'dicom'`` or ``'inferred'`` from the corners.
        facing_confidence: Strength of an inferred facing, 0 to 1.
        view: ``'lateral'``, ``'ap'`` or ``'oblique'``, where a DICOM file says so.
        notes: What in the file was contradictory or left unused.
        reasons: By the name of a field that is ``None``: why.
        burned_in_text: Whether text, perhaps of the patient, is burned into the film,
            as a DICOM file says; ``None`` for other files.
        upright: Whether the patient's head is at the top, where a DICOM file says so.
        magnification: By which a DICOM file says the spine is magnified at the
            detector. Not applied.
    """

    name: str | None
    format: str
    width: int
    height: int
    sha256: str
    sha256_of: Literal['file', 'array']
    pixel_spacing_mm: tuple[float, float] | None
    spacing_origin: str | None
    spacing_plane: str | None
    pixel_aspect: float | None
    aspect_origin: str | None
    aspect_known: bool
    facing: Facing | None
    facing_origin: Literal['given', 'dicom', 'inferred'] | None
    facing_confidence: float | None
    view: str | None
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    burned_in_text: BurnedIn | None = field(default=None, metadata=LATER)
    upright: bool | None = field(default=None, metadata=LATER)
    magnification: float | None = field(default=None, metadata=LATER)

    @property
    def scale(self) -> tuple[float, float] | None:
        """Two numbers in the ratio of the spacings, ``None`` where it isn't known."""
        if self.pixel_spacing_mm is not None:
            return self.pixel_spacing_mm
        return None if self.pixel_aspect is None else (self.pixel_aspect, 1.0)
