"""AASCE 2019 (SpineWeb data set 16): frontal films with 17 vertebrae each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.encodings import OWN
from spondylo_mmpose.converters.formats.base import (
    FilmResult,
    Format,
    RawFilm,
    settle,
    target_of,
)
from spondylo_mmpose.converters.labels import (
    LEVEL_FROM_DATASET,
    RawLabels,
    make_vertebra,
)
from spondylo_mmpose.converters.text_table import finite_number, number
from spondylo_mmpose.imaging import IMAGE_SUFFIXES, Radiograph

NUMBER = 17
"""Vertebrae of a film, T1 to L5."""

_SPLITS = {'training': 'train', 'test': 'test'}
_TABLES = ('filenames.csv', 'landmarks.csv', 'angles.csv')

# `sunhl-1th-09-Jan-2017-197 A AP.jpg`: the day of labelling, patient 197, exposure A.
_NAME = re.compile(r'^.*\d{2}-[A-Z][a-z]{2}-\d{4}-(?:(\d+) ([A-Z]+)\b|(coronal\d+)$)')

SAME_PATIENT: Mapping[str, str] = {
    '153': '78',
    '141': '77',
    '157': '79',
    '239': '238',
    'coronal4': '1',
    'coronal8': '5',
    'coronal9': '35',
    'coronal10': 'coronal3',
    'coronal12': '48',
}
"""Numbers given a second time: an audit by image finds two of their films the same, and
to the eye it is one exposure, cut out twice."""


@dataclass(frozen=True)
class AasceEntry:
    """What the tables say of one film.

    Attributes:
        table: Member of the landmarks.
        landmarks: Fields of its row, shares of the image's width, then height.
        angles: Fields of its row of Cobb angles, ``None`` where unusable.
    """

    table: str
    landmarks: list[str]
    angles: list[str] | None


class Aasce(Format):
    """``filenames.csv``, ``landmarks.csv`` and ``angles.csv`` run row by row."""

    name = 'aasce'
    help = 'AASCE 2019 / SpineWeb data set 16: frontal films, T1 to L5, Cobb angles'
    layout = (
        'labels/training/{filenames,landmarks,angles}.csv beside data/training/*.jpg'
    )

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        names = set(source.names)
        return any(
            str(PurePosixPath(name).with_name('filenames.csv')) in names
            for name in names
            if PurePosixPath(name).name == 'landmarks.csv'
        )

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        films: dict[str, RawFilm] = {}
        for name in source.names:
            path = PurePosixPath(name)
            split = _SPLITS.get(path.parent.name)
            inside = path.parent.parent.name == 'data'
            if split and inside and path.suffix.lower() in IMAGE_SUFFIXES:
                films[name] = RawFilm(split, path.stem, {'image': name})
        tables = [PurePosixPath(n) for n in source.names if n.endswith('.csv')]
        for folder in sorted({p.parent for p in tables if p.name in _TABLES[:2]}):
            if folder.name in _SPLITS:
                _enter_labels(source, folder, films, report)
        return [films[key] for key in sorted(films)]

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        raw = done.raw
        patient, group = patient_and_group(raw.stem)
        film = Film(
            file_name=target_of(raw),
            width=image.width,
            height=image.height,
            split=raw.split,
            patient_id=patient,
            group=group,
            source='aasce',
            original_size=(image.width, image.height),
            view='ap',
        )
        if raw.entry is None:
            return film
        entry: AasceEntry = raw.entry
        film.extra = {'cobb_angles_deg': _angles(entry.angles, done)}
        if len(entry.landmarks) != 8 * NUMBER:
            reason = f'{len(entry.landmarks)} values, not {8 * NUMBER}'
            done.note('labels_unreadable', member=entry.table, reason=reason)
            return None
        return settle(done, film, _labels(entry.landmarks, image.width, image.height))

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return DatasetInfo(
            description='AASCE 2019, spinal curvature on frontal films (SpineWeb 16)',
            url='http://spineweb.digitalimaginggroup.ca',
        )


def patient_and_group(stem: str) -> tuple[str, str]:
    """Patient and exposure as far as a file name tells.

    It is inferred: films of one number show one spine over the years. A repeated
    exposure (``AP2``, ``AP (2)``) goes with the first.

    Args:
        stem: File name without suffix.
    """
    match = _NAME.match(stem)
    if match is None:
        return stem, stem
    number, exposure, alone = match.groups()
    patient = number or alone
    group = f'{number} {exposure}' if number else alone
    return f'aasce-{SAME_PATIENT.get(patient, patient)}', f'aasce-{group}'


def _enter_labels(
    source: RawSource,
    folder: PurePosixPath,
    films: dict[str, RawFilm],
    report: ConversionReport,
) -> None:
    """Give each film of a folder its row of the tables."""
    tables = _read_tables(source, folder, report)
    files, landmarks, angles = (tables[name] for name in _TABLES)
    table = str(folder / 'landmarks.csv')
    if files is None or landmarks is None:
        return
    if len(files) != len(landmarks):
        # Which row is missing can't be known.
        reason = f'{len(landmarks)} rows for {len(files)} file names'
        report.add('labels_unreadable', table, reason=reason)
        return
    if angles is None or len(angles) != len(files):
        number = None if angles is None else len(angles)
        report.add('angles_unusable', table, rows=number, films=len(files))
        angles = None
    # labels/training -> data/training
    place = folder.parent.parent / 'data' / folder.name
    for row, name in enumerate(files):
        image = str(place / name)
        missing = RawFilm(
            _SPLITS[folder.name],
            PurePosixPath(name).stem,
            {'csv': table},
            target=name,
        )
        found = films.setdefault(image, missing)
        if found.entry is not None:
            report.add('file_duplicated', table, row=row, taken=found.file)
            continue
        found.entry = AasceEntry(
            table,
            landmarks[row].split(','),
            None if angles is None else angles[row].split(','),
        )


def _read_tables(
    source: RawSource, folder: PurePosixPath, report: ConversionReport
) -> dict[str, list[str] | None]:
    """Lines of the three tables, ``None`` where unreadable."""
    tables: dict[str, list[str] | None] = {}
    for name in _TABLES:
        member = str(folder / name)
        tables[name] = None
        if member not in source.names:
            if name != 'angles.csv':
                report.add('labels_unreadable', member, reason='missing')
            continue
        try:
            content = source.read(member)
            text = content.decode('utf-8-sig').rstrip()
            tables[name] = [line.strip() for line in text.splitlines()]
        except MemberError as error:
            report.add(error.kind, member, reason=str(error))
            continue
        except UnicodeDecodeError as error:
            report.add('labels_unreadable', member, reason=str(error))
    return tables


def _labels(fields: list[str], width: int, height: int) -> RawLabels:
    values = [number(field) for field in fields]
    xs, ys = values[: 4 * NUMBER], values[4 * NUMBER :]
    points = [
        None if x is None or y is None else [x * width, y * height]
        for x, y in zip(xs, ys, strict=True)
    ]
    return RawLabels(
        [make_vertebra(i, points[4 * i : 4 * i + 4]) for i in range(NUMBER)],
        OWN,
        # The data set says what the order is; a vote can only agree or not.
        candidates=(OWN,),
        lowest='L5',
        level_origin=LEVEL_FROM_DATASET,
        number=NUMBER,
    )


def _angles(fields: list[str] | None, done: FilmResult) -> list[float] | None:
    """Three Cobb angles as the table lists them, degrees."""
    if fields is None:
        return None
    values = [finite_number(field) for field in fields]
    found = [value for value in values if value is not None]
    if len(values) == len(found) == 3:
        return found
    done.note('angles_unusable', fields=len(fields))
    return None
