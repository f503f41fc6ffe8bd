"""The ways of dividing a data set; each keeps films together that belong together."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.converters.film_groups import (
    Together,
    connected_films,
    divided_films,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.assignment import Assignment, files
from spondylo_mmpose.splits.balance import divide
from spondylo_mmpose.splits.source import SourceFilm, SplitSource
from spondylo_mmpose.splits.strata import stratum_counts

LEAVE_OUT = 'leave-out'
"""For films that a manual split names nowhere."""

_DIGITS = 4
"""Decimals of a share; the sums of the division stay exact and small."""


def official(source: SplitSource, together: Together = ()) -> Assignment:
    """Take the split that the data set came with.

    Raises:
        SpondyloError: If it divides films that belong together.
    """
    named: dict[str, list[str]] = {split: [] for split in SPLITS}
    images: dict[str, list[Mapping]] = {split: [] for split in SPLITS}
    for film in source.films:
        named[film.official].append(film.name)
        images[film.official].append(film.image)
    if leaks := divided_films(images, together):
        raise SpondyloError(
            f'{source.root}: the official split divides {len(leaks)} '
            f'{"patient" if len(leaks) == 1 else "patients"} or groups of copies '
            f'between {" and ".join(leaks[0])}; divide anew with the method ratio'
        )
    return Assignment((files(named),))


def ratio(
    source: SplitSource,
    ratios: Mapping[str, str | float],
    seed: int = 0,
    together: Together = (),
) -> Assignment:
    """Divide by shares of films, stratified by source and number of vertebrae.

    Args:
        source: The data set.
        ratios: Share of each split, together 1; a split of share 0 is not made.
        seed: Which of the equally good divisions is taken.
        together: Lists of film names that belong together.

    Raises:
        SpondyloError: If the ratios are no shares, or there are fewer groups of films
            than splits.
    """
    shares = parse_ratios(ratios)
    groups = _groups(source.films, seed, together)
    parts = _divide(source, source.films, groups, list(shares.values()))
    return Assignment((files(dict(zip(shares, parts, strict=True))),))


def kfold(
    source: SplitSource,
    folds: int = 5,
    test_share: str | float = 0,
    seed: int = 0,
    together: Together = (),
) -> Assignment:
    """Divide for a cross-validation, stratified as :func:`ratio` does.

    Each film of the cross-validation is in ``val`` of one fold and in ``train`` of all
    others.

    Args:
        source: The data set.
        folds: Number of folds.
        test_share: Share of the films that is held out first, as ``test`` of every
            fold; 0 for none.
        seed: Which of the equally good divisions is taken.
        together: Lists of film names that belong together.

    Raises:
        SpondyloError: If there are fewer than two folds, more folds than groups of
            films, or the share is none.
    """
    if folds < 2:
        raise SpondyloError(f'--folds {folds}: a cross-validation has at least 2 folds')
    share = _share('--test-share', test_share)
    if share >= 1:
        raise SpondyloError(f'--test-share {test_share}: leaves nothing for the folds')
    films, test = list(source.films), []
    if share:
        shares = parse_ratios({'train': str(1 - share), 'test': str(share)})
        groups = _groups(films, seed, together)
        _, test = _divide(source, films, groups, list(shares.values()))
        films = [film for film in films if film.name not in set(test)]
    # The films held out may have linked others; the groups hold for all of them.
    groups = _groups(source.films, seed, together)
    place = {film.name: number for number, film in enumerate(films)}
    groups = [
        [place[source.films[i].name] for i in group]
        for group in groups
        if source.films[group[0]].name in place
    ]
    parts = _divide(source, films, groups, [1] * folds)
    return Assignment(
        tuple(
            files(
                {
                    'train': [n for part in parts if part is not val for n in part],
                    'val': val,
                    'test': test,
                }
            )
            for val in parts
        ),
        numbered=True,
    )


def manual(
    source: SplitSource,
    patients: Mapping[str, Sequence[str]],
    rest: str | None = None,
    together: Together = (),
) -> Assignment:
    """Divide by lists of patients.

    A film of a patient who is named nowhere follows a film that it belongs together
    with.

    Args:
        source: The data set.
        patients: Patients of each split.
        rest: Split of the films that are named nowhere, :data:`LEAVE_OUT`, or ``None``
            where there must be none.
        together: Lists of film names that belong together.

    Raises:
        SpondyloError: If a patient is unknown or named twice, films are named nowhere,
            or the lists divide films that belong together.
    """
    wanted = _split_of_patients(patients)
    known = {film.patient for film in source.films}
    if unknown := [str(patient) for patient in wanted if patient not in known]:
        raise SpondyloError(
            f'{source.root}: no labelled film is of patient {", ".join(unknown)}; '
            'patients are named as patient_id in the annotation files'
        )
    named: dict[str, list[str]] = {split: [] for split in (*SPLITS, LEAVE_OUT)}
    homeless: list[str] = []
    for group in connected_films(source.images, together):
        members = [source.films[place] for place in group]
        splits = {wanted[f.patient] for f in members if f.patient in wanted}
        if len(splits) > 1:
            those = sorted({str(f.patient) for f in members if f.patient in wanted})
            raise SpondyloError(
                f'the patients {", ".join(those)} share a film or its '
                'copies; name them in the same split'
            )
        names = [film.name for film in members]
        if split := next(iter(splits), rest):
            named[split] += names
        else:
            homeless += names
    if homeless:
        raise SpondyloError(
            f'{source.root}: {len(homeless)} labelled films are of patients that no '
            f'list names; name them or pass --rest {"|".join((*SPLITS, LEAVE_OUT))}'
        )
    left_out = named.pop(LEAVE_OUT)
    if not any(named.values()):
        raise SpondyloError('no patient is named for any split; nothing to write')
    return Assignment((files(named),), left_out=tuple(sorted(left_out)))


def parse_ratios(ratios: Mapping[str, str | float]) -> dict[str, int]:
    """Turn shares into whole numbers.

    Returns:
        The shares times 10000, without those that are 0.

    Raises:
        SpondyloError: If one is no share, they do not sum to 1, or fewer than two
            splits would be made.
    """
    shares = {split: _share('--ratios', value) for split, value in ratios.items()}
    given = ' '.join(str(value) for value in ratios.values())
    if sum(shares.values()) != 1:
        total = (
            Decimal(sum(shares.values()).numerator) / sum(shares.values()).denominator
        )
        raise SpondyloError(f'--ratios {given}: sum to {total.normalize():f}, not to 1')
    whole = {split: int(share * 10**_DIGITS) for split, share in shares.items()}
    whole = {split: share for split, share in whole.items() if share}
    if len(whole) < 2:
        raise SpondyloError(f'--ratios {given}: name at least two splits above 0')
    return whole


def _share(option: str, value: str | float) -> Fraction:
    try:
        share = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise SpondyloError(f'{option} {value}: is no number') from None
    if not 0 <= share <= 1:
        raise SpondyloError(f'{option} {value}: a share is between 0 and 1')
    if (share * 10**_DIGITS).denominator != 1:
        raise SpondyloError(f'{option} {value}: a share has up to {_DIGITS} decimals')
    return share


def _groups(
    films: Sequence[SourceFilm], seed: int, together: Together
) -> list[list[int]]:
    """Groups in an order that the seed decides, the same on every machine."""
    groups = connected_films([film.image for film in films], together)

    def place(group: list[int]) -> bytes:
        name = min(films[member].name for member in group)
        return hashlib.sha256(f'{seed}:{name}'.encode()).digest()

    return sorted(groups, key=place)


def _divide(
    source: SplitSource,
    films: Sequence[SourceFilm],
    groups: Sequence[Sequence[int]],
    shares: Sequence[int],
) -> list[list[str]]:
    """File names of each part."""
    if len(groups) < len(shares):
        raise SpondyloError(
            f'{source.root}: {len(shares)} parts are wanted, but there are only '
            f'{len(groups)} groups of films that may be divided; ask for fewer parts'
        )
    parts: list[list[str]] = [[] for _ in shares]
    placed = divide(stratum_counts(films, groups), shares)
    for group, part in zip(groups, placed, strict=True):
        parts[part] += [films[member].name for member in group]
    return parts


def _split_of_patients(patients: Mapping[str, Sequence[str]]) -> dict[str | None, str]:
    wanted: dict[str | None, str] = {}
    for split, names in patients.items():
        for patient in names:
            if patient in wanted:
                raise SpondyloError(
                    f'--{split}-patients: patient {patient} is named twice'
                )
            wanted[patient] = split
    return wanted
