"""BUU-LSPINE (Burapha University): frontal and lateral lumbar films with CSV labels."""

import argparse
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import (
    FilmResult,
    Format,
    RawFilm,
    settle,
    target_of,
)
from spondylo_mmpose.converters.formats.buu_labels import ROWS, parse_rows, split_rows
from spondylo_mmpose.converters.labels import LabelError
from spondylo_mmpose.converters.naming import PHANTOM_IDS
from spondylo_mmpose.converters.text_table import csv_records, finite_number
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import IMAGE_SUFFIXES, Radiograph
from spondylo_mmpose.utils.io import read_json

SPACING_TABLE = 'pixel_spacing.csv'

VIEWS = {'ap': 'ap', 'la': 'lateral'}
"""Folder, in lower case, and what its films show."""

_DIGITS = {'0': 'ap', '1': 'lateral'}
_NAME = re.compile(r'^(\d+)-([MF])-(\d{1,3})Y([01])?$', re.IGNORECASE)


@dataclass(frozen=True)
class BuuName:
    """Facts of a file name; ``None`` where it tells nothing.

    Attributes:
        patient: Number of the patient, without leading zeros.
        sex: ``'M'`` or ``'F'``.
        age: Years.
        view: ``'lateral'`` or ``'ap'``.
    """

    patient: str | None = None
    sex: str | None = None
    age: int | None = None
    view: str | None = None


@dataclass(frozen=True)
class BuuEntry:
    """What the data set says of a film beside its labels.

    Attributes:
        name: Facts of the file name.
        view: What the folder says it shows.
        spacing: Of the spacing table, mm per px.
    """

    name: BuuName
    view: str
    spacing: float | None = None


class Buu(Format):
    """Films and labels side by side in the folders ``AP`` and ``LA``.

    Args:
        views: Folders that are read.
        exclude: Numbers of patients that are left out, without leading zeros.
    """

    name = 'buu'
    help = 'BUU-LSPINE: AP and LA lumbar films, a CSV of end plates for each'
    layout = '{AP,LA}/<number>-<sex>-<age>Y{0,1}.jpg and .csv'

    def __init__(
        self, views: Iterable[str] = ('ap', 'la'), exclude: Iterable[str] = ()
    ) -> None:
        self.views = frozenset(views)
        self.exclude = frozenset(exclude)

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """See the base class."""
        parser.add_argument(
            '--views',
            choices=('la', 'ap', 'both'),
            default='both',
            help='films to convert (default: %(default)s)',
        )
        parser.add_argument(
            '--exclude',
            metavar='PATH',
            action='append',
            default=[],
            help='leave out patients: those of a converted data set (its folder) that '
            'has films of BUU-LSPINE, or of a text file with a number or a range such '
            'as 2662-4951 a line; may be given again',
        )

    @classmethod
    def from_arguments(cls, args: argparse.Namespace) -> 'Buu':
        """See the base class."""
        views = ('ap', 'la') if args.views == 'both' else (args.views,)
        return cls(views, {n for path in args.exclude for n in patients_of(path)})

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        names = set(source.names)
        return any(
            str(PurePosixPath(name).with_suffix(suffix)) in names
            for name in source.names
            if name.lower().endswith('.csv') and _folder(name)
            for suffix in ('.jpg', '.png', '.JPG', '.PNG')
        )

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        spacings = _spacings(source, report)
        films: dict[tuple[str, str], RawFilm] = {}
        others = excluded = 0
        for member in source.names:
            path, folder = PurePosixPath(member), _folder(member)
            suffix = path.suffix.lower()
            if folder is None or not (suffix == '.csv' or suffix in IMAGE_SUFFIXES):
                continue
            name = parse_name(path.stem)
            is_image = suffix != '.csv'
            if folder not in self.views:
                others += is_image
                continue
            if name.patient in self.exclude:
                excluded += is_image
                continue
            raw = RawFilm('train', path.stem, target=f'{folder.upper()}/{path.name}')
            raw = films.setdefault((folder, path.stem), raw)
            role = 'image' if is_image else 'csv'
            if (first := raw.members.setdefault(role, member)) != member:
                report.add('file_duplicated', member, taken=first)
            if is_image and first == member:
                raw.target = f'{folder.upper()}/{path.name}'
            own, shared = path.stem.lower(), re.sub('[01]$', '', path.stem.lower())
            spacing = spacings.get(own, spacings.get(shared))
            raw.entry = BuuEntry(name, VIEWS[folder], spacing)
        for raw in films.values():
            raw.unlabelled = 'csv' not in raw.members
        if not films and others + excluded:
            raise SpondyloError(
                f'no film is left: {others} of other views, {excluded} of excluded '
                'patients; check --views and --exclude'
            )
        if others:
            report.totals['films of other views'] = others
        if excluded:
            report.totals['films of excluded patients'] = excluded
        return [films[key] for key in sorted(films)]

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        raw = done.raw
        entry: BuuEntry = raw.entry
        name, spacing = entry.name, entry.spacing
        phantom = name.patient is not None and int(name.patient) in PHANTOM_IDS
        film = Film(
            file_name=target_of(raw),
            width=image.width,
            height=image.height,
            split=raw.split,
            patient_id=raw.stem if name.patient is None else name.patient.zfill(4),
            group=raw.stem,
            source='phantom' if phantom else 'buu',
            sex=name.sex,
            age=name.age,
            pixel_spacing_mm=None if spacing is None else (spacing, spacing),
            pixel_spacing_origin=None if spacing is None else f'table:{SPACING_TABLE}',
            original_size=(image.width, image.height),
            view=entry.view,
        )
        content = done.read(raw.members['csv'])
        if content is None:
            return None
        try:
            rows = split_rows(content)
        except LabelError as error:
            done.note('labels_unreadable', reason=str(error))
            return None
        if not rows:
            done.note('labels_empty')
            return None
        film.view = _view(entry, len(rows), done)
        if len(rows) != ROWS[film.view]:
            done.note('rows_miscounted', rows=len(rows), expected=ROWS[film.view])
            return None
        return settle(done, film, parse_rows(rows, film.view))

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return DatasetInfo(
            description='BUU-LSPINE, lumbar spine radiographs with corner labels',
            url='https://services.informatics.buu.ac.th/spine/',
            contributor='Burapha University',
        )


def parse_name(stem: str) -> BuuName:
    """Facts of a name such as ``3209-F-073Y1``.

    Args:
        stem: File name without suffix.
    """
    match = _NAME.match(stem)
    if match is None:
        return BuuName()
    number, sex, age, digit = match.groups()
    view = None if digit is None else _DIGITS[digit]
    return BuuName(_number(number), sex.upper(), int(age), view)


def patients_of(path: str | Path) -> set[str]:
    """Numbers of BUU-LSPINE's patients in a converted data set, or a list of them.

    Args:
        path: Folder of a converted data set, or a text file with a number or a range a
            line; ``#`` begins a remark.

    Returns:
        Numbers without leading zeros.

    Raises:
        SpondyloError: If there are none, or a line is no number.
    """
    path = Path(path)
    found: set[str] = set()
    if path.is_dir():
        for file in sorted((path / 'annotations').glob('*.json')):
            content = read_json(file)
            for image in content.get('images', ()) if isinstance(content, dict) else ():
                if image.get('source') == 'buu':
                    found.add(_number(str(image.get('patient_id'))))
    else:
        try:
            lines = path.read_text(encoding='utf-8').splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SpondyloError(f'{path}: cannot be read ({error})') from error
        for place, line in enumerate(lines, start=1):
            text = line.split('#')[0].strip()
            match = re.fullmatch(r'(\d{1,6})(?:\s*-\s*(\d{1,6}))?', text)
            if match:
                first, last = int(match[1]), int(match[2] or match[1])
                found |= {str(n) for n in range(first, last + 1)}
            elif text:
                raise SpondyloError(
                    f'{path}: line {place} is neither a number nor a range as 2662-4951'
                )
    if not found:
        raise SpondyloError(f'{path}: holds no patient of BUU-LSPINE to exclude')
    return found


def _number(text: str) -> str:
    return text.lstrip('0') or '0'


def _folder(member: str) -> str | None:
    """``'ap'`` or ``'la'`` for a member of such a folder."""
    folder = PurePosixPath(member).parent.name.lower()
    return folder if folder in VIEWS else None


def _view(entry: BuuEntry, rows: int, done: FilmResult) -> str:
    """What the film shows; where folder and name disagree, the rows tell."""
    if entry.name.view in (None, entry.view):
        return entry.view
    by_rows = {number: view for view, number in ROWS.items()}
    view = by_rows.get(rows, entry.view)
    done.note('view_disagrees', folder=entry.view, name=entry.name.view, taken=view)
    return view


def _spacings(source: RawSource, report: ConversionReport) -> dict[str, float]:
    """Spacing of each film in the table, mm per px, by its name in lower case.

    A name may lack the digit of the view; then it stands for both films.
    """
    found: dict[str, float] = {}
    doubtful: set[str] = set()
    for member in source.names:
        if PurePosixPath(member).name != SPACING_TABLE:
            continue
        try:
            rows = csv_records(source.read(member), ['pixel_spacing_mm'])
        except MemberError as error:
            report.add(error.kind, member, reason=str(error))
            continue
        except ValueError as error:
            report.add('spacing_unusable', member, reason=str(error))
            continue
        for place, row in rows:
            name = PurePosixPath(row.get('filename', '').strip().lower())
            key = name.stem if name.suffix in IMAGE_SUFFIXES else str(name)
            value = finite_number(row.get('pixel_spacing_mm', ''))
            if value is None or value <= 0 or found.get(key, value) != value:
                report.add('spacing_unusable', member, row=place, name=key)
                doubtful.add(key)
            else:
                found[key] = value
    return {key: value for key, value in found.items() if key not in doubtful}
