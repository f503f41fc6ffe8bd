"""Pixel spacing from the films' own DICOM tags."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from spondylo_mmpose.calibration.spacing import (
    Method,
    Outcome,
    Refusal,
    Spacing,
    is_plausible,
    namesakes,
    resized,
)
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import Radiograph, RadiographError, read_radiograph

_SUFFIXES = {'.dcm', '.dicom', '.ima', ''}


class DicomTags(Method):
    """Calibrate by DICOM files.

    Args:
        folder: Folder of the original files, searched at any depth; ``None`` reads the
            data set's own images. A converted data set keeps pictures of DICOM files,
            not their tags.

    Raises:
        SpondyloError: If the folder is missing or holds no such file.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.files: dict[str, list[Path]] | None = None
        self.namesakes: set[str] = set()
        if folder is None:
            return
        if not Path(folder).is_dir():
            raise SpondyloError(f'{folder}: no such folder; name one with DICOM files')
        self.files = {}
        for path in sorted(Path(folder).rglob('*')):
            if path.is_file() and path.suffix.lower() in _SUFFIXES:
                for key in {path.name, path.stem}:
                    self.files.setdefault(key, []).append(path)
        if not self.files:
            raise SpondyloError(f'{folder}: holds no DICOM files (*.dcm, *.dicom)')

    def prepare(self, films: Sequence[Film]) -> None:
        """See the base class."""
        self.namesakes = namesakes(films)

    def __call__(self, film: Film, path: Path) -> Outcome:
        """See the base class."""
        if self.files is not None:
            found = self._find(film)
            if isinstance(found, Refusal):
                return found
            path = found
        if not path.is_file():
            return Refusal('image is missing')
        try:
            image = read_radiograph(path)
        except RadiographError as error:
            return Refusal('image cannot be read', {'why': str(error)})
        return _spacing(film, image)

    def _find(self, film: Film) -> Path | Refusal:
        assert self.files is not None
        name = PurePosixPath(film.file_name)
        if film.file_name in self.namesakes:
            return Refusal('other films have its name')
        # A converted film is called a.dcm.png, or as its file was.
        for key in (name.name, name.stem, PurePosixPath(name.stem).stem):
            paths = self.files.get(key, [])
            if len(paths) > 1:
                return Refusal('several DICOM files of its name')
            if paths:
                return paths[0]
        return Refusal('no DICOM file of its name')


def _spacing(film: Film, image: Radiograph) -> Outcome:
    if image.format != 'DICOM':
        return Refusal('no DICOM file, and other images tell no spacing')
    if image.pixel_spacing_mm is None or image.spacing_origin is None:
        return Refusal('its DICOM file tells no spacing')
    mm = resized(
        image.pixel_spacing_mm,
        (image.width, image.height),
        (film.width, film.height),
    )
    if not is_plausible(mm):
        return Refusal('not plausible in mm', {'mm': list(mm)})
    return Spacing(mm, image.spacing_origin)
