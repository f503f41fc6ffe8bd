"""Read a radiograph, whatever its format; the content decides, not the suffix."""

from pathlib import Path

from spondylo_mmpose.imaging.dicom import is_dicom, read_dicom
from spondylo_mmpose.imaging.raster import read_raster
from spondylo_mmpose.imaging.types import Radiograph, RadiographError

__all__ = ['IMAGE_SUFFIXES', 'Radiograph', 'RadiographError', 'read_radiograph']

IMAGE_SUFFIXES = (
    '.bmp',
    '.dcm',
    '.dicom',
    '.jfif',
    '.jpe',
    '.jpeg',
    '.jpg',
    '.png',
    '.tif',
    '.tiff',
)
"""Usual ends of names, lower case. They tell which files of a folder to try; DICOM
files often have none."""

_MAX_BYTES = 1 << 30

_KNOWN_OTHERS = {
    b'%PDF': 'a PDF document',
    b'PK\x03\x04': 'a zip archive',
    b'\x1f\x8b': 'gzip-compressed',
    b'GIF8': 'a GIF',
    b'\x89HDF': 'an HDF5 file',
    b'\x00\x00\x00\x0cjP': 'a JPEG 2000 file',
    b'\xff\x4f\xff\x51': 'a JPEG 2000 stream',
    b'version https://git-lfs': 'a Git LFS pointer, not the file itself',
    b'<': 'text (HTML or XML)',
    b'{': 'text (JSON)',
}


def read_radiograph(source: str | Path | bytes) -> Radiograph:
    """Read a radiograph: JPEG, PNG, BMP, TIFF (8 and 16 bit) or DICOM.

    Args:
        source: File, or its content.

    Returns:
        The film as displayed; 8-bit grey levels are those of the file.

    Raises:
        RadiographError: If there is no film in it; one line, without the file's name.
    """
    content = source if isinstance(source, bytes) else _content(Path(source))
    if not content:
        raise RadiographError('is empty; copy or export the film again')
    if is_dicom(content):
        return read_dicom(content)
    for signature, kind in _KNOWN_OTHERS.items():
        if content.startswith(signature):
            raise RadiographError(
                f'cannot be read as an image: is {kind}; save the film as PNG, JPEG, '
                'TIFF, BMP or DICOM'
            )
    return read_raster(content)


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise RadiographError('is no file; name a file with one film')
        if path.stat().st_size > _MAX_BYTES:
            raise RadiographError(
                'is larger than 1 GiB, no radiograph is; export the film again'
            )
        return path.read_bytes()
    except OSError as error:
        raise RadiographError(
            f'cannot be read ({error.strerror or error}); check the path and its '
            'permissions'
        ) from error
