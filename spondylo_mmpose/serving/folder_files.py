"""Names in a folder of reviews, and the record of what was uploaded to it."""

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spondylo_mmpose.apis.output_names import SERVE_STEM, is_reserved
from spondylo_mmpose.film_report.dataclass_json import from_plain
from spondylo_mmpose.imaging import IMAGE_SUFFIXES
from spondylo_mmpose.utils.io import write_json
from spondylo_mmpose.utils.json_head import checked_head, decoded_file

RECORD = f'{SERVE_STEM}.json'
FORMAT, FORMAT_VERSION = 'spondylo_mmpose reviews of films', '1.0'

FILMS, REVIEWED = 'films', 'reviewed'
"""Folders of uploaded films and of what persons made of reports."""

TRAINING = 'coco'
"""Folder in :data:`REVIEWED`: reviewed films as a converted data set."""

_STRANGE = re.compile(r'[^\w .()+-]')
_LONGEST = 80  # bytes


@dataclass(frozen=True)
class Upload:
    """A film that was uploaded.

    Attributes:
        stem: Of its report.
        file: Its file in :data:`FILMS`.
        name: As it was called where it came from.
        sha256: Of its content.
        failed: Why it has no report; ``None`` where it has one or waits for it.
    """

    stem: str
    file: str
    name: str
    sha256: str
    failed: str | None


def film_id(stem: str) -> str:
    """What addresses and logs call a film: its name may tell who the patient is."""
    return hashlib.sha256(stem.encode('utf-8', 'surrogateescape')).hexdigest()[:16]


def safe_stem(name: str, taken: set[str], digest: str) -> str:
    """A stem for the outputs of an upload.

    Args:
        name: As the browser tells it: whatever somebody chose.
        taken: Stems that are there, case folded.
        digest: Of the content; a part of it makes the stem differ from those.
    """
    last = name.replace('\\', '/').rpartition('/')[2]
    path = Path(last)
    known = path.suffix.lower() in IMAGE_SUFFIXES
    stem = _STRANGE.sub('_', path.stem if known else last).strip(' .')
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    stem = stem.rstrip(' .') or 'film'
    if stem.casefold() in taken or is_reserved(stem):
        stem = f'{stem}-{digest[:8]}'
    return stem


def suffix_of(name: str) -> str:
    """Ending of a film's file; empty where it is none that films have."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in IMAGE_SUFFIXES else ''


def read_record(folder: Path) -> list[Upload]:
    """The uploads of a folder; none where nothing was uploaded yet.

    Raises:
        SpondyloError: If the record is damaged.
    """
    path = folder / RECORD
    if not path.is_file():
        return []
    return decoded_file(
        path, _uploads, 'mend it, or remove it to forget what was uploaded'
    )


def _uploads(content: Any) -> list[Upload]:
    checked_head(content, FORMAT, FORMAT_VERSION)
    uploads: list[Upload] = list(
        from_plain(tuple[Upload, ...], content.get('films'), 'films')
    )
    for one in uploads:
        for name in (one.stem, one.file):
            if not name or '/' in name or '\\' in name or name.startswith('.'):
                raise ValueError('films: a name leads out of the folder')
    return uploads


def write_record(folder: Path, uploads: list[Upload]) -> None:
    """Write the uploads of a folder.

    Raises:
        SpondyloError: If that is not possible.
    """
    films = [asdict(one) for one in uploads]
    write_json(
        folder / RECORD,
        {'format': FORMAT, 'format_version': FORMAT_VERSION, 'films': films},
    )
