"""Metric tables as text: which values, in which order, under which names."""

from collections.abc import Mapping, Sequence

import numpy as np

Row = tuple[str, str, str]
"""Label, full name of the metric and format."""

Metrics = Mapping[str, Mapping[str, float]]
"""Values by column name and full metric name."""

NOT_MEASURED = 'not measured'


def _error_rows(prefix: str, of: str = '') -> tuple[Row, ...]:
    return (
        (f'MRE{of} (px)', f'{prefix}/MRE_px', '{:.2f}'),
        (f'median{of} (px)', f'{prefix}/median_px', '{:.2f}'),
        (f'95th percentile{of} (px)', f'{prefix}/p95_px', '{:.2f}'),
        *(
            (f'SDR @ {t} px (%)', f'{prefix}/SDR@{t}px', '{:.1f}')
            for t in (2, 5, 10, 24)
        ),
        (f'MRE{of} (mm)', f'{prefix}/MRE_mm', '{:.2f}'),
        ('SDR @ 2 mm (%)', f'{prefix}/SDR@2mm', '{:.1f}'),
        ('SDR @ 4 mm (%)', f'{prefix}/SDR@4mm', '{:.1f}'),
    )


CORNER_ROWS: Sequence[Row] = (
    *_error_rows('corner'),
    ('MRE (% of height)', 'corner/MRE_percent_height', '{:.2f}'),
    ('MRE (% of film diagonal)', 'corner/MRE_percent_diagonal', '{:.3f}'),
)
"""Corners, given boxes."""

FOUND_ROWS: Sequence[Row] = (
    ('precision (%)', 'spine/precision', '{:.1f}'),
    ('recall (%)', 'spine/recall', '{:.1f}'),
    ('F1 (%)', 'spine/F1', '{:.1f}'),
    ('average precision (%)', 'spine/AP', '{:.1f}'),
    ('over scores from', 'spine/least_score', '{:.2f}'),
    ('false positives per film', 'spine/false_positives_per_film', '{:.2f}'),
    ('films with the right number (%)', 'spine/count_accuracy', '{:.1f}'),
    ('films, most places or names wrong (%)', 'spine/level_shift_rate', '{:.1f}'),
    ('films, most places wrong (%)', 'spine/level_shift_rate_counted', '{:.1f}'),
)
"""Vertebrae found, end to end."""

FOUND_CORNER_ROWS: Sequence[Row] = _error_rows('spine', ' of the matched')
"""Corners, end to end; SDR counts the corners of missed vertebrae as failures."""

CLINICAL_ROWS: Sequence[Row] = (
    ('slip, mean absolute error (points)', 'clinical/slip_MAE', '{:.1f}'),
    ('slips not measured (%)', 'clinical/slip_unmeasured_percent', '{:.1f}'),
    ('slip within 5 points (%)', 'clinical/slip_within_5', '{:.1f}'),
    ('slip, bias (points)', 'clinical/slip_bias', '{:.1f}'),
    ('slip, lower limit of agreement', 'clinical/slip_LoA_lower', '{:.1f}'),
    ('slip, upper limit of agreement', 'clinical/slip_LoA_upper', '{:.1f}'),
    ('Meyerding grade accuracy (%)', 'clinical/grade_accuracy', '{:.1f}'),
    ('Meyerding grade, quadratic kappa', 'clinical/kappa_quadratic', '{:.2f}'),
    ('sensitivity, grade I or more (%)', 'clinical/sensitivity_1_or_more', '{:.1f}'),
    ('specificity, grade I or more (%)', 'clinical/specificity_1_or_more', '{:.1f}'),
    ('sensitivity, grade II or more (%)', 'clinical/sensitivity_2_or_more', '{:.1f}'),
    ('specificity, grade II or more (%)', 'clinical/specificity_2_or_more', '{:.1f}'),
)
"""Slip and grade."""

ANGLE_ROWS: Sequence[Row] = (
    ('disc angle, mean abs. error (°)', 'sagittal/disc_angle_MAE_deg', '{:.1f}'),
    (
        'lordosis L1-S1, mean abs. error (°)',
        'sagittal/lordosis_L1_S1_MAE_deg',
        '{:.1f}',
    ),
    ('sacral slope, mean abs. error (°)', 'sagittal/sacral_slope_MAE_deg', '{:.1f}'),
    *(
        (
            f'{place} height, mean abs. error ({mark})',
            f'sagittal/height_{place}_MAE_{unit}',
            '{:.1f}',
        )
        for mark, unit in (('%', 'percent'), ('mm', 'mm'))
        for place in ('anterior', 'middle', 'posterior')
    ),
)
"""Angles and heights."""

SLOT_ROWS: Sequence[Row] = (
    ('slot MRE (px at 512)', 'published_slot/MRE_px512', '{:.2f}'),
    ('slot MRE, counted from the lowest (px at 512)', 'published_slot/lowest_MRE_px512',
     '{:.2f}'),
    ('slot MRE, mean of films (px at 512)', 'published_slot/film_mean_MRE_px512',
     '{:.2f}'),
    *((f'slot SDR @ {t} px at 512 (%)', f'published_slot/SDR@{t}px512', '{:.1f}')
      for t in (6, 12, 18, 24)),
    ('slots without a prediction', 'published_slot/slots_without_prediction', '{:.0f}'),
)  # fmt: skip
"""The published slot metric, end to end."""

GIVEN_BOXES: Mapping[str, Sequence[Row]] = {
    'Corners, given boxes': CORNER_ROWS,
    'Slip and grade': CLINICAL_ROWS,
    'Angles and heights': ANGLE_ROWS,
}
"""Groups of rows of a run whose boxes were given."""

END_TO_END: Mapping[str, Sequence[Row]] = {
    'Vertebrae found': FOUND_ROWS,
    'Corners, missed vertebrae count in SDR': FOUND_CORNER_ROWS,
    'Slip and grade, missed vertebrae count as unmeasured': CLINICAL_ROWS,
    'Angles and heights': ANGLE_ROWS,
    'Published slot metric': SLOT_ROWS,
}
"""Groups of rows of a run that had to find the vertebrae."""

LEVEL_COLUMNS = (
    ('pairs', 'pairs', '{:.0f}'),
    ('slip MAE', 'slip_MAE', '{:.1f}'),
    ('bias', 'slip_bias', '{:.1f}'),
    ('not measured', 'slip_unmeasured', '{:.0f}'),
    ('grade right (%)', 'grade_accuracy', '{:.1f}'),
    ('kappa', 'kappa_quadratic', '{:.2f}'),
    ('truly I or more', 'pairs_graded_1_or_more', '{:.0f}'),
    ('of them found (%)', 'sensitivity_1_or_more', '{:.1f}'),
    ('others ruled out (%)', 'specificity_1_or_more', '{:.1f}'),
)
"""Heading, metric name and format of the columns of :func:`level_rows`."""


def groups_of(metrics: Metrics) -> Mapping[str, Sequence[Row]]:
    """Groups of rows that fit the values, end to end or given boxes."""
    names = {name for column in metrics.values() for name in column}
    end_to_end = any(name.startswith('spine/') for name in names)
    return END_TO_END if end_to_end else GIVEN_BOXES


def table_rows(
    metrics: Metrics, rows: Sequence[Row] | None = None
) -> list[tuple[str, list[str]]]:
    """Lay out metric values.

    Args:
        metrics: See :data:`Metrics`. ``NAME_low`` and ``NAME_high`` (drawn from
            patients), where they are missing or shrunk to a point ``NAME_CI_low`` and
            ``NAME_CI_high`` (by formula), give the value ``NAME`` its interval.
        rows: What to lay out; all groups that fit where none is given.

    Returns:
        A label and one cell per column for each row; "not measured" for NaN.
    """
    if rows is None:
        rows = [row for group in groups_of(metrics).values() for row in group]
    return [
        (label, [value_cell(column, key, form) for column in metrics.values()])
        for label, key, form in rows
    ]


def level_rows(metrics: Mapping[str, float]) -> list[tuple[str, list[str]]]:
    """Lay out the clinical values of each pair of levels.

    Args:
        metrics: Values of one model by full metric name.

    Returns:
        Name of the pair and one cell for each of :data:`LEVEL_COLUMNS`.
    """
    start = 'clinical/slip_MAE/'
    pairs = [key.removeprefix(start) for key in metrics if key.startswith(start)]
    return [
        (
            name,
            [
                number_text(metrics.get(f'clinical/{key}/{name}', np.nan), form)
                for _, key, form in LEVEL_COLUMNS
            ],
        )
        for name in pairs
        if not name.endswith(('_low', '_high'))
    ]


def measured_rows(
    metrics: Metrics, rows: Sequence[Row] | None = None
) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """Lay out metric values without the rows in which nothing was measured.

    Args:
        metrics: See :func:`table_rows`.
        rows: See :func:`table_rows`.

    Returns:
        The others, and the labels of those rows.
    """
    laid = table_rows(metrics, rows)
    empty = [label for label, cells in laid if set(cells) == {NOT_MEASURED}]
    return [row for row in laid if row[0] not in empty], empty


def without_intervals(values: Mapping[str, float]) -> dict[str, float]:
    """Leave out the ends of intervals."""
    return {k: v for k, v in values.items() if not k.endswith(('_low', '_high'))}


def metric_table(metrics: Metrics) -> str:
    """Lay out metric values as lines of plain text; see :func:`measured_rows`."""
    rows, empty = measured_rows(metrics)
    lines = [('', list(metrics)), *rows]
    width = max(len(label) for label, _ in lines)
    cell_width = max(12, *(len(cell) for _, cells in lines for cell in cells)) + 2
    laid = [
        f'{label:{width}}' + ''.join(f'{cell:>{cell_width}}' for cell in cells)
        for label, cells in lines
    ]
    return '\n'.join(
        [*laid, *([f'{NOT_MEASURED}: {"; ".join(empty)}'] if empty else [])]
    )


def value_cell(column: Mapping[str, float], key: str, form: str) -> str:
    """A value with its interval, see :func:`table_rows`."""
    value = number_text(column.get(key, np.nan), form)
    for name in (key, f'{key}_CI'):
        low, high = (column.get(f'{name}_{end}', np.nan) for end in ('low', 'high'))
        if np.isfinite([low, high]).all() and low < high:
            return f'{value} ({form.format(low)} to {form.format(high)})'
    return value


def number_text(value: float, form: str) -> str:
    """A number by its format, "not measured" for NaN."""
    if np.isnan(value):
        return NOT_MEASURED
    if np.isinf(value):
        return 'infinite'
    text = form.format(value)
    # A minus before nothing but zeros says nothing.
    return text if text.strip('-0.') else text.removeprefix('-')
