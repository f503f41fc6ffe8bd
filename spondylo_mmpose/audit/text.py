"""An audit as text for the terminal: numbers only, names stay in the reports."""

from typing import Any

from spondylo_mmpose.audit.findings import KINDS, Audit
from spondylo_mmpose.utils.text import aligned


def summary(audit: Audit, strict: bool = False) -> str:
    """Tables of what there is and what is wrong, and the verdict."""
    rows = [('format', audit.format)]
    rows += [(name, str(value)) for name, value in audit.tables['files'].items()]
    for name in ('split', 'source', 'encoding'):
        for key, cells in audit.tables[name].items():
            rows.append((f'{name} {key}', _cells(cells)))
    for split, cells in audit.tables['demographics'].items():
        rows.append((f'patients in {split}', _demographics(cells)))
    for name in ('boxes', 'vertebrae', 'known'):
        table = audit.tables[name]
        text = ', '.join(f'{key}: {value}' for key, value in table.items())
        rows.append((_TITLES[name], text or '-'))
    counts = audit.counts()
    (lines,) = aligned(rows)
    lines.append('findings:' if counts else 'findings: none')
    lines += aligned(
        (f'{number:6d}  {kind}', f'{KINDS[kind][0]}: {KINDS[kind][1]}')
        for kind, number in counts.items()
    )[0]
    verdict = audit.verdict(strict)
    if verdict != audit.verdict():
        verdict += ' (--strict: warnings count as errors)'
    return '\n'.join([*lines, f'result: {verdict}'])


_TITLES = {
    'boxes': 'boxes of the files',
    'vertebrae': 'films by vertebrae',
    'known': 'films whose ... is known',
}


def _cells(cells: dict[str, int]) -> str:
    return ', '.join(f'{value} {name}' for name, value in cells.items())


def _demographics(cells: dict[str, Any]) -> str:
    sexes = ', '.join(f'{cells[k]} {k}' for k in ('female', 'male', 'sex unknown'))
    text = f'{cells["patients"]}: {sexes}; age known of {cells["age known"]}'
    if cells['age range']:
        low, high = cells['age range']
        text += f', {low} to {high}, mean {cells["age mean"]}'
    return text
