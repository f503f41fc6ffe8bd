"""The figures as CSV files, as a file for configs, and as lines to print."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from spondylo_mmpose.spine.measurements import GRADES
from spondylo_mmpose.statistics.film_measures import REASONS, FilmMeasures

STRETCH_NOTE = (
    'Slips are measured in px of the files. Where a film was stretched by unknown '
    'factors (aspect unknown) a tilted end plate lets a part of the disc height count '
    'as slip, most at L5-S1 (how much on phantoms: docs/phantoms.md). Read the '
    'true_aspect figures where there are any.'
)
"""What must be said beside every slip."""

CONFIG_NAME = 'pixel_statistics.py'

_MOST_SIZES = 8  # film sizes that are printed one by one

_CONFIG = '''\
"""Mean and standard deviation of the grey values (0 to 255), pooled over all pixels.

Written by tools/dataset_stats.py over {films} of {total} films. Use them in a config:

    _base_ = ['./hrnet_w32_spondylo.py', 'PATH/TO/{name}']
    model = dict(data_preprocessor=_base_.pixel_statistics['train'])

'all' are all films; 'train', 'val', 'test' a split; 'source:NAME' a source;
'train:NAME' what both have in common. Only training films belong into the
normalisation of a network.
"""

pixel_statistics = {{
{entries}}}
'''


def write_rows(path: Path, rows: Iterable[Any], kind: type) -> None:
    """Write dataclass rows as CSV; empty cells where nothing was measured.

    Args:
        path: File to write.
        rows: Instances of ``kind``.
        kind: Dataclass; its fields are the columns.
    """
    with path.open('w', newline='', encoding='utf-8') as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(kind)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def pixel_config(pixels: Mapping[str, Mapping[str, Any]], total: int) -> str:
    """Text of a config file with mean and standard deviation of each set of films.

    Args:
        pixels: Sets by name, each with ``films``, ``mean`` and ``std``.
        total: Number of films of the data set.
    """
    entries = ''
    for name, one in pixels.items():
        if not one['films']:
            continue
        mean, std = (f'[{one[key]:.4f}] * 3' for key in ('mean', 'std'))
        entries += f'    # {one["films"]} films\n'
        entries += f'    {name!r}: dict(mean={mean}, std={std}),\n'
    return _CONFIG.format(
        films=pixels['all']['films'], total=total, name=CONFIG_NAME, entries=entries
    )


def counts_table(
    cells: Sequence[tuple[str, str, Sequence[FilmMeasures]]],
) -> list[str]:
    """Films by number of vertebrae, a line for each split and source."""
    numbers = {
        (split, source): [len(m.vertebrae) for m in films]
        for split, source, films in cells
    }
    everything = [n for own in numbers.values() for n in own]
    columns = sorted({n for n in everything if n})
    width = max(len(' '.join(key)) for key in numbers) + 2
    head = f'{"vertebrae per film":<{max(width, 20)}}'
    lines = [
        head
        + ''.join(f'{n:>5}' for n in columns)
        + ' | films unlabelled vertebrae  mean'
    ]
    rows = [(' '.join(key), own) for key, own in numbers.items()]
    for name, own in [*rows, ('all', everything)]:
        labelled = [n for n in own if n]
        mean = f'{sum(labelled) / len(labelled):6.2f}' if labelled else '     -'
        lines.append(
            f'{name:<{len(head)}}'
            + ''.join(f'{own.count(n):>5}' for n in columns)
            + f' |{len(labelled):>6}{own.count(0):>11}{sum(own):>10}{mean}'
        )
    return lines


def slip_table(slips: Mapping[str, Mapping[str, Any]], threshold: float) -> list[str]:
    """Slip and grades, a line for each pair of levels where any was measured."""
    lines = [
        'pair        pairs  measured   mean     sd  median    min    max | grade'
        + ''.join(f'{grade:>5}' for grade in GRADES)
        + f'  (0: below {threshold:g} %)'
    ]
    for name, one in slips.items():
        if name != 'all' and not one['n']:
            continue
        figures = [one[key] for key in ('mean', 'sd', 'median', 'min', 'max')]
        # + 0.0 turns a negative zero into a plain one.
        cells = ['-' if v != v else f'{round(v, 1) + 0.0:.1f}' for v in figures]
        lines.append(
            f'{name:<10}{one["pairs"]:>7}{one["n"]:>10}'
            + ''.join(
                f'{cell:>{w}}' for cell, w in zip(cells, (7, 7, 8, 7, 7), strict=True)
            )
            + ' |      '
            + ''.join(f'{one["grades"][grade]:>5}' for grade in GRADES)
        )
    return lines


def summary_lines(
    statistics: Mapping[str, Any],
    cells: Sequence[tuple[str, str, Sequence[FilmMeasures]]],
) -> list[str]:
    """The short summary that is printed.

    Args:
        statistics: Content of ``statistics.json``.
        cells: Films by split and source.
    """
    whole = statistics['all']
    age = whole['age_years']
    ages = (
        f'age {age["min"]:g} to {age["max"]:g}, mean {age["mean"]:.1f} years, '
        if age['n']
        else ''
    )
    reasons = {
        REASONS[key]: number
        for key, number in whole['slip_measured_or_why_not'].items()
    }
    return [
        *counts_table(cells),
        '',
        f'film sizes (px)  {_sizes(whole["film_size_px"])}',
        f'pixel spacing    {_listed(whole["pixel_spacing"])}',
        f'aspect           {_listed(whole["aspect"])}',
        f'facing           {_listed(whole["facing"]["films"])}',
        f'level origin     {_listed(whole["level_origin"])}',
        f'sex              {_listed(whole["sex"])}',
        f'                 {ages}{age["films_without"]} films without an age',
        *(
            f'grey values      {name}: mean {one["mean"]:.2f}, sd {one["std"]:.2f} '
            f'({one["films"]} films)'
            for name, one in statistics['pixels'].items()
            if one['films'] and (name == 'all' or name.startswith(('train', 'source:')))
        ),
        '',
        *slip_table(
            whole['slip_percent']['as_stored'], statistics['no_slip_threshold_percent']
        ),
        f'pairs: {_listed(reasons)}',
        STRETCH_NOTE,
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return ', '.join(f'{name} {number}' for name, number in counts.items()) or 'none'


def _sizes(counts: Mapping[str, int]) -> str:
    """Sizes ``WxH`` and their numbers; the range where they are many."""
    if len(counts) <= _MOST_SIZES:
        return _listed(counts)
    sides = [[int(side) for side in size.split('x')] for size in counts]
    widths, heights = zip(*sides, strict=True)
    return (
        f'{len(counts)} different, width {min(widths)} to {max(widths)}, '
        f'height {min(heights)} to {max(heights)}'
    )
