"""Films' rows condensed to the figures of ``statistics.json``."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from spondylo_mmpose.spine import anatomy, measurements
from spondylo_mmpose.statistics.film_measures import (
    FilmMeasures,
    FilmRow,
    PairRow,
    VertebraRow,
)

AGE_STEP = 10
"""Width of the bins of the age histogram, years."""


def describe(values: Iterable[float | None]) -> dict[str, Any]:
    """Number, mean, sample standard deviation, range and percentiles.

    Args:
        values: ``None`` for what was not measured; it does not count.

    Returns:
        ``n`` and figures that are NaN where ``n`` does not suffice.
    """
    known = np.array([v for v in values if v is not None], dtype=np.float64)
    n = len(known)
    points = np.percentile(known, (0, 5, 25, 50, 75, 95, 100)) if n else [np.nan] * 7
    names = ('min', 'p5', 'p25', 'median', 'p75', 'p95', 'max')
    return {
        'n': n,
        'mean': float(known.mean()) if n else np.nan,
        'sd': float(known.std(ddof=1)) if n > 1 else np.nan,
        **{name: float(point) for name, point in zip(names, points, strict=True)},
    }


def summarise(films: Sequence[FilmMeasures]) -> dict[str, Any]:
    """All figures of a set of films.

    Args:
        films: The films; may be empty.

    Returns:
        Nested dictionary ready for :func:`spondylo_mmpose.utils.io.write_json`.
    """
    rows = [measures.film for measures in films]
    vertebrae = [row for measures in films for row in measures.vertebrae]
    pairs = [row for measures in films for row in measures.pairs]
    labelled = [row for row in rows if row.vertebrae]
    per_film = [row.vertebrae for row in labelled]
    unlabelled = np.zeros(len(anatomy.CORNERS), int)
    for measures in films:
        unlabelled += measures.unlabelled
    return {
        'films': len(rows),
        'films_labelled': len(labelled),
        'patients': len({r.patient_id for r in rows if r.patient_id is not None}),
        'groups': len({r.group for r in rows if r.group is not None}),
        'vertebrae': len(vertebrae),
        'vertebrae_per_film': {
            'mean': float(np.mean(per_film)) if per_film else np.nan,
            'films_by_number': _counted(per_film),
        },
        'film_size_px': _counted(f'{row.width}x{row.height}' for row in rows),
        'view': _counted(row.view or 'unknown' for row in rows),
        'pixel_spacing': _counted(map(_spacing, rows)),
        'aspect': _counted(row.aspect or 'unknown' for row in rows),
        'facing': {
            'films': _counted(map(_facing, labelled)),
            'differs_from_recorded': sum(
                row.facing_recorded is not None and row.facing != row.facing_recorded
                for row in labelled
                if row.facing
            ),
        },
        **_people(films),
        **_vertebra_figures(vertebrae, unlabelled),
        **_spine_figures(films, pairs),
    }


def _facing(row: FilmRow) -> str:
    return row.facing or ('frontal film' if row.view == 'ap' else 'unknown')


def _spacing(row: FilmRow) -> str:
    if row.spacing_x_mm is not None:
        return row.spacing_origin or 'origin not told'
    return 'estimate only' if row.spacing_estimated else 'unknown'


def by_key(
    films: Sequence[FilmMeasures], key: Callable[[FilmMeasures], str]
) -> dict[str, list[FilmMeasures]]:
    """Divide films by a word, the words in the order of their first film."""
    groups: dict[str, list[FilmMeasures]] = {}
    for film in films:
        groups.setdefault(key(film), []).append(film)
    return groups


def level_rank(level: str) -> int:
    """Place of a level counted upward from S1; unknown ones come last."""
    known = anatomy.LEVELS
    return known.index(level) if level in known else len(known)


def pair_names(pairs: Iterable[PairRow]) -> list[str]:
    """Names of the pairs of neighbours that occur, from the lowest upward."""
    names = {row.pair for row in pairs if row.slip != 'not_neighbours'}
    return sorted(names, key=lambda name: (level_rank(name.split('-')[-1]), name))


def _people(films: Sequence[FilmMeasures]) -> dict[str, Any]:
    """Sex and age by film and, since patients have several films, by patient."""
    rows = [measures.film for measures in films]
    ages = [row.age for row in rows]
    known = [age for age in ages if age is not None]
    bins = Counter(int(age // AGE_STEP) * AGE_STEP for age in known)
    per_patient = {r.patient_id: r.sex for r in rows if r.patient_id is not None}
    return {
        'sex': _counted(row.sex or 'unknown' for row in rows),
        'sex_of_patients': _counted(sex or 'unknown' for sex in per_patient.values()),
        'age_years': {
            **describe(ages),
            'films_without': len(ages) - len(known),
            'histogram': {
                f'{low}-{low + AGE_STEP - 1}': bins[low]
                for low in range(0, max(bins) + 1, AGE_STEP)
            }
            if bins
            else {},
        },
    }


def _vertebra_figures(
    vertebrae: Sequence[VertebraRow], unlabelled: np.ndarray
) -> dict[str, Any]:
    levels = Counter(row.level or '?' for row in vertebrae)
    # The hull of an S1 with one end plate is not the hull of a vertebra.
    whole = [row for row in vertebrae if row.corners == len(anatomy.CORNERS)]
    return {
        'levels': {k: levels[k] for k in sorted(levels, key=level_rank)},
        'level_origin': _counted(row.level_origin for row in vertebrae),
        'corners': {
            'labelled': sum(row.corners for row in vertebrae),
            'vertebrae_with_all': len(whole),
            'not_labelled': dict(
                zip(anatomy.CORNERS, unlabelled.tolist(), strict=True)
            ),
        },
        'box_of_whole_vertebrae_px': {
            'width': describe(row.box_width for row in whole),
            'height': describe(row.box_height for row in whole),
        },
        'width_height_ratio': {
            'as_stored': describe(row.width_height_ratio for row in whole),
            'true_aspect': describe(
                row.width_height_ratio_true_aspect for row in whole
            ),
        },
    }


def _spine_figures(
    films: Sequence[FilmMeasures], pairs: Sequence[PairRow]
) -> dict[str, Any]:
    slips: dict[str, Any] = {}
    for kind, suffix in (('as_stored', ''), ('true_aspect', '_true_aspect')):
        slips[kind] = {
            name: _slip_block(
                [row for row in pairs if name in (row.pair, 'all')], suffix
            )
            for name in ['all', *pair_names(pairs)]
        }
    discs = {
        name: describe(row.disc_angle_degrees for row in pairs if row.pair == name)
        for name in pair_names(pairs)
    }
    labelled = [m.film for m in films if m.film.vertebrae]
    return {
        'slip_measured_or_why_not': _counted(row.slip for row in pairs),
        'slip_percent': slips,
        'disc_angle_measured_or_why_not': _counted(row.disc_angle for row in pairs),
        'disc_angle_degrees': discs,
        'lordosis_measured_or_why_not': _counted(row.lordosis for row in labelled),
        'lordosis_L1_S1_degrees': describe(row.lordosis_degrees for row in labelled),
    }


def _slip_block(pairs: Sequence[PairRow], suffix: str) -> dict[str, Any]:
    slips = [getattr(row, f'slip_percent{suffix}') for row in pairs]
    graded = [
        (getattr(row, f'grade{suffix}'), 'anterolisthesis' if slip > 0 else 'retro')
        for row, slip in zip(pairs, slips, strict=True)
        if slip is not None
    ]
    grades = Counter(grade for grade, _ in graded)
    return {
        'pairs': len(pairs),
        **describe(slips),
        'grades': {grade: grades[grade] for grade in measurements.GRADES},
        'anterolisthesis': graded_as(graded, 'anterolisthesis'),
        'retrolisthesis': graded_as(graded, 'retro'),
    }


def graded_as(graded: Sequence[tuple[str, str]], direction: str) -> int:
    """Pairs of grade I or more that slipped in a direction."""
    return sum(grade != '0' and way == direction for grade, way in graded)


def cells(
    films: Sequence[FilmMeasures],
) -> list[tuple[str, str, list[FilmMeasures]]]:
    """Films by split and source: ``(split, source, films)`` without empty cells."""
    splits = by_key(films, lambda m: m.film.split)
    sources = by_key(films, lambda m: m.film.source)
    found = []
    for split, source in product(splits, sources):
        own = [m for m in splits[split] if m.film.source == source]
        if own:
            found.append((split, source, own))
    return found


def _counted(values: Iterable[Any]) -> dict[str, int]:
    """How often each value occurs, in the order of the values."""
    return {str(k): n for k, n in sorted(Counter(values).items())}
