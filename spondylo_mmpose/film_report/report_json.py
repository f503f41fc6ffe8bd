"""Reports as JSON, written plainly and read strictly."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.dataclass_json import from_plain, without_later
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.utils.io import atomic_file, nan_to_none, reject_constant

FORMAT = 'spondylo_mmpose spine report'
FORMAT_VERSION = '1.3'
"""Readers check the part before the dot; only later parts may add fields."""

SCHEMA = Path(__file__).with_name('spine_report.schema.json')
"""JSON Schema (draft 2020-12) of this version."""


def encode_report(report: SpineReport, indent: int | None = 1) -> str:
    """Write a report as JSON text, see :meth:`.SpineReport.to_json`."""
    head = {'format': FORMAT, 'format_version': FORMAT_VERSION}
    content = nan_to_none(head | dataclasses.asdict(report))
    return json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False)


def decode_report(text: str) -> SpineReport:
    """Read a report from JSON text, see :meth:`.SpineReport.from_json`.

    Raises:
        SpondyloError: If it is none.
    """
    try:
        content = json.loads(text, parse_constant=reject_constant)
        if not isinstance(content, dict) or content.pop('format', None) != FORMAT:
            raise ValueError(f'needs "format": "{FORMAT}"')
        version = content.pop('format_version', None)
        if str(version).split('.')[0] != FORMAT_VERSION.split('.')[0]:
            raise ValueError(
                f'has format_version {version!r:.40}, this program reads '
                f'{FORMAT_VERSION!r}'
            )
        strict = version == FORMAT_VERSION
        report: SpineReport = from_plain(SpineReport, content, 'report', strict)
    except (ValueError, RecursionError) as error:
        raise SpondyloError(f'is no report: {error}') from error
    return report


def report_digest(report: SpineReport) -> str:
    """SHA-256 of what a report says, by which a review names what was reviewed.

    The same in every version of the format, as long as it says no more.
    """
    content = nan_to_none(without_later(report))
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_report(path: str | Path, report: SpineReport) -> Path:
    """Write a report to a file, never half.

    Raises:
        SpondyloError: If it cannot be written.
    """
    with atomic_file(path) as temporary:
        temporary.write_text(report.to_json() + '\n', encoding='utf-8')
    return Path(path)


def read_report(path: str | Path) -> SpineReport:
    """Read a report from a file.

    Raises:
        SpondyloError: If it is missing or no report; the message names it.
    """
    try:
        return decode_report(Path(path).read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError) as error:
        raise SpondyloError(f'{path}: cannot be read: {error}') from error
    except SpondyloError as error:
        raise SpondyloError(f'{path}: {error}') from error


def schema() -> dict[str, Any]:
    """The JSON Schema of reports."""
    content: dict[str, Any] = json.loads(SCHEMA.read_text(encoding='utf-8'))
    return content
