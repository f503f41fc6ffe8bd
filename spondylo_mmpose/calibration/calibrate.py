"""Calibrate the films of a converted data set and write what was found."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from spondylo_mmpose.calibration.spacing import Estimate, Method, Outcome, Spacing
from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.converters.data_root import (
    CALIBRATION_REPORT_NAME,
    annotation_files,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import atomic_dir, atomic_file, nan_to_none, write_json

KNOWN, ESTIMATED = 'spacing', 'estimate'
KEPT, REFUSED, CLEARED = 'kept', 'refused', 'cleared'


@dataclass
class CalibrationReport:
    """What became of each film.

    Attributes:
        films: Films of each outcome and its cause, e.g. ``{'refused': {'not in the
            table': ['train/a.png']}}``.
        details: What is special about a film, by its name.
        written: The annotation files.
    """

    films: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def add(self, outcome: str, cause: str, film: Film, detail: Any = None) -> None:
        """Enter one film."""
        self.films.setdefault(outcome, {}).setdefault(cause, []).append(film.file_name)
        if detail:
            self.details[film.file_name] = detail

    def summary(self) -> str:
        """Lines for the user; they name no film."""
        words = {
            KNOWN: 'got a spacing',
            ESTIMATED: 'got an estimate',
            KEPT: 'kept theirs',
            REFUSED: 'got none',
            CLEARED: 'were cleared',
        }
        lines = []
        for outcome, causes in self.films.items():
            for cause, films in sorted(causes.items()):
                lines.append(f'{len(films):6d} films {words[outcome]}: {cause}')
        return '\n'.join([*lines, *(f'wrote {path}' for path in self.written)])


def calibrate(
    root: str | Path,
    method: Method | None,
    annotations: str | None = None,
    out: str | None = None,
    force: bool = False,
    what: tuple[str, ...] = (KNOWN, ESTIMATED),
) -> CalibrationReport:
    """Calibrate a data set.

    Args:
        root: Folder of the converted data set.
        method: How; ``None`` clears.
        annotations: Which to read, one of the names of :func:`.annotation_files`.
        out: Annotation set to write, ``ROOT/annotations/<out>``, which must not be
            there yet; ``None`` replaces the files that were read.
        force: Replace a spacing or estimate that a film has already.
        what: What is cleared.

    Returns:
        The report, also written beside the annotation files or, in place, to
        ``ROOT/calibration_report.json``.

    Raises:
        SpondyloError: If the data set is malformed or the output cannot be written.
    """
    root = Path(root)
    files = annotation_files(root, [annotations] if annotations else ())
    contents = {path: read_annotation_file(path) for path in files}
    for path, content in contents.items():
        info = content.get('info')
        if isinstance(info, Mapping) and info.get('split'):
            raise SpondyloError(
                f'{path}: belongs to a split, which must stay as it was written; '
                'calibrate the data set that was divided and split it again'
            )
    target = _target(root, out)
    report = CalibrationReport()
    films = _films(contents)
    if method is not None:
        method.prepare([film for film, _ in films])
    for film, entry in tqdm(films, 'films', leave=False, disable=None):
        if method is None:
            _clear(film, entry, what, report)
        elif film.pixel_spacing_mm is not None and not force:
            report.add(KEPT, film.pixel_spacing_origin or 'origin not told', film)
        else:
            path = root / 'images' / film.file_name
            _enter(film, entry, method(film, path), force, report)
    _write(root, target, contents, report)
    return report


def _target(root: Path, out: str | None) -> Path | None:
    if out is None:
        return None
    folder = root / 'annotations' / out
    if Path(out).name != out or out in ('.', '..'):
        raise SpondyloError(f'--out {out}: give the plain name of a folder')
    if folder.exists():
        raise SpondyloError(f'{folder}: exists; give --out another name')
    return folder


def _films(
    contents: Mapping[Path, dict[str, Any]],
) -> list[tuple[Film, dict[str, Any]]]:
    """Every film with its image entry."""
    pairs: list[tuple[Film, dict[str, Any]]] = []
    for content in contents.values():
        pairs += zip(films_of_coco(content), content['images'], strict=True)
    return pairs


def _clear(
    film: Film, entry: dict[str, Any], what: tuple[str, ...], report: CalibrationReport
) -> None:
    if KNOWN in what and film.pixel_spacing_mm is not None:
        entry['pixel_spacing_mm'] = entry['pixel_spacing_origin'] = None
        report.add(CLEARED, film.pixel_spacing_origin or 'origin not told', film)
    if ESTIMATED in what and film.pixel_spacing_estimate is not None:
        entry['pixel_spacing_estimate'] = None
        report.add(CLEARED, 'estimate', film)


def _enter(
    film: Film,
    entry: dict[str, Any],
    outcome: Outcome,
    force: bool,
    report: CalibrationReport,
) -> None:
    if isinstance(outcome, Spacing):
        entry['pixel_spacing_mm'] = list(outcome.mm)
        entry['pixel_spacing_origin'] = outcome.origin
        report.add(KNOWN, outcome.origin, film)
    elif isinstance(outcome, Estimate):
        if film.pixel_spacing_estimate is not None and not force:
            report.add(KEPT, 'estimate', film)
            return
        entry['pixel_spacing_estimate'] = outcome.as_dict()
        report.add(ESTIMATED, outcome.method, film)
    else:
        report.add(REFUSED, outcome.reason, film, outcome.detail)


def _write(
    root: Path,
    target: Path | None,
    contents: Mapping[Path, dict[str, Any]],
    report: CalibrationReport,
) -> None:
    """Write all files or none."""
    record = {
        'counts': {k: dict(_count(v)) for k, v in report.films.items()},
        'films': report.films,
        'details': report.details,
    }
    if target is not None:
        with atomic_dir(target) as folder:
            for path, content in contents.items():
                write_json(folder / path.name, content, None)
            write_json(folder / CALIBRATION_REPORT_NAME, record)
        report.written = [str(target / path.name) for path in contents]
        return
    with ExitStack() as stack:
        for path, content in contents.items():
            temporary = stack.enter_context(atomic_file(path))
            text = json.dumps(nan_to_none(content), ensure_ascii=False)
            temporary.write_text(text + '\n', encoding='utf-8')
        write_json(root / CALIBRATION_REPORT_NAME, record)
    report.written = [str(path) for path in contents]


def _count(causes: Mapping[str, list[str]]) -> Counter[str]:
    return Counter({cause: len(films) for cause, films in causes.items()})
