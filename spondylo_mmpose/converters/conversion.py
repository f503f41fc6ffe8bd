"""Convert a raw data set of any format to COCO keypoints."""

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import cv2

from spondylo_mmpose.converters import conversion_report as reporting
from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.coco import SPLITS, Film, write_coco
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.data_root import check_nothing_added
from spondylo_mmpose.converters.formats.base import FilmResult, Format
from spondylo_mmpose.converters.leaks import note_leaks
from spondylo_mmpose.converters.reading import read_films
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import Radiograph
from spondylo_mmpose.utils.io import atomic_dir, check_apart, write_json


def convert(
    raw_format: Format,
    src: str | Path,
    out: str | Path,
    force: bool = False,
    workers: int = 4,
) -> ConversionReport:
    """Convert a data set to COCO keypoints.

    Writes ``OUT/images/<split>/``, ``OUT/annotations/<split>.json`` and
    ``OUT/conversion_report.json``. Images are copied byte for byte, except DICOM files,
    which name their patient: of them the picture is kept, as an 8-bit PNG. A fault of
    one film or vertebra is listed in the report and costs that film or vertebra only.

    Args:
        raw_format: Format of the data set.
        src: A folder, a zip, or a zip or folder that holds nothing but one zip.
        out: Folder to write; absent or empty unless ``force``.
        force: Replace ``out``.
        workers: Threads that read and check images.

    Returns:
        The report, as written.

    Raises:
        SpondyloError: If there is nothing to convert, or ``out`` cannot be written, or
            holds splits or a calibration made after an earlier conversion.
    """
    src, out = Path(src), Path(out)
    check_apart(src, out)
    if force:
        check_nothing_added(out, reporting.REPORT_NAME)
    report = ConversionReport()
    mark = [reporting.REPORT_NAME]
    with open_source(src) as source, atomic_dir(out, force, mark) as folder:
        images = folder / 'images'
        for split in SPLITS:
            (images / split).mkdir(parents=True)

        def keep(done: FilmResult, content: bytes, image: Radiograph) -> None:
            assert done.film is not None
            path = images / done.film.file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            if image.format == 'DICOM':
                path = path.with_name(path.name + '.png')
                done.film.file_name += '.png'
                content = cv2.imencode('.png', image.pixels)[1].tobytes()
            path.write_bytes(content)

        done = read_films(raw_format, source, str(src), report, keep, workers)
        films = _collect(done, report)
        if not films:
            raise SpondyloError(
                f'{src}: not one film is usable (the first of each kind: '
                f'{report.examples()}); tools/verify_dataset.py {src} --json FILE '
                'lists all'
            )
        report.digests = {**source.digests, 'content': _content_digest(done, report)}
        info = replace(raw_format.info(source), source_digests=report.digests)
        write_coco(folder, films, info)
        write_json(folder / reporting.REPORT_NAME, report.as_dict())
    return report


def _collect(done: list[FilmResult], report: ConversionReport) -> list[Film]:
    """Films that came through; totals go to the report."""
    usable = [one for one in done if one.film is not None]
    note_leaks(usable, report)
    films = [one.film for one in usable if one.film is not None]
    report.totals.update(
        {
            'films': len(films),
            'films left out': sum(one.raw.image is not None for one in done)
            - len(films),
            'vertebrae': sum(len(film.corners) for film in films),
            'vertebrae left out': sum(
                number
                for kind, number in report.counts().items()
                if reporting.KINDS[kind][0] == reporting.VERTEBRA
            ),
            'split': _tally(films, [film.split for film in films]),
            'source': _tally(films, [film.source for film in films]),
            'encoding': _tally(films, [one.encoding for one in usable]),
        }
    )
    return films


def _tally(films: list[Film], keys: list[Any]) -> dict[str, dict[str, int]]:
    number: Counter[str] = Counter()
    vertebrae: Counter[str] = Counter()
    for film, key in zip(films, keys, strict=True):
        number[key or 'unlabelled'] += 1
        vertebrae[key or 'unlabelled'] += len(film.corners)
    return {
        key: {'films': number[key], 'vertebrae': vertebrae[key]}
        for key in sorted(number)
    }


def _content_digest(done: list[FilmResult], report: ConversionReport) -> str:
    """SHA-256 over split, file name and digest of all that was read."""
    lines = [
        f'{one.raw.split}/{PurePosixPath(member).name} {digest}\n'
        for one in done
        for member, digest in one.digests.items()
    ]
    own = {member for one in done for member in one.digests}
    lines += [
        f'{PurePosixPath(member).name} {digest}\n'
        for member, digest in report.shared.items()
        if member not in own
    ]
    return hashlib.sha256(''.join(sorted(lines)).encode()).hexdigest()
