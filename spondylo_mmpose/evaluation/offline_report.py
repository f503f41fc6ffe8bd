"""An offline evaluation as text and as JSON."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.evaluation.film_predictions import PredictionSet
from spondylo_mmpose.evaluation.offline import Evaluation
from spondylo_mmpose.utils.io import file_digest
from spondylo_mmpose.utils.text import aligned

_TITLES = {
    'corner': 'corners, given boxes',
    'clinical': 'slip and grade, given boxes',
    'sagittal': 'angles and heights, given boxes',
    'spine': 'vertebrae found, end to end',
    'published_slot': 'the published slot metric, 512 px space',
}


def evaluation_text(evaluation: Evaluation) -> str:
    """Lay out counts and the pooled values; those of parts stand in the JSON alone.

    Args:
        evaluation: What was measured.

    Returns:
        Lines of text: "not measured" for NaN.
    """
    kind = 'given' if evaluation.given_boxes else 'not given'
    counts = [('boxes', kind)]
    counts += [(name, str(number)) for name, number in evaluation.counts.items()]
    blocks: dict[str, list[tuple[str, str]]] = {'predictions': counts}
    for name, value in evaluation.metrics.items():
        prefix, _, rest = name.partition('/')
        if '/' not in rest:
            block = blocks.setdefault(_TITLES.get(prefix, prefix), [])
            block.append((name, value_text(value)))
    lines = []
    for title, rows in zip(blocks, aligned(*blocks.values()), strict=True):
        lines += [f'{title}:', *(f'  {row}' for row in rows)]
    return '\n'.join(lines)


def evaluation_json(
    evaluation: Evaluation,
    predictions: PredictionSet,
    predictions_file: str | Path,
    annotation_files: Sequence[str | Path],
) -> dict[str, Any]:
    """Everything that was measured, and of what.

    Args:
        evaluation: What was measured.
        predictions: What it was measured on.
        predictions_file: Where that came from.
        annotation_files: The truth.

    Returns:
        A dictionary ready for JSON, which turns NaN and infinity into ``null``;
        ``infinite`` names the values that are the latter. Files are told by name and
        SHA-256.
    """
    return {
        'model': predictions.model,
        'given_boxes': evaluation.given_boxes,
        'predictions': _file(predictions_file),
        'annotations': [_file(path) for path in annotation_files],
        'counts': dict(evaluation.counts),
        'metrics': dict(evaluation.metrics),
        'infinite': [k for k, v in evaluation.metrics.items() if math.isinf(v)],
    }


def value_text(value: float) -> str:
    """A metric value as text: counts whole, the rest with three decimals."""
    if math.isnan(value):
        return 'not measured'
    if isinstance(value, int) or math.isinf(value):
        return str(value)
    return f'{value:.3f}'


def _file(path: str | Path) -> Mapping[str, str]:
    return {'name': Path(path).name, 'sha256': file_digest(Path(path))}
