"""Runs are compared on the same films, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.run_record import RunRecord

_NAMED = 3  # Films that a message names.


@dataclass(frozen=True)
class FilmChoice:
    """Films on which runs are compared.

    Attributes:
        runs: The runs, with these films alone.
        films: Number of films.
        left_out: Number of films left out of each run, by its name.
    """

    runs: Sequence[RunRecord]
    films: int
    left_out: dict[str, int]


def same_films(runs: Sequence[RunRecord], common: bool = False) -> FilmChoice:
    """Make sure that runs of one kind are about the same films.

    Args:
        runs: All with given boxes, or all end to end.
        common: Restrict every run to the films that all have, instead of refusing.

    Raises:
        SpondyloError: If the films differ (named), or none is common to all.
    """
    own = {run.name: film_names(run) for run in runs}
    shared = set.intersection(*own.values())
    if common:
        if not shared:
            raise SpondyloError(
                f'{", ".join(own)}: have no film in common; compare runs on one split'
            )
        left_out = {name: len(films - shared) for name, films in own.items()}
        return FilmChoice([_restrict(r, shared) for r in runs], len(shared), left_out)
    first, *others = runs
    for other in others:
        for one, two in ((first, other), (other, first)):
            lacking = sorted(own[one.name] - own[two.name])
            if lacking:
                more = f' and {len(lacking) - _NAMED} more' * (len(lacking) > _NAMED)
                raise SpondyloError(
                    f'{two.name} lacks films that {one.name} has: '
                    f'{", ".join(lacking[:_NAMED])}{more}; compare runs on one split, '
                    f'or pass --common-films to use the {len(shared)} that all have'
                )
    return FilmChoice(list(runs), len(shared), dict.fromkeys(own, 0))


def film_names(run: RunRecord) -> set[str]:
    """Files of all films of a run, relative to their data set."""
    if not run.given_boxes:
        return {film.file_name for film, _ in run.pairs}
    return set(_names(run).values())


def _restrict(run: RunRecord, films: set[str]) -> RunRecord:
    names = _names(run)
    return replace(
        run,
        # End to end records are made of pairs and hold the same films.
        records=[r for r in run.records if names[r.film_id] in films],
        pairs=[pair for pair in run.pairs if pair[0].file_name in films],
    )


def _names(run: RunRecord) -> dict[str, str]:
    """File names by film id; the id itself where joined data sets repeat a name."""
    names = {r.film_id: str(r.film.get('file_name') or r.film_id) for r in run.records}
    is_unique = len(set(names.values())) == len(names)
    return names if is_unique else {film: film for film in names}
