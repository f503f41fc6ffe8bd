"""Labels drawn with Label Studio, exported as JSON."""

import base64
import binascii
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from spondylo_mmpose.converters.archive import RawSource
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
from spondylo_mmpose.converters.labels import numbers
from spondylo_mmpose.converters.shapes import Shape, labels_of_shapes
from spondylo_mmpose.imaging import IMAGE_SUFFIXES, Radiograph

_UPLOADED = re.compile(r'^[0-9a-f]{8}-(?=.)')
_DRAWN = ('annotations', 'completions')
_EXTENDED = {'height', 'radiusX'}
_SAID = {
    'choices', 'textarea', 'taxonomy', 'rating', 'number', 'datetime', 'pairwise',
    'ranker',
}  # fmt: skip
_TEXTS = ('choices', 'text', 'taxonomy')


@dataclass(frozen=True)
class Region:
    """All results of one region: its geometry and what was said of it.

    Attributes:
        results: Entries of one id.
    """

    results: list[Mapping[str, Any]]

    @property
    def value(self) -> Mapping[str, Any]:
        """The geometry; empty where there is none."""
        for result in self.results:
            value = result.get('value')
            if isinstance(value, dict) and value.keys() & {'points', 'x'}:
                return value
        return {}

    @property
    def tool(self) -> str:
        """Type of the first result, for reports."""
        return str(self.results[0].get('type'))

    @property
    def labels(self) -> list[str]:
        """Labels, then choices and texts."""
        found: dict[bool, list[str]] = {False: [], True: []}
        for result in self.results:
            value = result.get('value')
            for key, said in value.items() if isinstance(value, dict) else ():
                if key.endswith('labels') or key in _TEXTS:
                    found[key in _TEXTS] += _strings(said)
            meta = result.get('meta')
            if isinstance(meta, dict):
                found[True] += _strings(meta.get('text'))
        return found[False] + found[True]


class LabelStudio(Format):
    """``polygonlabels`` of four points, or ``keypointlabels`` named by corner.

    Points of one vertebra share a parent region, are tied by relations, or name the
    same level. Of several annotations of a film that were not cancelled the one marked
    as ground truth counts, else the last that is not empty.
    """

    name = 'label_studio'
    help = 'Label Studio: its JSON export and the images'
    layout = 'a JSON list of tasks with "data" and "annotations", and their images'

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        return any(_is_tasks(content) for _, content in sample_json(source))

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        images = Images(source.names)
        films: list[RawFilm] = []
        for member in source.names:
            if not member.lower().endswith('.json'):
                continue
            try:
                content = load_json(source, member)
            except ValueError as error:
                report.add('labels_unreadable', member, reason=str(error))
                continue
            if _is_tasks(content):
                films += _films(content, member, images, report)
        return finish(films, images, report)

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        film = film_of(done, image)
        if not done.raw.labelled:
            return film
        task: Mapping[str, Any] = done.raw.entry
        number = len(_annotations(task))
        if number > 1:
            done.note('annotation_superseded', annotations=number)
        results = _drawn(task)
        drawn = [r for r in results if isinstance(r, dict)]
        if len(drawn) < len(results):
            done.note('shape_unused', label='', shape='malformed')
        for result in drawn:
            stated = (result.get('original_width'), result.get('original_height'))
            if not size_agrees(done, image, *stated):
                return None
            if result.get('image_rotation'):
                done.note('view_rotated', degrees=result['image_rotation'])
                return None
        size = (image.width, image.height)
        return settle(done, film, labels_of_shapes([*_shapes(drawn, size)], done.note))

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return DatasetInfo('Labels drawn with Label Studio')


def _is_tasks(content: Any) -> bool:
    """A list of tasks; one that is damaged among them does not make it another."""
    return isinstance(content, list) and any(
        isinstance(task, dict)
        and isinstance(task.get('data'), dict)
        and any(isinstance(task.get(key), list) for key in _DRAWN)
        for task in content
    )


def _films(
    tasks: Sequence[Any], member: str, images: Images, report: ConversionReport
) -> Iterator[RawFilm]:
    for place, task in enumerate(tasks):
        names = _names(task) if isinstance(task, dict) else []
        if not names:
            reason = 'a task that names no image'
            report.add('labels_unreadable', member, task=place, reason=reason)
            continue
        found = (images.find(name, member) for name in names)
        image = next((path for path in found if path), None)
        name = PurePosixPath(image or names[0])
        folders = [str(PurePosixPath(n).parent) for n in (*names, str(name))]
        yield RawFilm(
            split_of(*folders, member),
            name.stem,
            {'image': image} if image else {'json': member},
            task,
            None if image else name.name,
            unlabelled=not _drawn(task),
        )


def _annotations(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Annotations that were not cancelled."""
    lists = [task.get(key) for key in _DRAWN]
    drawn = next((entries for entries in lists if isinstance(entries, list)), [])
    return [
        a for a in drawn
        if isinstance(a, dict)
        and not a.get('was_cancelled') and isinstance(a.get('result'), list)
    ]  # fmt: skip


def _drawn(task: Mapping[str, Any]) -> list[Any]:
    """Results of the annotation that counts; empty where there is none."""
    valid = _annotations(task)
    marked = [a for a in valid if a.get('ground_truth') is True]
    filled = [a for a in marked or valid if a['result']]
    results: list[Any] = filled[-1]['result'] if filled else []
    return results


def _names(task: Mapping[str, Any]) -> list[str]:
    """What the image may be called, the most telling first."""
    data = task.get('data')
    fields = data.values() if isinstance(data, dict) else ()
    links = [v for v in (*fields, task.get('file_upload')) if isinstance(v, str)]
    paths = [path for link in links for path in _paths(link)]
    paths = [p for p in paths if PurePosixPath(p).suffix.lower() in IMAGE_SUFFIXES]
    bare = [str(PurePosixPath(p).with_name(_UPLOADED.sub('', PurePosixPath(p).name)))
            for p in paths]  # fmt: skip
    return [*dict.fromkeys([*paths, *bare])]


def _paths(link: str) -> Iterator[str]:
    """Paths in a link: its own, and those that its query hands on."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return
    for key, values in parse_qs(parts.query).items():
        for value in values:
            if key == 'fileuri':
                try:
                    yield base64.urlsafe_b64decode(value + '==').decode()
                except (ValueError, binascii.Error):
                    continue
            else:
                yield value
    if parts.path:
        yield unquote(parts.path)


def _shapes(
    results: Sequence[Mapping[str, Any]], size: tuple[int, int]
) -> Iterator[Shape]:
    regions: dict[Hashable, Region] = {}
    tied: dict[Hashable, Hashable] = {}
    for place, result in enumerate(results):
        if result.get('type') == 'relation':
            _tie(tied, str(result.get('from_id')), str(result.get('to_id')))
            continue
        key: Hashable = str(result.get('id', place))
        regions.setdefault(key, Region([])).results.append(result)
        if isinstance(parent := result.get('parentID'), str):
            _tie(tied, key, str(parent))
    roots = {key: _root(tied, key) for key in regions}
    families: dict[Hashable, list[Hashable]] = {}
    for key, root in roots.items():
        families.setdefault(root, []).append(key)
    for key, region in regions.items():
        labels, value = region.labels, region.value
        family = families[roots[key]]
        relatives = [other for other in family if other != key]
        shape = Shape(
            'other',
            _points(value, size),
            labels[0] if labels else '',
            labels[1:],
            [text for other in relatives for text in regions[other].labels],
            roots[key] if relatives else None,
            region.tool,
        )
        if 'points' in value:
            shape.kind = 'polygon'
        elif 'x' in value and not value.keys() & _EXTENDED:
            shape.kind = 'points'
        elif (relatives and value) or (not value and region.tool in _SAID):
            continue  # holds points together, or says something of the whole film
        yield shape


def _points(value: Mapping[str, Any], size: tuple[int, int]) -> list[Any]:
    """Points in px; the export has percents."""
    points = value.get('points', [[value.get('x'), value.get('y')]])
    found: list[list[float] | None] = []
    for point in points if isinstance(points, list) else []:
        pair = numbers(point)
        sound = pair is not None and len(pair) == 2
        found.append(
            [p * s / 100 for p, s in zip(pair, size, strict=True)]
            if sound and pair is not None
            else None
        )
    return found


def _tie(tied: dict[Hashable, Hashable], a: Hashable, b: Hashable) -> None:
    one, other = _root(tied, a), _root(tied, b)
    if one != other:
        tied[one] = other


def _root(tied: Mapping[Hashable, Hashable], key: Hashable) -> Hashable:
    while key in tied:
        key = tied[key]
    return key


def _strings(said: Any) -> list[str]:
    """Texts in a value, whatever lists are around them."""
    if isinstance(said, str):
        return [said]
    if isinstance(said, list):
        return [text for part in said for text in _strings(part)]
    return []
