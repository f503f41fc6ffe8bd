"""Convert one film of the Mendeley layout: check its image, read its labels."""

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.cleaning import CleanSpine, Note, clean
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.labels import LabelError, parse_json, parse_txt
from spondylo_mmpose.converters.layout import RawFilm
from spondylo_mmpose.converters.naming import FilmName, parse_name

_EXIF_ORIENTATION = 274
# What the training's reader (OpenCV) decodes too, whatever the file is called.
_FORMATS = ('JPEG', 'MPO', 'PNG', 'BMP', 'TIFF')
_AGREE = 1.5  # px; conversions of the text labels cut decimals off


@dataclass
class FilmResult:
    """One film: what was read, what was found, what went wrong.

    Attributes:
        raw: Its members.
        name: What its name tells.
        film: The film, ``None`` if it is left out.
        encoding: Order of the corners in its labels.
        digests: SHA-256 of each member read.
        faults: Kind and details of each fault.
    """

    raw: RawFilm
    name: FilmName
    film: Film | None = None
    encoding: str | None = None
    digests: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def note(self, kind: str, **detail: Any) -> None:
        """Enter a fault."""
        self.faults.append((kind, detail))


def convert_film(
    source: RawSource, images: Path, phantom: bool, raw: RawFilm
) -> FilmResult:
    """Read, check and copy one film.

    Args:
        source: The raw data set.
        images: Folder that gets ``<split>/<file>``; the split's folder exists.
        phantom: Whether the films are synthetic.
        raw: Members of the film.

    Returns:
        The result; without a film where a fault costs it.

    Raises:
        OSError: If the copy cannot be written.
    """
    done = FilmResult(raw, parse_name(raw.stem))
    if raw.image is None:
        done.note('label_without_image')
        return done
    labelled = bool(raw.json or raw.txt)
    if not labelled and raw.split != 'test':
        done.note('image_without_label')
        return done
    content = _read(source, raw.image, done, done.note)
    size = None if content is None else _image_size(content, done)
    if content is None or size is None:
        return done
    spine = _read_labels(source, size, done) if labelled else None
    if labelled and spine is None:
        return done
    file = PurePosixPath(raw.image).name
    (images / raw.split / file).write_bytes(content)
    done.film = _film(done, file, size, spine, phantom)
    done.encoding = spine.encoding if spine else None
    return done


def _film(
    done: FilmResult,
    file: str,
    size: tuple[int, int],
    spine: CleanSpine | None,
    phantom: bool,
) -> Film:
    name, split = done.name, done.raw.split
    film = Film(
        file_name=f'{split}/{file}',
        width=size[0],
        height=size[1],
        split=split,
        patient_id=name.patient_id,
        group=name.group,
        source='phantom' if phantom else name.source,
        sex=name.sex,
        age=name.age,
        view=name.view,
        # The test films were not exported: they are as they were taken.
        original_size=size if split == 'test' and not name.exported else None,
        extra={'named_levels': list(name.named_levels)},
    )
    if spine is not None:
        film.corners, film.orders, film.levels = (
            spine.corners,
            spine.orders,
            spine.levels,
        )
    return film


def _read(source: RawSource, member: str, done: FilmResult, note: Note) -> bytes | None:
    try:
        content = source.read(member)
    except MemberError as error:
        note(error.kind, member=member, reason=str(error))
        return None
    done.digests[member] = hashlib.sha256(content).hexdigest()
    return content


def _image_size(content: bytes, done: FilmResult) -> tuple[int, int] | None:
    """Width and height as displayed; the whole image is decoded to be sure of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                image.load()
                turned = image.getexif().get(_EXIF_ORIENTATION, 1) in (5, 6, 7, 8)
                width, height = image.size
    # Pillow's decoders raise many kinds of errors on broken data.
    except Exception as error:
        done.note('image_unreadable', reason=f'{type(error).__name__}: {error}')
        return None
    if turned:
        done.note('image_turned')
        return height, width
    return width, height


def _read_labels(
    source: RawSource, size: tuple[int, int], done: FilmResult
) -> CleanSpine | None:
    """The spine of a film; JSON first, the text where there is no usable JSON."""
    raw = done.raw
    if raw.json is None or raw.txt is None:
        return _read_one(source, raw.json or raw.txt or '', size, done, done.note)
    aside = FilmResult(raw, done.name, digests=done.digests)
    from_json = _read_one(source, raw.json, size, done, aside.note)
    if from_json is not None:
        done.faults += aside.faults
        # Faults of labels that are not used cost nothing: no note of them.
        unused = FilmResult(raw, done.name)
        from_txt = _read_one(source, raw.txt, size, done, unused.note)
        agree, apart = _compare(from_json, from_txt)
        done.note('json_and_txt', agree=agree, largest_distance_px=apart)
        return from_json
    from_txt = _read_one(source, raw.txt, size, done, done.note)
    if from_txt is not None:
        done.note('json_unusable', faults=[kind for kind, _ in aside.faults])
    else:
        done.faults += aside.faults
    return from_txt


def _read_one(
    source: RawSource,
    member: str,
    size: tuple[int, int],
    done: FilmResult,
    note: Note,
) -> CleanSpine | None:
    content = _read(source, member, done, note)
    if content is None:
        return None
    try:
        if member.lower().endswith('.json'):
            labels = parse_json(content)
        else:
            labels = parse_txt(content, *size)
    except LabelError as error:
        note('labels_unreadable', member=member, reason=str(error))
        return None
    return clean(labels, *size, note)


def _compare(a: CleanSpine | None, b: CleanSpine | None) -> tuple[bool, float | None]:
    if a is None or b is None or a.corners.shape != b.corners.shape:
        return False, None
    apart = float(np.nanmax(np.abs(a.corners - b.corners)))
    return apart <= _AGREE, round(apart, 2)
