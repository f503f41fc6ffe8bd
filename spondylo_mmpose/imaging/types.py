"""What reading a radiograph gives: the film, or the reason why there is none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_PIXELS = 100_000_000
"""No radiograph has more; a file that claims more shall not fill the memory."""


class RadiographError(ValueError):
    """Content that cannot be used as a radiograph.

    The text is one line: the reason and how to mend it. It does not name the file;
    whoever knows the name puts it in front, as in ``f'{path}: {error}'``.
    """


@dataclass(frozen=True, eq=False)
class Radiograph:
    """A radiograph as displayed, with what its file tells about it.

    Nothing that names or numbers the patient, the hospital or the study is read.

    Attributes:
        pixels: ``(H, W)`` uint8 grey, bone bright, orientation of EXIF applied.
        format: ``'JPEG'``, ``'PNG'``, ``'BMP'``, ``'TIFF'`` or ``'DICOM'``, told from
            the content.
        bits: Bits per pixel and channel that the file stores.
        turned: Whether the EXIF orientation turned or mirrored what the file stores.
        pixel_spacing_mm: Distance of neighbouring pixels ``(x, y)`` in mm; DICOM only.
        spacing_origin: Where it comes from: ``'dicom:PixelSpacing'``,
            ``'dicom:ImagerPixelSpacing'`` or ``'dicom:NominalScannedPixelSpacing'``.
        spacing_plane: Where it holds: ``'patient'`` when the file says or shows that it
            was corrected for magnification, ``'detector'`` when it was not (lengths in
            the patient are then smaller, by some 10 to 30 % on a lateral film),
            ``None`` when the file does not tell.
        magnification: Estimated radiographic magnification that the file states;
            detector spacing divided by it is spacing in the patient. Not applied.
        pixel_aspect: Spacing in x divided by spacing in y, from the spacing or from
            DICOM's PixelAspectRatio; ``None`` where not known.
        view: ``'lateral'``, ``'ap'`` or ``'oblique'``; DICOM only.
        facing: Image side that is anterior, ``'left'`` or ``'right'``; DICOM only.
        upright: Whether the patient's head is at the top; DICOM only.
        modality: DICOM's code, such as ``'DX'`` or ``'CR'``.
        sex: ``'M'`` or ``'F'``; DICOM only.
        age: Completed years; DICOM only.
        window: How more than 8 bits became 8: ``'none'`` (nothing to do), ``'robust'``
            (:func:`.tone.robust_window`), ``'dicom:WindowCenter'`` or
            ``'dicom:VOILUTSequence'``.
        burned_in_text: Whether text is burned into the film, ``'yes'``, ``'no'`` or
            ``'not told'``; DICOM only.
        inverted: Whether the file stores bone dark.
        notes: What in the file was contradictory or left unused, one line each.
    """

    pixels: NDArray[np.uint8]
    format: str
    bits: int
    turned: bool = False
    pixel_spacing_mm: tuple[float, float] | None = None
    spacing_origin: str | None = None
    spacing_plane: str | None = None
    magnification: float | None = None
    pixel_aspect: float | None = None
    view: str | None = None
    facing: str | None = None
    upright: bool | None = None
    modality: str | None = None
    sex: str | None = None
    age: int | None = None
    burned_in_text: str | None = None
    window: str = 'none'
    inverted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Width in px, as displayed."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in px, as displayed."""
        return int(self.pixels.shape[0])


def check_size(width: int, height: int) -> None:
    """Refuse an image that no memory should be spent on.

    Raises:
        RadiographError: If it has no pixel or more than :data:`MAX_PIXELS`.
    """
    if width < 1 or height < 1:
        raise RadiographError(
            f'cannot be read as an image: has {width} x {height} pixels; export the '
            'film again'
        )
    if width * height > MAX_PIXELS:
        raise RadiographError(
            f'cannot be read as an image: claims {width} x {height} pixels, more than '
            'any radiograph; scale it down or export the film again'
        )
