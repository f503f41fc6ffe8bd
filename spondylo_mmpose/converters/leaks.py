"""Patients and images that stand in more than one place."""

from collections.abc import Sequence

from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import FilmResult


def note_leaks(usable: Sequence[FilmResult], report: ConversionReport) -> None:
    """Enter patients in two splits and images that are there twice.

    Args:
        usable: Films that came through.
        report: Told of the faults.
    """
    splits: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    for one in usable:
        splits.setdefault(_patient(one), set()).add(one.raw.split)
    for one in usable:
        image = one.raw.file
        others = splits[_patient(one)] - {one.raw.split}
        if one.raw.split == 'test' and others:
            report.add('test_film_seen', image, seen_in=sorted(others))
        elif one.raw.split == 'val' and 'train' in others:
            report.add('patient_in_two_splits', image)
        digest = one.digests[image]
        if digest in first:
            report.add('image_repeated', image, same_as=first[digest])
        first.setdefault(digest, image)


def _patient(one: FilmResult) -> str:
    assert one.film is not None
    return one.film.patient_id or one.film.group or one.raw.file
