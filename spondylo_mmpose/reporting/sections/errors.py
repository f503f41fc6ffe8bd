"""Where the errors are: by distance, level, corner and film."""

from collections.abc import Mapping, Sequence

import numpy as np

from spondylo_mmpose.evaluation import figures
from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.corner_tables import ALL_LEVELS, level_rows
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.reporting.overlays import film_errors
from spondylo_mmpose.reporting.sections.items import (
    Grid,
    Item,
    Paragraph,
    Part,
    Picture,
    Pictures,
)
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS

ALL_CORNERS = 'all corners'


def errors_part(
    columns: Mapping[str, Sequence[VertebraRecord]],
    floor: float | None = None,
    found_only: bool = False,
) -> Part:
    """Cumulative curve, map of corners and levels, spread over levels and films.

    Args:
        columns: Vertebrae of the model, first, and of its floors.
        floor: MRE of the mean shape, px.
        found_only: Whether a film's mean is that of its corners with a prediction.
    """
    records = next(iter(columns.values()))
    curves = {name: corner_errors(own).px for name, own in columns.items()}
    rates = {
        name: 100 * float(np.mean(px[~np.isnan(px)] <= 5)) if px.size else float('nan')
        for name, px in curves.items()
    }
    told = ', '.join(f'{name} {rate:.0f} %' for name, rate in rates.items())
    pictures = [
        Picture.of(
            figures.cumulative_error(curves),
            f'Cumulative error curves. Corners within 5 px: {told}.',
            'Share of the corners within a distance. A missing corner is never within.',
        ),
        Picture.of(
            figures.level_boxes(records),
            'Boxes of the radial errors of each level; the table holds the means.',
            'Box: quartiles and median; whiskers: 5th and 95th percentile.',
        ),
        _film_picture(records, floor, found_only),
    ]
    items: list[Item] = [Pictures(pictures), corner_level_grid(records)]
    items.append(
        Paragraph(
            'Levels stand as in the film, corners are left and right as seen in the '
            'image. Below each mean: how many corners it is taken over, and how many '
            'have no prediction, which no mean can hold.'
        )
    )
    sources = source_grid(records)
    return Part('Where the errors are', [*items, *([sources] if sources else [])])


def corner_level_grid(records: Sequence[VertebraRecord]) -> Grid:
    """Mean error of each corner at each level, darker where it is larger.

    Args:
        records: Vertebrae.
    """
    px = corner_errors(records).px
    found = [row['level'] for row in level_rows(records) if row['level'] != ALL_LEVELS]
    others = [level for level in found if level not in LEVELS]
    names = [*(level for level in reversed(LEVELS) if level in found), *others]
    levels = np.array([record.level or 'unknown' for record in records], object)
    means, rows = {}, []
    for i, name in enumerate((*names, ALL_LEVELS)):
        here = px if name == ALL_LEVELS else px[levels == name]
        cells = []
        for j in range(len(CORNERS) + 1):
            errors = (here[:, j] if j < len(CORNERS) else here).ravel()
            finite = errors[np.isfinite(errors)]
            lost = int(np.isinf(errors).sum())
            if finite.size:
                means[i, j] = float(finite.mean())
            cells.append(_mean_text(means.get((i, j)), finite.size, lost))
        rows.append((name, cells))
    top = max(means.values(), default=0.0)
    return Grid(
        'Mean radial error (px) by level and corner',
        [*(corner.replace('_', ' ') for corner in CORNERS), ALL_CORNERS],
        {'': rows},
        'level',
        {place: mean / top if top else 0.0 for place, mean in means.items()},
        'heat',
    )


def source_grid(records: Sequence[VertebraRecord]) -> Grid | None:
    """Errors by source of the films; ``None`` where all have one."""
    by_source: dict[str, list[VertebraRecord]] = {}
    for record in records:
        by_source.setdefault(record.film.get('source') or 'unknown', []).append(record)
    if len(by_source) < 2:
        return None
    rows = []
    for source, own in sorted(by_source.items()):
        errors = corner_errors(own).px
        known = errors[~np.isnan(errors)]
        finite = known[np.isfinite(known)]
        films = len({record.film_id for record in own})
        within = 100 * float((known <= 5).mean()) if known.size else float('nan')
        mean = f'{finite.mean():.2f}' if finite.size else 'not measured'
        rows.append(
            (
                source,
                [str(films), str(known.size), mean, f'{within:.1f}',
                 str(known.size - finite.size)],
            )
        )  # fmt: skip
    return Grid(
        'By source of the films',
        ['films', 'corners', 'MRE (px)', 'SDR @ 5 px (%)', 'lost corners'],
        {'': rows},
        'source',
    )


def _film_picture(
    records: Sequence[VertebraRecord], floor: float | None, found_only: bool
) -> Picture:
    means = list(film_errors(records, found_only).values())
    what = 'MRE of the matched' if found_only else 'MRE of the film'
    finite = [mean for mean in means if np.isfinite(mean)]
    told = 'none has any'
    if finite:
        told = f'{min(finite):.2f} to {max(finite):.2f}, median {np.median(finite):.2f}'
    lost = sum(np.isinf(mean) for mean in means)
    return Picture.of(
        figures.film_spread(means, what, floor),
        f'Mean error of {len(means)} films in px: {told}; {lost} with missing corners.',
        'Every film, from the best to the worst.',
    )


def _mean_text(mean: float | None, number: int, lost: int) -> str:
    if mean is None and not lost:
        return '-'
    text = 'none' if mean is None else f'{mean:.2f}'
    return f'{text}\nn = {number}' + (f', {lost} lost' if lost else '')
