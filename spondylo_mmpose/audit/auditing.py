"""Audit a data set: everything that the converter would find, and what films share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spondylo_mmpose.audit.findings import ERROR, KINDS, Audit, Finding
from spondylo_mmpose.audit.fingerprints import Fingerprint, fingerprint
from spondylo_mmpose.audit.relations import (
    Known,
    copies_of,
    find_copies,
    find_in_other,
    find_same,
)
from spondylo_mmpose.audit.tables import count
from spondylo_mmpose.converters.archive import RawSource, open_source
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import FilmResult, Format
from spondylo_mmpose.converters.leaks import note_leaks
from spondylo_mmpose.converters.reading import read_films
from spondylo_mmpose.converters.registry import detect_or_refuse
from spondylo_mmpose.imaging import Radiograph


@dataclass(frozen=True)
class Reading:
    """A data set while it is open.

    Attributes:
        source: Its members.
        format: Its format.
        films: Every film found, usable or not.
        report: The converter's faults.
        known: Usable films with their fingerprints.
    """

    source: RawSource
    format: Format
    films: list[FilmResult]
    report: ConversionReport
    known: list[Known]


@contextmanager
def reading(
    src: str | Path, raw_format: Format | None = None, workers: int = 4
) -> Iterator[Reading]:
    """Read a data set and keep it open, so that its films can be shown.

    Args:
        src: Folder or archive.
        raw_format: Its format; found out when left out.
        workers: Threads.

    Yields:
        What was read.

    Raises:
        SpondyloError: If there is no data set, or of no known format.
    """
    with open_source(src) as source:
        found = raw_format or detect_or_refuse(source, str(src), 'with --format')
        marks: dict[int, Fingerprint] = {}

        def keep(done: FilmResult, content: bytes, image: Radiograph) -> None:
            marks[id(done)] = fingerprint(np.ascontiguousarray(image.pixels))

        report = ConversionReport()
        films = read_films(found, source, str(src), report, keep, workers)
        known = [(one, marks[id(one)]) for one in films if one.film is not None]
        note_leaks([one for one, _ in known], report)
        yield Reading(source, found, films, report, known)


def audit(read: Reading, against: Reading | None = None, workers: int = 4) -> Audit:
    """Judge what was read.

    Args:
        read: The data set.
        against: Another one, none of whose films may be in this one.
        workers: Threads.
    """
    usable = [one for one, _ in read.known]
    findings = [
        Finding(kind, item['file'], {k: v for k, v in item.items() if k != 'file'})
        for kind, items in read.report.items.items()
        if kind in KINDS
        for item in items
    ]
    findings += find_copies(usable)
    findings += find_same(read.known, workers)
    if against is not None:
        findings += find_in_other(read.known, against.known, workers)
    findings.sort(
        key=lambda f: (
            f.severity != ERROR, f.kind, f.file, f.detail.get('vertebra', -1)
        )
    )  # fmt: skip
    return Audit(
        format=read.format.name,
        digests=dict(read.source.digests),
        tables={'files': _files(read.films), **count(usable)},
        findings=findings,
        copies=copies_of(usable, findings),
    )


def _files(films: list[FilmResult]) -> dict[str, int]:
    """How images and labels pair, and how much of them is usable."""
    return {
        'images': sum(one.raw.image is not None for one in films),
        'with labels': sum(
            one.raw.image is not None and one.raw.labelled for one in films
        ),
        'labels without image': sum(one.raw.image is None for one in films),
        'usable films': sum(one.film is not None for one in films),
        'usable vertebrae': sum(len(o.film.corners) for o in films if o.film),
    }
