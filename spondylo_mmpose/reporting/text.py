"""Metric tables as text."""

from collections.abc import Mapping

import numpy as np

ROWS = (
    ('MRE (px)', 'MRE_px', '{:.2f}'),
    ('median (px)', 'median_px', '{:.2f}'),
    ('95th percentile (px)', 'p95_px', '{:.2f}'),
    ('SDR @ 2 px (%)', 'SDR@2px', '{:.1f}'),
    ('SDR @ 5 px (%)', 'SDR@5px', '{:.1f}'),
    ('SDR @ 10 px (%)', 'SDR@10px', '{:.1f}'),
    ('SDR @ 24 px (%)', 'SDR@24px', '{:.1f}'),
    ('MRE (mm)', 'MRE_mm', '{:.2f}'),
    ('slip, mean absolute error (points)', 'slip_MAE', '{:.1f}'),
    ('Meyerding grade accuracy (%)', 'grade_accuracy', '{:.1f}'),
)
"""Label, metric name and format of the rows of a table."""

Metrics = Mapping[str, Mapping[str, float]]


def table_rows(metrics: Metrics) -> list[tuple[str, list[str]]]:
    """Lay out metric values.

    Args:
        metrics: Values by column name and metric name.

    Returns:
        A label and one cell per column for each row; "not measured" for NaN.
    """
    return [
        (label, [_format(column[key], form) for column in metrics.values()])
        for label, key, form in ROWS
    ]


def metric_table(metrics: Metrics) -> str:
    """Lay out metric values as lines of plain text; see :func:`table_rows`."""
    lines = [('', list(metrics)), *table_rows(metrics)]
    return '\n'.join(
        f'{label:36}' + ''.join(f'{cell:>14}' for cell in cells)
        for label, cells in lines
    )


def _format(value: float, form: str) -> str:
    return 'not measured' if np.isnan(value) else form.format(value)
