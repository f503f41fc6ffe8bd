"""Spondylolisthesis Vertebral Landmark Dataset (Mendeley Data), and its layout."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.attribution import exported_info
from spondylo_mmpose.converters.cleaning import CleanSpine, clean
from spondylo_mmpose.converters.coco import CC_BY_4, DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import (
    FilmResult,
    Format,
    Note,
    RawFilm,
    target_of,
    with_spine,
)
from spondylo_mmpose.converters.formats.facts import name_of
from spondylo_mmpose.converters.formats.mendeley_labels import (
    class_names,
    parse_json,
    parse_txt,
)
from spondylo_mmpose.converters.formats.mendeley_layout import find_films
from spondylo_mmpose.converters.labels import LabelError
from spondylo_mmpose.converters.naming import parse_name
from spondylo_mmpose.imaging import Radiograph

_DATA_SET = DatasetInfo(
    description='Spondylolisthesis Vertebral Landmark Dataset',
    url='https://doi.org/10.17632/5jdfdgp762.1',
    contributor='Karla Reyes, VSB - Technical University of Ostrava',
    licence=CC_BY_4,
)
_FOLDER = 'keypointrcnn_data'

_AGREE = 1.5  # px; conversions of the text labels cut decimals off


class Mendeley(Format):
    """The downloaded data set, its official split kept."""

    name = 'mendeley'
    help = (
        'Spondylolisthesis Vertebral Landmark Dataset (Mendeley Data 5jdfdgp762): '
        'the downloaded zip or its folder'
    )
    layout = (
        'images/{train,val}/*.jpg beside labels/{train,val}/, or Test/*.jpg without '
        'labels'
    )

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        films = find_films(source.names, ConversionReport())
        return any(film.image and film.labelled for film in films)

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        films = find_films(source.names, report)
        _enter_class_names(source, films)
        if _holds_phantoms(source):
            for film in films:
                film.source = 'phantom'
        elif _info(source, films) == _DATA_SET:
            for film in films:
                # The test films were not exported.
                film.untouched = (
                    film.split == 'test'
                    and not film.labelled
                    and not parse_name(film.stem).exported
                )
        return films

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        raw = done.raw
        name = name_of(raw)
        film = Film(
            file_name=target_of(raw),
            width=image.width,
            height=image.height,
            split=raw.split,
            patient_id=name.patient_id,
            group=name.group,
            source=raw.source or name.source,
            sex=name.sex,
            age=name.age,
            view=name.view,
            original_size=(image.width, image.height) if raw.untouched else None,
            extra={'named_levels': list(name.named_levels)},
        )
        if not raw.labelled:
            return film
        spine = _read_labels(done, image)
        return None if spine is None else with_spine(done, film, spine)

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return _info(source, find_films(source.names, ConversionReport()))


def _enter_class_names(source: RawSource, films: Sequence[RawFilm]) -> None:
    """Give films with text labels what the nearest ``data.yaml`` calls classes."""
    told = {}
    for member in source.names:
        if member.lower().endswith(('.yaml', '.yml')):
            with suppress(MemberError):
                names = class_names(source.read(member))
                told[PurePosixPath(member).parent] = names
    for film in films if any(told.values()) else ():
        if text := film.members.get('txt'):
            folders = PurePosixPath(text).parents
            film.entry = next((told[f] for f in folders if f in told), None)


def _info(source: RawSource, films: Sequence[RawFilm]) -> DatasetInfo:
    if _holds_phantoms(source):
        return DatasetInfo('Synthetic lateral lumbar radiographs (phantoms)')
    told = exported_info(source)
    if told is not None:
        return told
    return _DATA_SET if _has_signs(films) else DatasetInfo('YOLO-pose labels')


def _has_signs(films: Sequence[RawFilm]) -> bool:
    """Whether the films are those of the data set, and not only laid out like them.

    Many trainers read text labels of this layout; to name an author and a licence for
    films of others would be wrong.
    """
    shown = [film for film in films if film.image]
    if any(_FOLDER in PurePosixPath(str(f.image).lower()).parts for f in shown):
        return True
    names = [(film, parse_name(film.stem)) for film in shown]
    # The labelled films went through an export; without its mark they may be BUU's.
    known = [
        film
        for film, name in names
        if name.source in ('buu', 'honduran') and (name.exported or not film.labelled)
    ]
    return len(known) > len(shown) / 2


def _holds_phantoms(source: RawSource) -> bool:
    """A folder of phantoms in this layout brings its truth along."""
    return any(PurePosixPath(name).name == 'truth.json' for name in source.names)


def _read_labels(done: FilmResult, image: Radiograph) -> CleanSpine | None:
    """The spine of a film; JSON first, the text where there is no usable JSON."""
    json, txt = done.raw.members.get('json'), done.raw.members.get('txt')
    if json is None or txt is None:
        return _read_one(done, json or txt or '', image, done.note)
    aside: list[tuple[str, dict[str, Any]]] = []

    def note_aside(kind: str, **detail: Any) -> None:
        aside.append((kind, detail))

    from_json = _read_one(done, json, image, note_aside)
    if from_json is not None:
        done.faults += aside
        # Faults of labels that are not used cost nothing: no note of them.
        from_txt = _read_one(done, txt, image, lambda kind, **detail: None)
        agree, apart = _compare(from_json, from_txt)
        done.note('json_and_txt', agree=agree, largest_distance_px=apart)
        return from_json
    done.labels = None
    from_txt = _read_one(done, txt, image, done.note)
    if from_txt is not None:
        done.note('json_unusable', faults=[kind for kind, _ in aside])
    else:
        done.faults += aside
    return from_txt


def _read_one(
    done: FilmResult, member: str, image: Radiograph, note: Note
) -> CleanSpine | None:
    content = done.read(member, note)
    if content is None:
        return None
    try:
        if member.lower().endswith('.json'):
            labels = parse_json(content)
        else:
            labels = parse_txt(content, image.width, image.height, done.raw.entry)
    except LabelError as error:
        note('labels_unreadable', member=member, reason=str(error))
        return None
    # Of two label files the JSON, which is read first, counts.
    if done.labels is None:
        done.labels = labels
    return clean(labels, image.width, image.height, note)


def _compare(a: CleanSpine | None, b: CleanSpine | None) -> tuple[bool, float | None]:
    if a is None or b is None or a.corners.shape != b.corners.shape:
        return False, None
    apart = float(np.nanmax(np.abs(a.corners - b.corners)))
    return apart <= _AGREE, round(apart, 2)
