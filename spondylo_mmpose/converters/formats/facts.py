"""What a label file, or else the file name, tells of a film beside its vertebrae."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.converters.film_facts import fact_fault
from spondylo_mmpose.converters.formats.base import FilmResult, RawFilm, target_of
from spondylo_mmpose.converters.naming import FilmName, parse_name
from spondylo_mmpose.imaging import Radiograph

_OTHERWISE = ('file_name', 'width', 'height', 'split', 'id', 'license')


def film_of(
    done: FilmResult, image: Radiograph, facts: Mapping[str, Any] | None = None
) -> Film:
    """The film without vertebrae; what the facts leave out is read from its name.

    Args:
        done: The film; told of facts that cannot be true.
        image: Its image.
        facts: Fields of an image entry of a COCO file. Unknown ones are kept.
    """
    raw = done.raw
    given = facts if isinstance(facts, Mapping) else {}
    known = {k: v for k, v in given.items() if k not in _OTHERWISE and v is not None}
    for key in [key for key, value in known.items() if fact_fault(key, value)]:
        done.note('fact_malformed', field=key)
        del known[key]
    known |= {'id': 0, 'file_name': target_of(raw)}
    known |= {'width': image.width, 'height': image.height}
    (film,) = films_of_coco({'images': [known], 'annotations': []}, raw.split)
    name = name_of(raw)
    film.patient_id = film.patient_id or name.patient_id
    film.group = film.group or name.group
    film.source = film.source or name.source
    film.sex, film.view = film.sex or name.sex, film.view or name.view
    film.age = name.age if film.age is None else film.age
    return film


def tell_patients_apart(films: Sequence[RawFilm]) -> None:
    """Give films that are only called alike patients and groups of their own.

    ``patient1/lateral.jpg`` and ``patient2/lateral.jpg`` are two patients. Equal names
    of the known schemes, and of exports, are copies of one film.

    Args:
        films: All films of a data set; ``known_as`` of some is set.
    """
    paths = [PurePosixPath(film.image) for film in films if film.image]
    # The folders around the data set, as an archive may have them, tell nothing.
    root = os.path.commonpath([path.parent for path in paths]) if paths else ''
    number = Counter(film.stem for film in films if film.image)
    for film in films:
        if film.image and number[film.stem] > 1 and not parse_name(film.stem).telling:
            path = PurePosixPath(film.image).relative_to(root)
            film.known_as = str(path.with_suffix(''))


def name_of(raw: RawFilm) -> FilmName:
    """What the name of a film tells, in the company of the others."""
    name = parse_name(raw.stem)
    if raw.known_as is None:
        return name
    return replace(name, patient_id=raw.known_as, group=raw.known_as)


def size_agrees(
    done: FilmResult, image: Radiograph, width: object, height: object
) -> bool:
    """Whether the size that labels state is the image's; noted if not.

    A size that is not stated agrees.
    """
    stated = (width, height)
    if None in stated or stated == (image.width, image.height):
        return True
    done.note('size_disagrees', labels=stated, image=[image.width, image.height])
    return False
