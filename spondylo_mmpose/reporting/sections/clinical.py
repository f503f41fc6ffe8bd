"""Slip, grade, angles and heights."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from spondylo_mmpose.evaluation import figures
from spondylo_mmpose.evaluation.angles_heights import (
    Measurement,
    sagittal_measurements,
)
from spondylo_mmpose.evaluation.clinical import slip_pairs
from spondylo_mmpose.evaluation.metrics import MeyerdingMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.reporting.sections.items import (
    Grid,
    Item,
    Paragraph,
    Part,
    Picture,
    Pictures,
    Terms,
)
from spondylo_mmpose.reporting.text import LEVEL_COLUMNS, level_rows
from spondylo_mmpose.statistics.film_measures import MEASURED


def clinical_part(
    records: Sequence[VertebraRecord], metrics: Mapping[str, float]
) -> Part:
    """Agreement of slips, confusion of grades, and both by pair of levels.

    Args:
        records: Vertebrae of the model.
        metrics: Its values by full name.
    """
    pairs = [pair for pair in slip_pairs(records) if np.isfinite(pair.true)]
    if not pairs:
        text = (
            'No slip can be measured: there are no two neighbours of known order on a '
            'lateral film whose facing is known.'
        )
        return Part('Slip and grade', [Paragraph(text)])
    threshold = metrics['clinical/no_slip_threshold']
    details = MeyerdingMetric(no_slip_threshold=threshold).details(records)
    found = details['all']['metrics']
    pictures = [
        Picture.of(
            figures.bland_altman(pairs),
            'Bland-Altman plot of the slip: bias '
            f'{found["slip_bias"]:.1f}, limits of agreement '
            f'{found["slip_LoA_lower"]:.1f} to {found["slip_LoA_upper"]:.1f} points.',
            'Bland-Altman plot: bias and limits of agreement, their 95 % intervals as '
            'bands.',
        ),
        Picture.of(
            figures.slip_scatter(pairs, threshold),
            f'Predicted over true slip of {len(pairs)} pairs.',
            'Predicted over true slip. Dotted: borders between grades.',
        ),
    ]
    near = (
        f'Grade 0 is a slip below {threshold:g} %; the reference grade is that of the '
        'labelled corners. Of the true slips '
        f'{found["pairs_within_1_of_border"]:.0f} % lie within 1 point and '
        f'{found["pairs_within_2.5_of_border"]:.0f} % within 2.5 points of a border '
        'between two grades, where small errors change the grade.'
    )
    rules = [(k.replace('_', ' '), f'{v}.') for k, v in details['rules'].items()]
    items: list[Item] = [
        Pictures(pictures),
        confusion_grid(details['all']['confusion']),
        Grid(
            'Slip by pair of levels',
            [heading for heading, _, _ in LEVEL_COLUMNS],
            {'': level_rows(metrics)},
            'pair',
            name='pairs',
        ),
        Paragraph(near),
        Terms('What the clinical numbers rest on', rules),
    ]
    return Part('Slip and grade', items)


def confusion_grid(confusion: Mapping) -> Grid:
    """Pairs by true and predicted grade, darker the larger the share of the true grade.

    Args:
        confusion: As :meth:`.MeyerdingMetric.details` gives it.
    """
    counts = np.array(confusion['pairs'])
    totals = counts.sum(1)
    shares, rows = {}, []
    for (i, j), number in np.ndenumerate(counts):
        if number:
            shares[i, j] = float(number / totals[i])
    for i, name in enumerate(confusion['row_names']):
        cells = [
            f'{number}\n{100 * shares[i, j]:.0f} %' if number else '0'
            for j, number in enumerate(counts[i])
        ]
        rows.append((name, [*cells, str(totals[i])]))
    return Grid(
        'Pairs by true grade (rows) and predicted grade (columns)',
        [*confusion['column_names'], 'all'],
        {'': rows},
        'true grade',
        shares,
        'confusion',
    )


def angles_part(records: Sequence[VertebraRecord]) -> Part:
    """Errors of angles and heights, or why there are none."""
    every = sagittal_measurements(records)
    pictures = []
    for figure, what in (
        (figures.angle_errors(every), 'disc angles, lordosis and sacral slope'),
        (figures.height_errors(every), 'vertebral heights, all levels'),
    ):
        if figure is not None:
            caption = f'Errors of {what}. Box: quartiles; whiskers: 5th and 95th.'
            pictures.append(
                Picture.of(figure, f'Boxes of the errors of {what}.', caption)
            )
    items: list[Item] = [Pictures(pictures)] if pictures else []
    reasons = reasons_grid(every)
    if reasons:
        items.append(reasons)
    return Part('Angles and heights', items)


def reasons_grid(measurements: Sequence[Measurement]) -> Grid | None:
    """How often the truth does not give an angle or a height, and why.

    Args:
        measurements: From :func:`.sagittal_measurements`.

    Returns:
        ``None`` where it gives all.
    """
    counted: dict[str, Counter[str]] = {}
    for m in measurements:
        kind = f'{m.kind} ({m.unit})'.replace('_', ' ')
        counted.setdefault(kind, Counter())[m.why] += 1
    reasons = sorted({why for kinds in counted.values() for why in kinds} - {MEASURED})
    if not reasons:
        return None
    rows = [
        (kind, [str(found[why]) for why in (MEASURED, *reasons)])
        for kind, found in counted.items()
    ]
    return Grid(
        'How often the truth gives it, and why not',
        [MEASURED, *(why.replace('_', ' ') for why in reasons)],
        {'': rows},
    )
