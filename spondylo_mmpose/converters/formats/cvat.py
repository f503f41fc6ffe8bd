"""Labels drawn with CVAT, exported as "CVAT for images 1.1"."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import FilmResult, Format, RawFilm, settle
from spondylo_mmpose.converters.formats.facts import film_of, size_agrees
from spondylo_mmpose.converters.formats.pairing import Images, finish, split_of
from spondylo_mmpose.converters.shapes import Kind, Shape, labels_of_shapes
from spondylo_mmpose.imaging import Radiograph

_HEAD = 4096
_KINDS: dict[str, Kind] = {'polygon': 'polygon', 'points': 'points'}
_NO_SHAPES = ('tag', 'attribute')


@dataclass(frozen=True)
class CvatEntry:
    """What a CVAT file says of one film.

    Attributes:
        image: Its element.
    """

    image: Element


class Cvat(Format):
    """Polygons of four points, skeletons or points named by corner.

    A label or an attribute names the level. The subset of the image or of its task,
    else a folder, names the split.
    """

    name = 'cvat'
    help = 'CVAT for images 1.1: annotations.xml and the images'
    layout = 'annotations.xml of "CVAT for images 1.1" and the images that it names'

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        return any(_is_cvat(source, name) for name in _files(source))

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        images = Images(source.names)
        films: list[RawFilm] = []
        for member in _files(source):
            try:
                root = ElementTree.fromstring(source.read(member))
            except (MemberError, ParseError, DefusedXmlException, ValueError,
                    LookupError) as error:  # fmt: skip
                reason = f'not XML: {error}'.splitlines()[0]
                report.add('labels_unreadable', member, reason=reason)
                continue
            if root.tag == 'annotations':
                films += _films(root, member, images, report)
        return finish(films, images, report)

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        film = film_of(done, image)
        if not done.raw.labelled:
            return film
        entry: CvatEntry = done.raw.entry
        stated = (_integer(entry.image, 'width'), _integer(entry.image, 'height'))
        if not size_agrees(done, image, *stated):
            return None
        return settle(done, film, labels_of_shapes([*_shapes(entry.image)], done.note))

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return DatasetInfo('Labels drawn with CVAT')


def _files(source: RawSource) -> list[str]:
    return [name for name in source.names if name.lower().endswith('.xml')]


def _is_cvat(source: RawSource, member: str) -> bool:
    try:
        return b'<annotations' in source.read(member)[:_HEAD]
    except MemberError:
        return False


def _films(
    root: Element, member: str, images: Images, report: ConversionReport
) -> Iterator[RawFilm]:
    if root.find('track') is not None:
        reason = 'tracks of a video; export as "CVAT for images 1.1"'
        report.add('labels_unreadable', member, reason=reason)
    subsets = _task_subsets(root)
    for element in root.iter('image'):
        name = element.get('name')
        if not name:
            report.add('labels_unreadable', member, reason='an image without a name')
            continue
        task = subsets.get(element.get('task_id'), subsets.get(None, ''))
        subset = element.get('subset', task)
        image = images.find(f'{subset}/{name}', member)
        yield RawFilm(
            split_of(subset, str(PurePosixPath(name).parent), member),
            PurePosixPath(name).stem,
            {'image': image} if image else {'xml': member},
            CvatEntry(element),
            None if image else name,
            unlabelled=all(shape.tag in _NO_SHAPES for shape in element),
        )


def _task_subsets(root: Element) -> dict[str | None, str]:
    """Subset of each task by its id; of the only one by ``None``."""
    tasks = [*root.iterfind('meta/task'), *root.iterfind('meta/project/tasks/task')]
    found: dict[str | None, str] = {
        task.findtext('id'): task.findtext('subset') or '' for task in tasks
    }
    if len(tasks) == 1:
        found[None] = tasks[0].findtext('subset') or ''
    return found


def _shapes(image: Element) -> Iterator[Shape]:
    for element in image:
        if element.tag == 'skeleton':
            yield from _skeleton(element)
        elif element.tag not in _NO_SHAPES:
            yield Shape(
                _KINDS.get(element.tag, 'other'),
                _points(element.get('points', '')),
                element.get('label', ''),
                _attributes(element),
                group=_group(element),
                tool=element.tag,
            )


def _skeleton(skeleton: Element) -> Iterator[Shape]:
    """Its points; those that are outside are not labelled."""
    texts = [skeleton.get('label', ''), *_attributes(skeleton)]
    inside = [p for p in skeleton.iterfind('points') if p.get('outside') != '1']
    if not inside:
        yield Shape('other', [], skeleton.get('label', ''), tool='skeleton')
    for points in inside:
        yield Shape(
            'points',
            _points(points.get('points', '')),
            points.get('label', ''),
            _attributes(points),
            texts,
            ('skeleton', id(skeleton)),
            'skeleton',
        )


def _attributes(element: Element) -> list[str]:
    return [text for a in element.iterfind('attribute') if (text := a.text)]


def _group(element: Element) -> str | None:
    group = element.get('group_id')
    return None if group in (None, '', '0') else group


def _points(text: str) -> list[Any]:
    """``x,y;x,y``; ``None`` for a point that is no two numbers."""
    found: list[list[float] | None] = []
    for part in text.split(';'):
        try:
            point = [float(number) for number in part.split(',')]
        except ValueError:
            point = []
        found.append(point if len(point) == 2 else None)
    return found


def _integer(element: Element, name: str) -> int | str | None:
    """A whole number, the text itself if it is none."""
    text = element.get(name)
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() else text
