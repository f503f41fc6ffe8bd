"""Labels drawn with labelme: one JSON beside each image."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from spondylo_mmpose.converters.archive import RawSource
from spondylo_mmpose.converters.attribution import exported_info
from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import FilmResult, Format, RawFilm, settle
from spondylo_mmpose.converters.formats.facts import film_of, size_agrees
from spondylo_mmpose.converters.formats.pairing import (
    Images,
    finish,
    load_json,
    sample_json,
    split_of,
)
from spondylo_mmpose.converters.json_text import decode_json
from spondylo_mmpose.converters.labels import numbers
from spondylo_mmpose.converters.shapes import Kind, Shape, labels_of_shapes
from spondylo_mmpose.imaging import IMAGE_SUFFIXES, Radiograph

_KINDS: dict[str, Kind] = {'polygon': 'polygon', 'point': 'points', 'points': 'points'}


class Labelme(Format):
    """Polygons of four points; or points named by corner, one ``group_id`` a vertebra.

    The image stands beside the JSON, under its own name or the one that ``imagePath``
    gives, in another folder, or in the JSON itself (``imageData``).
    """

    name = 'labelme'
    help = 'labelme: a JSON for each image, a polygon or named points for each vertebra'
    layout = 'a JSON with "shapes" and "imagePath" for each image'

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        return any(_is_labelme(content) for _, content in sample_json(source))

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        images = Images(source.names)
        labels = [n for n in source.names if n.lower().endswith('.json')]
        found = (_pair(source, name, images, report) for name in labels)
        return finish((film for film in found if film is not None), images, report)

    def picture(self, done: FilmResult, content: bytes) -> bytes | None:
        """See the base class."""
        if done.raw.image != done.raw.members.get('json'):
            return content
        try:
            text = decode_json(content)['imageData']
            return base64.b64decode(text, validate=True)
        except (ValueError, TypeError, KeyError, binascii.Error):
            done.note('image_unreadable', reason='imageData is no Base64')
            return None

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        if not done.raw.labelled:
            return film_of(done, image)
        member = done.raw.members['json']
        content = done.read(member)
        if content is None:
            return None
        try:
            label = decode_json(content)
        except ValueError as error:
            done.note('labels_unreadable', member=member, reason=str(error))
            return None
        if not _is_labelme(label):
            done.note('labels_unreadable', member=member, reason='no list "shapes"')
            return None
        if not (
            _names_this(done, label)
            and size_agrees(
                done, image, label.get('imageWidth'), label.get('imageHeight')
            )
        ):
            return None
        film = film_of(done, image, label.get('film'))
        return settle(done, film, labels_of_shapes([*_shapes(label)], done.note))

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return exported_info(source) or DatasetInfo('Labels drawn with labelme')


def _is_labelme(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get('shapes'), list)
        and bool(content.keys() & {'imagePath', 'imageData', 'imageHeight', 'version'})
    )


def _pair(
    source: RawSource, member: str, images: Images, report: ConversionReport
) -> RawFilm | None:
    """The film of a label file; read only where its image has another name."""
    path = PurePosixPath(member)
    image = images.beside(member)
    if image is None:
        try:
            label = load_json(source, member)
        except ValueError as error:
            report.add('labels_unreadable', member, reason=str(error))
            return None
        if not _is_labelme(label):
            return None
        named = label.get('imagePath')
        named = named if isinstance(named, str) else ''
        image = images.find(named, member)
        if image is None and isinstance(label.get('imageData'), str):
            suffix = PurePosixPath(named).suffix.lower()
            suffix = suffix if suffix in IMAGE_SUFFIXES else '.png'
            split = split_of(str(path.parent))
            members = {'image': member, 'json': member}
            return RawFilm(split, path.stem, members, target=path.stem + suffix)
    members = {'json': member} if image is None else {'image': image, 'json': member}
    split = split_of(str(PurePosixPath(image or member).parent), str(path.parent))
    return RawFilm(split, PurePosixPath(image or member).stem, members)


def _names_this(done: FilmResult, label: Mapping[str, Any]) -> bool:
    """Whether the labels name the image that they were found with."""
    named, image = label.get('imagePath'), done.raw.image
    if not isinstance(named, str) or image is None:
        done.note('image_renamed', named=None)
        return True
    path = PurePosixPath(named.replace('\\', '/'))
    if path.stem == PurePosixPath(image).stem or image == done.raw.members['json']:
        return True
    if path.name in done.source.file_names:
        done.note('image_disagrees', named=named)
        return False
    done.note('image_renamed', named=named)
    return True


def _shapes(label: Mapping[str, Any]) -> Iterator[Shape]:
    for entry in label['shapes']:
        if not isinstance(entry, dict):
            yield Shape('other', [], tool='malformed')
            continue
        points = entry.get('points')
        points = [numbers(p) for p in points] if isinstance(points, list) else []
        tool = entry.get('shape_type', 'polygon')
        group, description = entry.get('group_id'), entry.get('description')
        # Only our own files say where a level is from; their groups count vertebrae,
        # their polygons begin at the superior left corner.
        facts = entry.get('vertebra')
        extra = dict(facts) if isinstance(facts, dict) else {}
        origin = extra.pop('level_origin', None)
        yield Shape(
            _KINDS.get(tool, 'other') if isinstance(tool, str) else 'other',
            points,
            str(entry.get('label') or ''),
            [description] if isinstance(description, str) else (),
            group=group if isinstance(group, (int, str)) else None,
            tool=str(tool),
            order=group if origin and type(group) is int else None,
            level_origin=origin if isinstance(origin, str) else None,
            extra=extra,
            named=isinstance(origin, str),
        )
