"""What the file names of the Mendeley films tell: patient, sex, age, view, levels."""

import re
from dataclasses import dataclass

# Export tools add the old suffix and a hash: `<original>_jpg.rf.<hash>`.
_EXPORTED = re.compile(r'^(?P<stem>.+)_(jpe?g|png|bmp|tiff?)\.rf\.[0-9a-zA-Z]+$')
_BUU = re.compile(r'^(\d{4})-([MF])-(\d{3})Y([01])')
_OLISTHESIS = re.compile(r'^N\d+-Olisthesis-(.+)-([MF])-(\d{1,3})-Yrs$', re.IGNORECASE)
_LEVEL_PAIR = re.compile(r'([LT])(\d{1,2})-([LST]?)(\d{1,2})', re.IGNORECASE)
_HONDURAN = re.compile(
    r'^(Screenshot-\d{4}-\d{2}-\d{2}-\d{6}|[0-9a-f]{32}|N\d+-.+|PARS_.+|.*_jumbo(_jpeg)?)$',
    re.IGNORECASE,
)

PHANTOM_IDS = range(9000, 10000)
"""Patient numbers of synthetic films; BUU's own stay far below."""


@dataclass(frozen=True)
class FilmName:
    """Facts parsed from one file name; ``None`` where it tells nothing.

    Attributes:
        group: Stem before the export; copies of one film share it.
        exported: Whether the name bears the mark of an export.
        patient_id: Patient number, else the group.
        source: ``'buu'``, ``'honduran'``, ``'phantom'`` or ``'unknown'``.
        sex: ``'M'`` or ``'F'``.
        age: Years.
        view: ``'lateral'`` or ``'ap'``.
        named_levels: Slipped levels that the name gives, as ``'L4-L5'``.
    """

    group: str
    exported: bool
    patient_id: str
    source: str
    sex: str | None = None
    age: int | None = None
    view: str | None = None
    named_levels: tuple[str, ...] = ()

    @property
    def telling(self) -> bool:
        """Whether films of equal names are copies, and not just called alike."""
        return self.exported or self.source != 'unknown'


def parse_name(stem: str) -> FilmName:
    """Parse the stem of an image file of the data set.

    Args:
        stem: File name without its last suffix.

    Returns:
        What the name tells.
    """
    match = _EXPORTED.match(stem)
    group, exported = (match['stem'], True) if match else (stem, False)
    if buu := _BUU.match(group):
        number, sex, age, view = buu.groups()
        return FilmName(
            group=group,
            exported=exported,
            patient_id=number,
            source='phantom' if int(number) in PHANTOM_IDS else 'buu',
            sex=sex,
            age=int(age),
            view='lateral' if view == '1' else 'ap',
        )
    source = 'honduran' if _HONDURAN.match(group) else 'unknown'
    if named := _OLISTHESIS.match(group):
        levels, sex, age = named.groups()
        return FilmName(
            group=group,
            exported=exported,
            patient_id=group,
            source=source,
            sex=sex.upper(),
            age=int(age),
            named_levels=_level_pairs(levels),
        )
    return FilmName(group, exported, group, source)


def _level_pairs(text: str) -> tuple[str, ...]:
    """``'L3-4-and-L5-S1'`` to ``('L3-L4', 'L5-S1')``."""
    return tuple(
        f'{upper}{first}-{lower or upper}{second}'.upper()
        for upper, first, lower, second in _LEVEL_PAIR.findall(text)
    )
