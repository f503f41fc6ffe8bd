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
    ('slips not measured (%)', 'slip_unmeasured_percent', '{:.1f}'),
    ('slip within 5 points (%)', 'slip_within_5', '{:.1f}'),
    ('slip, bias (points)', 'slip_bias', '{:.1f}'),
    ('slip, lower limit of agreement', 'slip_LoA_lower', '{:.1f}'),
    ('slip, upper limit of agreement', 'slip_LoA_upper', '{:.1f}'),
    ('Meyerding grade accuracy (%)', 'grade_accuracy', '{:.1f}'),
    ('Meyerding grade, quadratic kappa', 'kappa_quadratic', '{:.2f}'),
    ('sensitivity, grade I or more (%)', 'sensitivity_1_or_more', '{:.1f}'),
    ('specificity, grade I or more (%)', 'specificity_1_or_more', '{:.1f}'),
    ('sensitivity, grade II or more (%)', 'sensitivity_2_or_more', '{:.1f}'),
    ('specificity, grade II or more (%)', 'specificity_2_or_more', '{:.1f}'),
    ('disc angle, mean abs. error (°)', 'disc_angle_MAE_deg', '{:.1f}'),
    ('lordosis L1-S1, mean abs. error (°)', 'lordosis_L1_S1_MAE_deg', '{:.1f}'),
    ('sacral slope, mean abs. error (°)', 'sacral_slope_MAE_deg', '{:.1f}'),
    ('anterior height, mean abs. error (%)', 'height_anterior_MAE_percent', '{:.1f}'),
    ('middle height, mean abs. error (%)', 'height_middle_MAE_percent', '{:.1f}'),
    ('posterior height, mean abs. error (%)', 'height_posterior_MAE_percent', '{:.1f}'),
)
"""Label, metric name and format of the rows of a table.

Of these a value ``NAME`` with ``NAME_CI_low`` and ``NAME_CI_high`` gets its interval.
"""

LEVEL_COLUMNS = (
    ('pairs', 'pairs', '{:.0f}'),
    ('slip MAE', 'slip_MAE', '{:.1f}'),
    ('bias', 'slip_bias', '{:.1f}'),
    ('grade right (%)', 'grade_accuracy', '{:.1f}'),
    ('kappa', 'kappa_quadratic', '{:.2f}'),
    ('truly I or more', 'pairs_graded_1_or_more', '{:.0f}'),
    ('of them found (%)', 'sensitivity_1_or_more', '{:.1f}'),
    ('others ruled out (%)', 'specificity_1_or_more', '{:.1f}'),
)
"""Heading, metric name and format of the columns of :func:`level_rows`."""

Metrics = Mapping[str, Mapping[str, float]]


def table_rows(metrics: Metrics) -> list[tuple[str, list[str]]]:
    """Lay out metric values.

    Args:
        metrics: Values by column name and metric name.

    Returns:
        A label and one cell per column for each row; "not measured" for NaN.
    """
    return [
        (label, [_cell(column, key, form) for column in metrics.values()])
        for label, key, form in ROWS
    ]


def level_rows(metrics: Mapping[str, float]) -> list[tuple[str, list[str]]]:
    """Lay out the clinical values of each pair of levels.

    Args:
        metrics: Values of one model by metric name.

    Returns:
        Name of the pair and one cell for each of :data:`LEVEL_COLUMNS`.
    """
    pairs = [key.partition('/')[2] for key in metrics if key.startswith('slip_MAE/')]
    return [
        (
            name,
            [_format(metrics[f'{key}/{name}'], form) for _, key, form in LEVEL_COLUMNS],
        )
        for name in pairs
    ]


def metric_table(metrics: Metrics) -> str:
    """Lay out metric values as lines of plain text; see :func:`table_rows`."""
    lines = [('', list(metrics)), *table_rows(metrics)]
    width = max(len(label) for label, _ in lines)
    cell_width = max(12, *(len(cell) for _, cells in lines for cell in cells)) + 2
    return '\n'.join(
        f'{label:{width}}' + ''.join(f'{cell:>{cell_width}}' for cell in cells)
        for label, cells in lines
    )


def _cell(column: Mapping[str, float], key: str, form: str) -> str:
    value = _format(column.get(key, np.nan), form)
    low, high = (column.get(f'{key}_CI_{end}', np.nan) for end in ('low', 'high'))
    if not np.isfinite([low, high]).all():
        return value
    return f'{value} ({form.format(low)} to {form.format(high)})'


def _format(value: float, form: str) -> str:
    return 'not measured' if np.isnan(value) else form.format(value)
