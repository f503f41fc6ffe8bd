"""A finding, how grave it is, and the whole result of an audit."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import spondylo_mmpose
from spondylo_mmpose.converters import conversion_report as reporting

ERROR, WARNING = 'error', 'warning'

FORMAT_VERSION = '1.0'
"""Version of the machine-readable report."""

_OWN_KINDS: dict[str, tuple[str, str]] = {
    'export_copies': (
        WARNING,
        'one film exported several times; keep the copies in one split',
    ),
    'film_repeated': (WARNING, 'two names, one film by what it shows'),
    'film_in_two_splits': (ERROR, 'one film by what it shows, in train and in val'),
    'film_in_other_set': (ERROR, 'the film or its patient is in the other data set'),
}
_LEAKS = ('patient_in_two_splits', 'test_film_seen')


def _severity(kind: str, effect: str) -> str:
    """Films and vertebrae that are lost, and leaks, are errors."""
    return WARNING if effect == reporting.KEPT and kind not in _LEAKS else ERROR


KINDS: dict[str, tuple[str, str]] = {
    kind: (_severity(kind, effect), meaning)
    for kind, (effect, meaning) in reporting.KINDS.items()
    # What an image shows says more than its bytes.
    if kind != 'image_repeated'
} | _OWN_KINDS
"""Kind of finding: how grave it is, and what it means."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: One of :data:`KINDS`.
        file: File it is about, relative to the data set.
        detail: What more is known: ``vertebra`` (place in the label file, from 0),
            ``also`` (other files concerned), and so on.
    """

    kind: str
    file: str
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """``'error'`` or ``'warning'``."""
        return KINDS[self.kind][0]

    @property
    def files(self) -> list[str]:
        """All files concerned."""
        return [self.file, *self.detail.get('also', [])]


@dataclass(frozen=True)
class Audit:
    """Result of an audit.

    Attributes:
        format: Name of the data set's format.
        digests: SHA-256 of the archive, if it is one.
        tables: What was counted, by name.
        findings: Sorted by severity, kind and file.
        copies: Films that must stay together, as files of a converted data set.
    """

    format: str
    digests: dict[str, str]
    tables: dict[str, dict[str, Any]]
    findings: list[Finding]
    copies: list[list[str]]

    def counts(self) -> dict[str, int]:
        """Number of findings of each kind that occurred, errors first."""
        number = Counter(finding.kind for finding in self.findings)
        ranked = sorted(KINDS, key=lambda kind: KINDS[kind][0] != ERROR)
        return {kind: number[kind] for kind in ranked if number[kind]}

    def status(self, strict: bool = False) -> int:
        """Exit status: 0 clean, 1 warnings only, 2 errors.

        Args:
            strict: Whether warnings count as errors.
        """
        grave = {finding.severity for finding in self.findings}
        if ERROR in grave or (strict and grave):
            return 2
        return 1 if grave else 0

    def verdict(self, strict: bool = False) -> str:
        """The status as a word: ``'clean'``, ``'warnings'`` or ``'errors'``."""
        return ('clean', 'warnings', 'errors')[self.status(strict)]

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable report."""
        return {
            'format_version': FORMAT_VERSION,
            'tool_version': spondylo_mmpose.__version__,
            'format': self.format,
            'digests': self.digests,
            'status': self.verdict(),
            'tables': self.tables,
            'counts': self.counts(),
            'kinds': {
                kind: {'severity': KINDS[kind][0], 'meaning': KINDS[kind][1]}
                for kind in self.counts()
            },
            'findings': [
                {'kind': f.kind, 'severity': f.severity, 'file': f.file, **f.detail}
                for f in self.findings
            ],
            'copies': self.copies,
        }
