"""What a model makes of broken vertebrae, beside the whole ones of phantoms."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.radial_error import summarise_errors
from spondylo_mmpose.phantom.fractures import Kind

WHOLE = 'whole'
KINDS = (WHOLE, *get_args(Kind))


def by_kind(
    outcomes: Sequence[FilmOutcome], fractures: Mapping[str, Sequence[Kind | None]]
) -> dict[str, dict[str, Any]]:
    """Compare vertebrae by how they are broken.

    Args:
        outcomes: Of phantoms with the trait ``fractures``, vertebrae as in
            ``truth.json``.
        fractures: By the names of the films; ``fractures`` of ``truth.json``.

    Returns:
        By kind, :data:`WHOLE` among them: ``vertebrae``; ``found``; ``passed_over``,
        those that were missed though one above them was found; and of the corners of
        the found what :func:`.summarise_errors` tells, with ``SDR@5px``.
    """
    errors: dict[str, list[np.ndarray]] = {kind: [] for kind in KINDS}
    passed_over = dict.fromkeys(KINDS, 0)
    for outcome in outcomes:
        found = np.isfinite(outcome.errors).all(axis=1)
        kinds = fractures[outcome.film.file_name]
        for i, (broken, error) in enumerate(zip(kinds, outcome.errors, strict=True)):
            kind = broken or WHOLE
            errors[kind].append(error)
            passed_over[kind] += bool(not found[i] and found[i:].any())
    rows = {}
    for kind in KINDS:
        found_ones = [error for error in errors[kind] if np.isfinite(error).all()]
        rows[kind] = {
            'vertebrae': len(errors[kind]),
            'found': len(found_ones),
            'passed_over': passed_over[kind],
            **summarise_errors(found_ones, (5,)),
        }
    return rows


def kind_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The numbers as Markdown."""
    lines = [
        '| vertebrae | number | found | missed below a found one | MRE (px) | median '
        '| SDR @ 5 px (%) |',
        '|---|' + '---|' * 6,
    ]
    for kind, row in rows.items():
        lines.append(
            f'| {kind} | {row["vertebrae"]} | {row["found"]} | {row["passed_over"]} '
            f'| {row["MRE_px"]:.2f} | {row["median_px"]:.2f} | {row["SDR@5px"]:.1f} |'
        )
    return '\n'.join(lines)
