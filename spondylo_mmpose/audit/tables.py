"""What a data set holds, counted: films, labels, boxes, demographics."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.formats.base import FilmResult
from spondylo_mmpose.converters.labels import RawLabels
from spondylo_mmpose.spine.anatomy import hull_boxes

_TIGHT = 1.5  # px; boxes were rounded to whole pixels


def count(films: Sequence[FilmResult]) -> dict[str, dict[str, Any]]:
    """Count what is there.

    Args:
        films: Films that came through.

    Returns:
        Tables by name: ``split``, ``source``, ``encoding``, ``boxes``, ``vertebrae``
        (films by their number), ``demographics`` (by split), ``known`` (films whose
        view, spacing, sex and age are known).
    """
    known = [one.film for one in films if one.film is not None]
    labelled = [film for film in known if len(film.corners)]
    return {
        'split': _tally(known, [film.split for film in known]),
        'source': _tally(known, [film.source or 'unknown' for film in known]),
        'encoding': _tally(known, [one.encoding or 'unlabelled' for one in films]),
        'boxes': _counted(_boxes(one.labels) for one in films if one.labels),
        'vertebrae': _counted(len(film.corners) for film in labelled),
        'demographics': {
            split: _demographics([film for film in known if film.split == split])
            for split in sorted({film.split for film in known})
        },
        'known': {
            'films': len(known),
            'view': sum(film.view is not None for film in known),
            'pixel spacing': sum(film.pixel_spacing_mm is not None for film in known),
            'sex': sum(film.sex is not None for film in known),
            'age': sum(film.age is not None for film in known),
        },
    }


def _tally(films: Sequence[Film], keys: Sequence[str]) -> dict[str, dict[str, int]]:
    rows: dict[str, list[Film]] = defaultdict(list)
    for film, key in zip(films, keys, strict=True):
        rows[key].append(film)
    return {
        key: {
            'films': len(rows[key]),
            'patients': len({film.patient_or_self for film in rows[key]}),
            'groups': len({film.group_or_self for film in rows[key]}),
            'vertebrae': sum(len(film.corners) for film in rows[key]),
        }
        for key in sorted(rows)
    }


def _demographics(films: Sequence[Film]) -> dict[str, Any]:
    """Of patients, not of films: a patient with three copies counts once."""
    patients = {film.patient_or_self: film for film in films}.values()
    ages = [film.age for film in patients if film.age is not None]
    sexes = Counter(film.sex for film in patients)
    return {
        'patients': len(patients),
        'female': sexes['F'],
        'male': sexes['M'],
        'sex unknown': len(patients) - sexes['F'] - sexes['M'],
        'age known': len(ages),
        'age mean': round(float(np.mean(ages)), 1) if ages else None,
        'age range': [min(ages), max(ages)] if ages else None,
    }


def _boxes(labels: RawLabels) -> str:
    """Whether the file's own boxes are hulls of its corners."""
    pairs = [(v.box, v.corners) for v in labels.vertebrae]
    known = [(b, c) for b, c in pairs if b is not None and c is not None]
    if not known:
        return 'none'
    boxes = np.array([box for box, _ in known])
    hulls = hull_boxes(np.array([corners for _, corners in known]))
    return 'tight' if np.median(np.abs(boxes - hulls)) <= _TIGHT else 'loose'


def _counted(values: Iterable[Any]) -> dict[str, int]:
    number = Counter(values)
    return {str(key): number[key] for key in sorted(number)}
