"""Tables of pooled values and the few that stand out."""

from collections.abc import Mapping, Sequence

from spondylo_mmpose.reporting.sections.items import (
    Grid,
    Item,
    KeyNumber,
    Paragraph,
    Part,
)
from spondylo_mmpose.reporting.targets import SLOT_CAUTION, targets_of
from spondylo_mmpose.reporting.text import (
    NOT_MEASURED,
    SLOT_ROWS,
    Metrics,
    Row,
    groups_of,
    measured_rows,
    value_cell,
)

_INTERVALS = (
    'In brackets: 95 % intervals, from drawing patients anew; of limits of agreement, '
    'and of shares where drawing gives none (0 or 100 %), by formula, which takes all '
    'pairs for independent.'
)
_FLOORS = (
    '"mean shape" is the mean quad of the vertebra\'s level in the training set, '
    'turned to the film\'s facing and put into the true box; "box corners" are the '
    'corners of that box: what one gets without looking at the film.'
)
_KEYS_GIVEN: Sequence[tuple[Row, str]] = (
    (('mean radial error', 'corner/MRE_px', '{:.2f}'), 'px'),
    (('mean radial error', 'corner/MRE_mm', '{:.2f}'), 'mm'),
    (('corners within 5 px', 'corner/SDR@5px', '{:.1f}'), '%'),
    (('slip, mean abs. error', 'clinical/slip_MAE', '{:.1f}'), 'points'),
    (('grade right', 'clinical/grade_accuracy', '{:.1f}'), '%'),
)
_KEYS_FOUND: Sequence[tuple[Row, str]] = (
    (('F1 of vertebrae', 'spine/F1', '{:.1f}'), '%'),
    (('recall', 'spine/recall', '{:.1f}'), '%'),
    (('precision', 'spine/precision', '{:.1f}'), '%'),
    (('MRE of the matched', 'spine/MRE_px', '{:.2f}'), 'px'),
    (('corners within 5 px', 'spine/SDR@5px', '{:.1f}'), '%'),
    (('grade right', 'clinical/grade_accuracy', '{:.1f}'), '%'),
)


def key_numbers(metrics: Mapping[str, float]) -> list[KeyNumber]:
    """The few values that answer first questions; those not measured are left out."""
    rows = _KEYS_FOUND if 'spine/F1' in metrics else _KEYS_GIVEN
    found = []
    for (label, key, form), unit in rows:
        cell = value_cell(metrics, key, form)
        if cell != NOT_MEASURED:
            value, _, interval = cell.partition(' (')
            found.append(KeyNumber(label, f'{value} {unit}', interval.rstrip(')')))
    return found


def results_part(metrics: Metrics) -> Part:
    """Every pooled value, the model beside its floors.

    Rows that no column has are named below the table instead of being shown empty.

    Args:
        metrics: Values by column and full name.
    """
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    missing: list[str] = []
    for title, rows in groups_of(metrics).items():
        here, lacking = measured_rows(metrics, rows)
        missing += lacking
        if here:
            groups[title] = here
    items: list[Item] = [Grid('All films together', list(metrics), groups)]
    if missing:
        items.append(Paragraph(f'Not measured: {"; ".join(missing)}.'))
    names = {name for column in metrics.values() for name in column}
    told = any(name.endswith(('_low', '_CI_low')) for name in names)
    texts = [_INTERVALS] if told else []
    if len(metrics) > 1:
        texts.append(_FLOORS)
    if SLOT_ROWS[0][1] in names:
        aims = targets_of(SLOT_ROWS[0][1])
        published = '; '.join(aim.label for aim in aims if aim.is_published)
        texts.append(f'{SLOT_CAUTION} Slot MRE: {published}.')
    if texts:
        items.append(Paragraph(' '.join(texts)))
    return Part('Results', items)


def overview(runs: Mapping[str, Mapping[str, float]]) -> list[Grid]:
    """The first numbers of several runs below one another.

    Runs given boxes and runs end to end answer different questions and get tables of
    their own.

    Args:
        runs: Values of each model by the title of its run.
    """
    made = []
    for keys, caption in (
        (_KEYS_GIVEN, 'Runs given boxes'),
        (_KEYS_FOUND, 'Runs end to end'),
    ):
        end_to_end = keys is _KEYS_FOUND
        own = {k: v for k, v in runs.items() if ('spine/F1' in v) == end_to_end}
        rows = [(f'{row[0]} ({unit})', *row[1:]) for row, unit in keys]
        table, _ = measured_rows(own, rows)
        if table:
            cells = [
                (title, [values[i] for _, values in table])
                for i, title in enumerate(own)
            ]
            made.append(
                Grid(caption, [label for label, _ in table], {'': cells}, 'run')
            )
    return made
