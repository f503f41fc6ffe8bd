"""Films that belong together: copies, one film under two names, another data set."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from spondylo_mmpose.audit.duplicates import find_repeats
from spondylo_mmpose.audit.findings import Finding
from spondylo_mmpose.audit.fingerprints import Fingerprint
from spondylo_mmpose.converters.formats.base import FilmResult
from spondylo_mmpose.converters.leaks import group_of, patient_of

Known = tuple[FilmResult, Fingerprint]
"""A film that came through, and its fingerprint."""


def find_copies(films: Sequence[FilmResult]) -> list[Finding]:
    """Films of one name within a split: the same film, exported several times."""
    groups: dict[tuple[str, str], list[FilmResult]] = defaultdict(list)
    for film in films:
        groups[film.raw.split, group_of(film)].append(film)
    return [
        Finding(
            'export_copies',
            copies[0].raw.file,
            {
                'split': split,
                'also': [copy.raw.file for copy in copies[1:]],
                'vertebrae': [_vertebrae(copy) for copy in copies],
            },
        )
        for (split, _), copies in groups.items()
        if len(copies) > 1
    ]


def find_same(films: Sequence[Known], workers: int) -> list[Finding]:
    """Films that show the same although their names do not say so."""
    findings = []
    for repeat in find_repeats([mark for _, mark in films], workers=workers):
        a, b = films[repeat.first][0], films[repeat.second][0]
        if group_of(a) == group_of(b):
            continue
        splits = {a.raw.split, b.raw.split}
        if patient_of(a) == patient_of(b) and len(splits) > 1:
            continue  # the patient is found already
        kind, first, second = 'film_repeated', a, b
        if splits == {'train', 'val'}:
            kind = 'film_in_two_splits'
        elif len(splits) > 1:
            kind = 'test_film_seen'
            first, second = (a, b) if a.raw.split == 'test' else (b, a)
        detail = {
            'split': first.raw.split,
            'also': [second.raw.file],
            'mirrored': repeat.mirrored,
            'agreement': round(repeat.agreement, 3),
        }
        findings.append(Finding(kind, first.raw.file, detail))
    return findings


def find_in_other(
    films: Sequence[Known], others: Sequence[Known], workers: int
) -> list[Finding]:
    """Films that another data set holds too, by patient or by what they show."""
    of_patient = {_person(other): other.raw.file for other, _ in others}
    findings = []
    for film, _ in films:
        person = _person(film)
        if person is not None and person in of_patient:
            detail = {'split': film.raw.split, 'by': 'patient'}
            detail['other'] = of_patient[person]
            findings.append(Finding('film_in_other_set', film.raw.file, detail))
    told = {finding.file for finding in findings}
    marks = [mark for _, mark in films], [mark for _, mark in others]
    for repeat in find_repeats(*marks, workers):
        film, other = films[repeat.first][0], others[repeat.second][0]
        if film.raw.file not in told:
            told.add(film.raw.file)
            detail = {'split': film.raw.split, 'by': 'image', 'other': other.raw.file}
            findings.append(Finding('film_in_other_set', film.raw.file, detail))
    return findings


def copies_of(
    films: Sequence[FilmResult], findings: Iterable[Finding]
) -> list[list[str]]:
    """Converted file names of films that must stay together, pair by pair."""
    converted = {f.raw.file: f.film.file_name for f in films if f.film is not None}

    def related() -> Iterator[list[str]]:
        for finding in findings:
            names = [converted[file] for file in finding.files if file in converted]
            if len(names) > 1:
                yield sorted(set(names))

    return sorted(related())


def _person(film: FilmResult) -> tuple[str, str] | None:
    """Source and patient, which mean the same in all data sets; ``None`` if unknown."""
    known = film.film
    if known is None or known.source in (None, 'unknown'):
        return None
    patient = known.patient_id or known.group
    return None if patient is None else (str(known.source), patient)


def _vertebrae(film: FilmResult) -> int:
    return 0 if film.film is None else len(film.film.corners)
