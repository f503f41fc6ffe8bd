"""What a label file, or else the file name, tells of a film beside its vertebrae."""

from collections.abc import Mapping
from typing import Any

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.converters.film_facts import fact_fault
from spondylo_mmpose.converters.formats.base import FilmResult, target_of
from spondylo_mmpose.converters.naming import parse_name
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
    name = parse_name(raw.stem)
    film.patient_id = film.patient_id or name.patient_id
    film.group = film.group or name.group
    film.source = film.source or name.source
    film.sex, film.view = film.sex or name.sex, film.view or name.view
    film.age = name.age if film.age is None else film.age
    return film


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
