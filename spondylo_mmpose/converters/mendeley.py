"""Converter of the Spondylolisthesis Vertebral Landmark Dataset (Mendeley Data)."""

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from tqdm import tqdm

from spondylo_mmpose.converters import conversion_report as reporting
from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.coco import CC_BY_4, DatasetInfo, Film, write_coco
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.film_reader import FilmResult, convert_film
from spondylo_mmpose.converters.layout import find_films
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import atomic_dir, write_json


def convert_mendeley(
    src: str | Path, out: str | Path, force: bool = False, workers: int = 4
) -> ConversionReport:
    """Convert the data set to COCO keypoints.

    Writes ``OUT/images/<split>/``, ``OUT/annotations/<split>.json`` and
    ``OUT/conversion_report.json``. Images are copied byte for byte. The official split
    is kept. A fault of one film or vertebra is listed in the report and costs that
    film or vertebra only.

    Args:
        src: The downloaded zip, its inner ``Dataset.zip``, or an unpacked folder.
        out: Folder to write; absent or empty unless ``force``.
        force: Replace ``out``.
        workers: Threads that read and check images.

    Returns:
        The report, as written.

    Raises:
        SpondyloError: If there is nothing to convert, or ``out`` cannot be written.
    """
    src, out = Path(src), Path(out)
    _check_places(src, out)
    report = ConversionReport()
    with open_source(src) as source:
        for name in source.unsafe:
            report.add('member_unsafe', name)
        raw = find_films(source.names, report)
        if not any(film.image for film in raw):
            raise SpondyloError(
                f'{src}: no films found; expected images/{{train,val}}/*.jpg beside '
                'labels/{train,val}/, or Test/*.jpg'
            )
        # A folder of phantoms in this layout brings its truth along.
        phantom = any(PurePosixPath(n).name == 'truth.json' for n in source.names)
        with atomic_dir(out, force) as folder:
            for split in ('train', 'val', 'test'):
                (folder / 'images' / split).mkdir(parents=True)
            work = partial(convert_film, source, folder / 'images', phantom)
            with ThreadPoolExecutor(max(1, workers)) as pool:
                # None: no bar where nobody watches, so that an error stays one line.
                bar = tqdm(
                    pool.map(work, raw), 'films', len(raw), leave=False, disable=None
                )
                done = list(bar)
            films = _collect(done, report)
            if not films:
                faults = ', '.join(f'{n} {k}' for k, n in report.counts().items())
                raise SpondyloError(f'{src}: not one film is usable ({faults})')
            report.digests = {**source.digests, 'content': _content_digest(done)}
            info = _info(phantom, report.digests)
            write_coco(folder, films, info)
            write_json(folder / reporting.REPORT_NAME, report.as_dict())
    return report


def _info(phantom: bool, digests: dict[str, str]) -> DatasetInfo:
    if phantom:
        return DatasetInfo(
            description='Synthetic lateral lumbar radiographs (phantoms)',
            source_digests=digests,
        )
    return DatasetInfo(
        description='Spondylolisthesis Vertebral Landmark Dataset',
        url='https://doi.org/10.17632/5jdfdgp762.1',
        contributor='Karla Reyes, VSB - Technical University of Ostrava',
        licence=CC_BY_4,
        source_digests=digests,
    )


def _check_places(src: Path, out: Path) -> None:
    """Refuse an output that would grow in, or replace, the source."""
    source, target = src.resolve(), out.resolve()
    if source == target or source in target.parents:
        raise SpondyloError(f'{out}: lies in the source {src}; choose another folder')
    if target in source.parents:
        raise SpondyloError(f'{out}: holds the source {src}; choose another folder')


def _collect(done: list[FilmResult], report: ConversionReport) -> list[Film]:
    """Films that came through; faults and totals go to the report."""
    for one in done:
        file = one.raw.image or one.raw.json or one.raw.txt or one.raw.stem
        for kind, detail in one.faults:
            report.add(kind, file, split=one.raw.split, **detail)
    usable = [one for one in done if one.film is not None]
    _note_leaks(usable, report)
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


def _note_leaks(usable: list[FilmResult], report: ConversionReport) -> None:
    """Patients and images that stand in more than one split."""
    splits: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    for one in usable:
        splits.setdefault(one.name.patient_id, set()).add(one.raw.split)
    for one in usable:
        image = one.raw.image or one.raw.stem
        others = splits[one.name.patient_id] - {one.raw.split}
        if one.raw.split == 'test' and others:
            report.add('test_film_seen', image, seen_in=sorted(others))
        elif one.raw.split == 'val' and 'train' in others:
            report.add('patient_in_two_splits', image)
        digest = one.digests[image]
        if digest in first:
            report.add('image_repeated', image, same_as=first[digest])
        first.setdefault(digest, image)


def _content_digest(done: list[FilmResult]) -> str:
    """SHA-256 over split, file name and digest of all that was read."""
    lines = sorted(
        f'{one.raw.split}/{PurePosixPath(member).name} {digest}\n'
        for one in done
        for member, digest in one.digests.items()
    )
    return hashlib.sha256(''.join(lines).encode()).hexdigest()
