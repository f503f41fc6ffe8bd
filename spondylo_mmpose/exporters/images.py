"""Names and copies of the images of an export."""

import os
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from PIL import Image

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.exporters.base import Pictures
from spondylo_mmpose.imaging.radiograph import RadiographError, read_radiograph

ImageMode = Literal['copy', 'link', 'none']
IMAGE_MODES: tuple[ImageMode, ...] = ('copy', 'link', 'none')

_EIGHT_BIT = {'1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'CMYK', 'YCbCr'}


def unique_names(films: Sequence[Film]) -> list[str]:
    """A file name without folders for each film.

    Labels are found by the stem of their image, so no two films of a split get the
    same stem, not even one that differs in case or in the form of its accents alone:
    there are file systems that cannot tell these apart. A film that comes second gets
    a number.

    Args:
        films: In an order that does not change from run to run.
    """
    taken: set[tuple[str, str]] = set()
    names = []
    for film in films:
        path = PurePosixPath(film.file_name)
        number, stem = 1, path.stem
        while (film.split, _plain(stem)) in taken:
            number += 1
            stem = f'{path.stem}-{number}'
        taken.add((film.split, _plain(stem)))
        names.append(stem + path.suffix)
    return names


def must_convert(path: Path, pictures: Pictures) -> bool:
    """Whether an image is one that the format's readers cannot read."""
    if pictures == 'all':
        return False
    try:
        with Image.open(path) as image:
            return pictures == 'eight_bit' and image.mode not in _EIGHT_BIT
    except OSError:
        # What Pillow does not know is DICOM, or it is broken and will be told so.
        return True


def place_image(source: Path, target: Path, mode: ImageMode, convert: bool) -> None:
    """Copy, link or convert one image.

    Args:
        source: The image.
        target: Its new name; the folder exists.
        mode: ``'copy'`` or ``'link'`` (a second name of the same file on the disk).
        convert: Write an 8-bit PNG of what :func:`.read_radiograph` sees.

    Raises:
        SpondyloError: If it cannot be read or linked.
    """
    if convert:
        try:
            pixels = read_radiograph(source).pixels
        except RadiographError as error:
            raise SpondyloError(
                f'{source}: {error}; mend the film or leave it out'
            ) from error
        Image.fromarray(pixels).save(target, 'PNG')
    elif mode == 'copy':
        shutil.copyfile(source, target)
    else:
        try:
            os.link(source.resolve(), target)
        except OSError as error:
            raise SpondyloError(
                f'{source}: cannot be linked from {target.parent} '
                f'({error.strerror}); use --images copy'
            ) from error


def _plain(stem: str) -> str:
    return unicodedata.normalize('NFC', stem).casefold()
