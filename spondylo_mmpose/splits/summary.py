"""How well a split keeps the proportions: counts of each part, and a table of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from spondylo_mmpose.converters.film_groups import Together, connected_films
from spondylo_mmpose.splits.assignment import Assignment
from spondylo_mmpose.splits.source import SplitSource

Counts = dict[str, Any]


def part_counts(
    source: SplitSource, assignment: Assignment, together: Together = ()
) -> dict[str, Counts]:
    """Count each part of a split, and the data set as ``all``.

    Args:
        source: The data set that was divided.
        assignment: Which film stands where.
        together: Lists of films that were kept together on request.

    Returns:
        For each part ``films``, ``share`` of all labelled films, ``groups`` (sets of
        films that belong together), ``patients``, ``vertebrae``, ``mean_vertebrae`` of
        a film, and ``sources`` with the films of each.
    """
    films = {film.name: film for film in source.films}
    group_of = {
        source.films[place].name: number
        for number, group in enumerate(connected_films(source.images, together))
        for place in group
    }
    parts = dict(assignment.named_parts())
    if assignment.left_out:
        parts['left out'] = assignment.left_out
    parts['all'] = tuple(films)
    counts = {}
    for part, names in parts.items():
        members = [films[name] for name in names]
        vertebrae = sum(len(film.annotations) for film in members)
        counts[part] = {
            'films': len(members),
            'share': round(len(members) / len(films), 4),
            'groups': len({group_of[name] for name in names}),
            'patients': len({film.patient for film in members} - {None}),
            'vertebrae': vertebrae,
            'mean_vertebrae': round(vertebrae / len(members), 2),
            'sources': dict(sorted(Counter(film.source for film in members).items())),
        }
    return counts


def summary(counts: Mapping[str, Counts]) -> str:
    """Lay out :func:`part_counts` as a table."""
    sources = sorted({name for entry in counts.values() for name in entry['sources']})
    rows = [['', 'films', 'share', 'groups', 'patients', 'vertebrae', 'mean', *sources]]
    for part, entry in counts.items():
        rows.append(
            [
                part,
                str(entry['films']),
                f'{100 * entry["share"]:.1f} %',
                str(entry['groups']),
                str(entry['patients']),
                str(entry['vertebrae']),
                f'{entry["mean_vertebrae"]:.2f}',
                *(str(entry['sources'].get(name, 0)) for name in sources),
            ]
        )
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return '\n'.join(
        '  '.join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    )
