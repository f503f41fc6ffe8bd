"""Patients and images that stand in more than one place."""

from collections.abc import Sequence

from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.film_groups import connected_films
from spondylo_mmpose.converters.formats.base import FilmResult


def note_leaks(usable: Sequence[FilmResult], report: ConversionReport) -> None:
    """Enter patients in two splits and images that are there twice.

    Args:
        usable: Films that came through.
        report: Told of the faults.
    """
    first: dict[str, FilmResult] = {}
    related = _related(usable)
    for one in usable:
        image, split = one.raw.file, one.raw.split
        others = [o for o in related[id(one)] if o.raw.split != split]
        seen_in = sorted({other.raw.split for other in others})
        if split == 'test' and others:
            also = [other.raw.file for other in others]
            report.add('test_film_seen', image, seen_in=seen_in, also=also)
        elif split == 'val' and 'train' in seen_in:
            also = [o.raw.file for o in others if o.raw.split == 'train']
            report.add('patient_in_two_splits', image, also=also)
        same = first.setdefault(one.digests[image], one)
        # Copies of one name are a group; it is names that hide a repetition.
        if same is not one and group_of(same) != group_of(one):
            report.add('image_repeated', image, same_as=same.raw.file)


def _related(usable: Sequence[FilmResult]) -> dict[int, list[FilmResult]]:
    """Films of one patient or one group, by the ``id`` of each of them."""
    entries = [
        {
            'file_name': film.file_name,
            'patient_id': film.patient_id,
            'group': film.group,
        }
        for one in usable
        if (film := one.film) is not None
    ]
    related = {}
    for places in connected_films(entries):
        together = [usable[place] for place in places]
        related.update({id(one): together for one in together})
    return related


def patient_of(one: FilmResult) -> str:
    """See :attr:`.Film.patient_or_self`; the film came through."""
    assert one.film is not None
    return one.film.patient_or_self


def group_of(one: FilmResult) -> str:
    """See :attr:`.Film.group_or_self`; the film came through."""
    assert one.film is not None
    return one.film.group_or_self
