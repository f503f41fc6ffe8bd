"""Which films belong together, and whether a division tears them apart."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spondylo_mmpose.converters.coco_reader import annotations_by_image

Image = Mapping[str, Any]
"""An image entry of the COCO contract, or anything with its fields."""

Together = Iterable[Sequence[str]]
"""Lists of file names that belong together beyond what their entries say."""


def connected_films(
    images: Sequence[Image], together: Together = ()
) -> list[list[int]]:
    """Join the films that must never be divided.

    Two films belong together when they share ``patient_id``, ``group`` or
    ``file_name``, when one list of ``together`` names both, or when a chain of such
    films leads from one to the other. A film whose patient and group are not known
    stands for itself.

    Args:
        images: Image entries.
        together: Lists of file names; names that no image has are passed over.

    Returns:
        Places in ``images``, each list rising, the lists by their first place.
    """
    numbers: dict[Hashable, int] = {}
    films, links = [], []
    joined = _joined_names(together)
    for place, image in enumerate(images):
        name = str(image['file_name'])
        for key in (*image_keys(image), *joined.get(name, ())):
            films.append(place)
            links.append(len(images) + numbers.setdefault(key, len(numbers)))
    size = len(images) + len(numbers)
    graph = coo_array((np.ones(len(films), bool), (films, links)), (size, size))
    _, labels = connected_components(graph, directed=False)
    found: dict[int, list[int]] = {}
    for place in range(len(images)):
        found.setdefault(int(labels[place]), []).append(place)
    return list(found.values())


def divided_films(
    images: Mapping[str, Sequence[Image]], together: Together = ()
) -> list[dict[str, list[Image]]]:
    """Find films that belong together but stand in different parts of a division.

    Args:
        images: Image entries of each part.
        together: See :func:`connected_films`.

    Returns:
        For each such set of films its images by part; empty when nothing leaks.
    """
    placed = [(part, image) for part, members in images.items() for image in members]
    found = []
    for places in connected_films([image for _, image in placed], together):
        parts: dict[str, list[Image]] = {}
        for place in places:
            part, image = placed[place]
            parts.setdefault(part, []).append(image)
        if len(parts) > 1:
            found.append(parts)
    return found


def labelled_images(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Image entries of a COCO file that have an annotation.

    A film without labels is neither learned from nor measured: it cannot leak.
    """
    labelled = annotations_by_image(content)
    return [image for image in content['images'] if image['id'] in labelled]


def image_keys(image: Image) -> list[tuple[str, str]]:
    """Fields and values of which a film shares one with each that it belongs to."""
    return [
        (field, str(image[field]))
        for field in ('patient_id', 'group', 'file_name')
        if image.get(field) not in (None, '')
    ]


def comparable_image(image: Image, root: str | Path) -> dict[str, Any]:
    """What names a film across data sets, for :func:`divided_films`.

    A patient's number means the same in all copies of a source. Phantoms are numbered
    anew in each set that is drawn; the names of their files bear a hash instead.

    Args:
        image: Image entry.
        root: Folder of its data set.
    """
    source = image.get('source') or 'unknown'
    phantom = source == 'phantom'
    scope = f'{root}:{source}' if phantom else source
    file_name = str(image['file_name'])
    return {
        field: None if image.get(field) in (None, '') else f'{scope}:{image[field]}'
        for field in ('patient_id', 'group')
    } | {'file_name': Path(file_name).name if phantom else f'{root}:{file_name}'}


def _joined_names(together: Together) -> dict[str, list[tuple[str, int]]]:
    """The lists of ``together`` that name each file."""
    joined: dict[str, list[tuple[str, int]]] = {}
    for number, names in enumerate(together):
        for name in names:
            joined.setdefault(name, []).append(('together', number))
    return joined
