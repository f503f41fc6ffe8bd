"""An offline evaluation as text and as JSON."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.evaluation.film_predictions import PredictionSet
from spondylo_mmpose.evaluation.offline import Evaluation
from spondylo_mmpose.utils.io import named_digest
from spondylo_mmpose.utils.text import aligned

_TITLES = {
    'corner': 'corners, given boxes',
    'clinical': 'slip and grade',
    'sagittal': 'angles and heights',
    'spine': 'vertebrae found, end to end',
    'published_slot': 'the published slot metric, 512 px space',
}
_BOTH_WAYS = ('clinical', 'sagittal')


def evaluation_text(evaluation: Evaluation) -> str:
    """Lay out counts and the pooled values; those of parts stand in the JSON alone.

    Args:
        evaluation: What was measured.

    Returns:
        Lines of text: "not measured" for NaN, intervals behind their values.
    """
    kind = 'given' if evaluation.given_boxes else 'not given'
    kind += ', corners fitted to them' if evaluation.fitted else ''
    counts = [('boxes', kind)]
    counts += [(name, str(number)) for name, number in evaluation.counts.items()]
    blocks: dict[str, list[tuple[str, str]]] = {'predictions': counts}
    metrics, given = evaluation.metrics, evaluation.given_boxes
    limits = {f'{name}_{side}' for name in metrics for side in ('low', 'high')}
    for name, value in metrics.items():
        prefix, _, rest = name.partition('/')
        if '/' not in rest and name not in limits:
            title = _TITLES.get(prefix, prefix)
            if prefix in _BOTH_WAYS:
                title += ', given boxes' if given else ', end to end'
            row = name, value_text(value) + _interval_text(name, metrics)
            blocks.setdefault(title, []).append(row)
    lines = []
    for title, rows in zip(blocks, aligned(*blocks.values()), strict=True):
        lines += [f'{title}:', *(f'  {row}' for row in rows)]
    return '\n'.join(lines)


def evaluation_json(
    evaluation: Evaluation,
    predictions: PredictionSet,
    prediction_files: Sequence[str | Path],
    annotation_files: Sequence[str | Path],
) -> dict[str, Any]:
    """Everything that was measured, and of what.

    Args:
        evaluation: What was measured.
        predictions: What it was measured on.
        prediction_files: Where that came from.
        annotation_files: The truth.

    Returns:
        A dictionary ready for JSON, which turns NaN and infinity into ``null``;
        ``infinite`` names the values that are the latter. Files are told by name and
        SHA-256.
    """
    return {
        'model': predictions.model,
        'given_boxes': evaluation.given_boxes,
        'fitted_to_boxes': evaluation.fitted,
        'predictions': [named_digest(path) for path in prediction_files],
        'annotations': [named_digest(path) for path in annotation_files],
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


def _interval_text(name: str, metrics: Mapping[str, float]) -> str:
    low, high = metrics.get(f'{name}_low'), metrics.get(f'{name}_high')
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ''
    return f'  [{value_text(low)}, {value_text(high)}]'
