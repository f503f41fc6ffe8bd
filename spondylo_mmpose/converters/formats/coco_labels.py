"""The vertebrae of a COCO keypoint file, film by film, as it lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spondylo_mmpose.converters.coco_reader import VERTEBRA_FIELDS
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.corner_names import level_named, parse_label
from spondylo_mmpose.converters.encodings import KNOWN, OWN
from spondylo_mmpose.converters.labels import (
    LEVEL_FROM_FILE,
    RawLabels,
    RawVertebra,
    make_box,
    make_vertebra,
    numbers,
)
from spondylo_mmpose.spine import anatomy

Annotation = Mapping[str, Any]


@dataclass(frozen=True)
class Category:
    """A kind of thing with four keypoints.

    Attributes:
        places: Where each of ``anatomy.CORNERS`` stands among the keypoints; ``None``
            where their names do not tell.
        level: The level that all of its vertebrae are of, by its name.
    """

    places: tuple[int, ...] | None
    level: str | None = None


@dataclass(frozen=True)
class CocoEntry:
    """What one COCO file says of one film.

    Attributes:
        image: The image's entry.
        vertebrae: Entries of its vertebrae, each with its category.
    """

    image: Mapping[str, Any]
    vertebrae: list[tuple[Annotation, Category]] = field(default_factory=list)


def keypoint_names(category: Mapping[str, Any]) -> list[str] | None:
    """Names of the keypoints of a category; ``None`` unless there are four."""
    names = category.get('keypoints')
    if not isinstance(names, list) or len(names) != 4:
        return None
    return names if all(isinstance(name, str) for name in names) else None


def coco_entries(
    member: str, content: Mapping[str, Any], report: ConversionReport
) -> list[CocoEntry]:
    """What a COCO file says of each of its films.

    Args:
        member: Name of the file.
        content: What it holds; at least one category has four keypoints.
        report: Told of entries that are of no film, and of no vertebra.
    """
    categories = _categories(content['categories'])
    # An unknown category has the corners of the known ones, where they agree.
    common = {known.places for _, known in categories if known}
    unknown = Category(common.pop() if len(common) == 1 else None)
    entries: dict[int, CocoEntry] = {}
    shared: set[int] = set()
    for image in content['images']:
        if not (
            isinstance(image.get('id'), int) and isinstance(image.get('file_name'), str)
        ):
            reason = 'an image without a whole number as id, or without a name'
            report.add('labels_unreadable', member, reason=reason)
            continue
        first = entries.setdefault(image['id'], CocoEntry(image)).image
        if first['file_name'] != image['file_name']:
            shared.add(image['id'])
    for key in sorted(shared):
        # Files that were joined without new numbers: whose its vertebrae are is lost.
        report.add('labels_unreadable', member, reason=f'several images have id {key}')
        del entries[key]
    for place, annotation in enumerate(content['annotations']):
        key = annotation.get('image_id')
        category = annotation.get('category_id')
        meant = [known for name, known in categories if name == category]
        if isinstance(key, int) and key in shared:
            continue
        if not isinstance(key, int) or key not in entries:
            report.add('label_without_image', member, annotation=place)
        elif annotation.get('iscrowd'):
            report.add('shape_unused', member, annotation=place, shape='crowd')
        elif meant == [None]:
            report.add('shape_unused', member, annotation=place, category=category)
        else:
            if not meant:
                report.add(
                    'class_unexpected', member, annotation=place, category=category
                )
            found = next((known for known in meant if known), unknown)
            entries[key].vertebrae.append((annotation, found))
    return list(entries.values())


def _categories(
    categories: Sequence[Mapping[str, Any]],
) -> list[tuple[Any, Category | None]]:
    """Id of each category, and what it is; ``None`` for what is no vertebra."""
    names = [parse_label(str(category.get('name', ''))) for category in categories]
    corners = [keypoint_names(category) for category in categories]
    # Discs may have four corners too; but the only things that have are vertebrae.
    sure = any(k and name.vertebra for k, name in zip(corners, names, strict=True))
    return [
        (
            category.get('id'),
            Category(_places(k), name.level)
            if k and (name.vertebra or not sure)
            else None,
        )
        for category, k, name in zip(categories, corners, names, strict=True)
    ]


def _places(names: Sequence[str]) -> tuple[int, ...] | None:
    """Where each corner stands among keypoints; ``None`` unless all four are named."""
    found = [
        '_'.join(corner) if (corner := parse_label(name).corner) else None
        for name in names
    ]
    if set(found) != set(anatomy.CORNERS):
        return None
    return tuple(found.index(corner) for corner in anatomy.CORNERS)


def coco_labels(entry: CocoEntry) -> RawLabels:
    """The vertebrae of a film."""
    # Named corners are what they are called; a vote can only agree or not.
    named = all(category.places for _, category in entry.vertebrae)
    labels = RawLabels(
        [_vertebra(i, a, c, named) for i, (a, c) in enumerate(entry.vertebrae)],
        OWN,
        candidates=(OWN,) if named else KNOWN,
        listed='any',
    )
    if any('level' in annotation for annotation, _ in entry.vertebrae):
        labels.listed, labels.lowest = 'up', None
    elif any(vertebra.level for vertebra in labels.vertebrae):
        labels.lowest = None
    if labels.lowest is None:
        origins = [annotation.get('level_origin') for annotation, _ in entry.vertebrae]
        labels.level_origin = next((o for o in origins if o), LEVEL_FROM_FILE)
    return labels


def _vertebra(
    index: int, annotation: Annotation, category: Category, named: bool
) -> RawVertebra:
    flat = numbers(annotation.get('keypoints')) or []
    points = [flat[i : i + 3] for i in range(0, len(flat), 3)]
    if named and category.places and len(points) == 4:
        points = [points[i] for i in category.places]
    box = numbers(annotation.get('bbox'))
    if box is not None and len(box) == 4:
        box = [box[0], box[1], box[0] + box[2], box[1] + box[3]]
    vertebra = make_vertebra(index, points, make_box(box))
    vertebra.partial = True
    order = annotation.get('order')
    vertebra.level = (
        level_named(annotation.get('level'))
        or category.level
        or _level_in_attributes(annotation)
    )
    vertebra.order = order if type(order) is int else None
    vertebra.extra = {k: v for k, v in annotation.items() if k not in VERTEBRA_FIELDS}
    return vertebra


def _level_in_attributes(annotation: Annotation) -> str | None:
    """The level among the attributes that CVAT writes with an annotation."""
    attributes = annotation.get('attributes')
    texts = attributes.values() if isinstance(attributes, Mapping) else ()
    levels = (parse_label(text).level for text in texts if isinstance(text, str))
    return next((level for level in levels if level), None)
