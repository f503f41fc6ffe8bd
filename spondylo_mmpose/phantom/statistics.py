"""Where vertebrae stand in real films: compact statistics, and how to derive them.

The numbers in :mod:`.statistics_table` describe the *training* split of the public
Spondylolisthesis Vertebral Landmark Dataset (K. Reyes, Mendeley Data,
DOI 10.17632/5jdfdgp762.1, CC BY 4.0). No film and no label of it is contained: each
family of films is a mean vector, a few principal directions and residual spreads of
the features below. No film of the validation split was used. To derive them again from
a table of that data set's boxes and mean corners::

    python -m spondylo_mmpose.phantom.statistics per_vertebra_stats.csv TABLE.py

Features of one film, mirrored so that it faces left, counted from the lowest vertebra
(everything in px of the 640 x 640 export):

=================  ==================================================================
``count``          number of labelled vertebrae
``log_pitch``      log of the median distance of neighbouring centres
``log_width``      log of (median box width / pitch)
``x0``, ``y0``     centre of the lowest vertebra
``lean`` (8)       lean of each step between centres towards the front, degrees, after
                   the export's stretch is divided out
``step`` (8)       log of (length of that step / median length), stretch divided out
=================  ==================================================================
"""

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import FloatArray

STEPS = 8
"""Steps between vertebrae that a family describes."""

SIZE = 5 + 2 * STEPS
FAMILIES = ('buu_json', 'buu_txt', 'honduran')
"""The three ways of labelling: two annotators of BUU films, and the zoomed films."""

PLATE_TO_PITCH = 1.0
"""Anatomical ratio of end-plate length to centre distance; defines the stretch."""

FIRST_TXT_ID = 3704
"""BUU films from this id on were labelled in the text format (training split)."""

TXT_PADDING = 14.0
"""Boxes of the text format are wider than their corners by about this much, px."""

RANK = 5
_EXPORT = 640


@dataclass(frozen=True)
class Family:
    """Distribution of the feature vector of one kind of film.

    Attributes:
        films: Number of films it was derived from.
        mean: ``(SIZE,)``.
        directions: ``(RANK, SIZE)`` principal directions times their spread.
        residual: ``(SIZE,)`` spread that the directions leave.
    """

    films: int
    mean: FloatArray
    directions: FloatArray
    residual: FloatArray

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """Draw one feature vector, ``(SIZE,)``; tails are cut at 2.2 spreads."""
        scores = np.clip(rng.standard_normal(len(self.directions)), -2.2, 2.2)
        rest = np.clip(rng.standard_normal(SIZE), -2.2, 2.2) * self.residual
        return self.mean + scores @ self.directions + rest


def family(name: str) -> Family:
    """Return one of :data:`FAMILIES` from the table."""
    from spondylo_mmpose.phantom.statistics_table import TABLE

    entry = TABLE[name]
    return Family(
        entry['films'],
        np.array(entry['mean']),
        np.array(entry['directions']),
        np.array(entry['residual']),
    )


def family_of(file_name: str) -> str:
    """Family of a file of the data set, from its name."""
    match = re.match(r'(\d{4})-[MF]-\d{3}Y1', file_name)
    if match is None:
        return 'honduran'
    return 'buu_txt' if int(match[1]) >= FIRST_TXT_ID else 'buu_json'


def features(centres: FloatArray, widths: FloatArray) -> FloatArray:
    """Features of one film, ``(SIZE,)``, NaN where it has too few vertebrae.

    Args:
        centres: ``(N, 2)`` mean corners from the lowest vertebra upward, px.
        widths: ``(N,)`` widths of the tight boxes, px.
    """
    centres = centres.copy()
    if centres[1, 0] > centres[0, 0]:  # faces right: S1 lies behind L5
        centres[:, 0] = _EXPORT - 1 - centres[:, 0]
    pitch = float(np.median(np.linalg.norm(np.diff(centres, axis=0), axis=1)))
    width = float(np.median(widths[1:6]))
    stretch = max(width / pitch / PLATE_TO_PITCH, 0.5)
    steps = np.diff(centres, axis=0)[:STEPS] / (stretch, 1.0)
    lean = np.degrees(np.arctan2(-steps[:, 0], -steps[:, 1]))
    length = np.linalg.norm(steps, axis=1)
    result = np.full(SIZE, np.nan)
    result[:5] = len(centres), np.log(pitch), np.log(width / pitch), *centres[0]
    result[5 : 5 + len(lean)] = lean
    result[5 + STEPS : 5 + STEPS + len(length)] = np.log(length / np.median(length))
    return result


def summarise(rows: FloatArray) -> Family:
    """Mean, principal directions and residual of feature vectors with gaps.

    Gaps (short films) are filled by repeated low-rank projection, starting from the
    column means.

    Args:
        rows: ``(films, SIZE)``, NaN for what a film does not show.
    """
    gaps = np.isnan(rows)
    filled = np.where(gaps, np.nanmean(rows, axis=0), rows)
    scale = filled.std(axis=0) + 1e-6
    for _ in range(30):
        mean = filled.mean(axis=0)
        whitened = (filled - mean) / scale
        _, singular, axes = np.linalg.svd(whitened, full_matrices=False)
        axes, singular = axes[:RANK], singular[:RANK]
        low_rank = mean + (whitened @ axes.T @ axes) * scale
        filled = np.where(gaps, low_rank, filled)
    directions = axes * singular[:, None] / np.sqrt(len(rows)) * scale
    residual = np.sqrt(np.mean((filled - low_rank) ** 2, axis=0))
    return Family(len(rows), mean, directions, residual)


def training_films(
    path: str | Path, columns: Sequence[str]
) -> Iterator[tuple[str, FloatArray]]:
    """Read the data set's table of boxes and mean corners.

    Args:
        path: CSV with ``filename``, ``split``, ``kp_mean_y`` and the columns; rows of
            another split than ``train`` are skipped unread.
        columns: What to read.

    Yields:
        Name of a film, and ``kp_mean_y`` and the columns of its vertebrae from the
        lowest upward, ``(N, 1 + columns)``.

    Raises:
        SpondyloError: If the file cannot be read.
    """
    films: dict[str, list[list[float]]] = defaultdict(list)
    try:
        with Path(path).open(newline='', encoding='utf-8') as handle:
            for row in csv.DictReader(handle):
                if row['split'] == 'train':
                    values = [float(row[name]) for name in ('kp_mean_y', *columns)]
                    films[row['filename']].append(values)
    except (OSError, KeyError, ValueError) as error:
        raise SpondyloError(
            f'{path}: not the per-vertebra table of the data set ({error!r})'
        ) from error
    for name, vertebrae in films.items():
        yield name, np.array(sorted(vertebrae, key=lambda values: -values[0]))


def derive(path: str | Path) -> dict[str, Family]:
    """Derive the families from the data set's table of boxes and mean corners.

    Args:
        path: CSV with columns ``filename, split, box_w, kp_mean_x, kp_mean_y``, see
            :func:`training_films`.

    Raises:
        SpondyloError: If the file cannot be read or a family has under 30 films.
    """
    groups: dict[str, list[FloatArray]] = {name: [] for name in FAMILIES}
    for name, table in training_films(path, ('kp_mean_x', 'box_w')):
        kind = family_of(name)
        tight = table[:, 2] - (TXT_PADDING if kind == 'buu_txt' else 0.0)
        groups[kind].append(features(table[:, [1, 0]], tight))
    if min(len(g) for g in groups.values()) < 30 or any(
        np.isnan(group).all(axis=0).any() for group in groups.values()
    ):
        raise SpondyloError(f'{path}: too few training films to derive statistics')
    return {name: summarise(np.array(group)) for name, group in groups.items()}


def as_module(families: dict[str, Family]) -> str:
    """Source text of :mod:`.statistics_table`."""

    def row(values: Iterable[float]) -> str:
        return '[' + ', '.join(f'{v:.4g}' for v in values) + ']'

    lines = [
        '"""Written by :mod:`.statistics`, which says from what; do not edit."""',
        '',
        '# fmt: off',
        '# ruff: noqa: E501',
        'from typing import Any',
        '',
        'TABLE: dict[str, dict[str, Any]] = {',
    ]
    for name, entry in families.items():
        lines += [
            f"    '{name}': {{",
            f"        'films': {entry.films},",
            f"        'mean': {row(entry.mean)},",
            "        'directions': [",
            *[f'            {row(d)},' for d in entry.directions],
            '        ],',
            f"        'residual': {row(entry.residual)},",
            '    },',
        ]
    return '\n'.join([*lines, '}', ''])


if __name__ == '__main__':
    Path(sys.argv[2]).write_text(as_module(derive(sys.argv[1])), encoding='utf-8')
