"""The audit as an HTML page with a picture of every film that is concerned."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from spondylo_mmpose.audit.auditing import Reading
from spondylo_mmpose.audit.findings import KINDS, Audit, Finding
from spondylo_mmpose.audit.text import summary
from spondylo_mmpose.audit.thumbnails import write_thumbnail
from spondylo_mmpose.presentation.html import write_html
from spondylo_mmpose.utils.io import atomic_dir

_HIDDEN = ('split', 'also')
PAGE = 'index.html'


def write_page(folder: str | Path, audit: Audit, read: Reading, force: bool) -> Path:
    """Write ``index.html`` and the pictures it shows.

    Args:
        folder: Folder to write; absent or empty unless ``force``.
        audit: The audit.
        read: The data set, still open.
        force: Replace ``folder``.

    Returns:
        The page.

    Raises:
        SpondyloError: If the folder cannot be written.
    """
    about: dict[str, list[Finding]] = defaultdict(list)
    for finding in audit.findings:
        for file in finding.files:
            about[file].append(finding)
    with atomic_dir(folder, force, [PAGE]) as new:
        (new / 'films').mkdir()
        films = [film for film in read.films if film.raw.file in about]
        pictures = {}
        for number, film in enumerate(
            tqdm(films, 'pictures', leave=False, disable=None)
        ):
            name = f'films/{number:05d}.jpg'
            own = about[film.raw.file]
            if write_thumbnail(new / name, read.source, film, own):
                pictures[film.raw.file] = name
        write_html(
            new / PAGE,
            'audit.html.jinja',
            title='Audit of a data set',
            summary=summary(audit),
            status=audit.verdict(),
            kinds=[_section(kind, audit, pictures) for kind in audit.counts()],
        )
    return Path(folder) / PAGE


def _section(kind: str, audit: Audit, pictures: dict[str, str]) -> dict[str, Any]:
    severity, meaning = KINDS[kind]
    return {
        'kind': kind,
        'severity': severity,
        'meaning': meaning,
        'items': [
            {
                'files': [
                    {'name': file, 'picture': pictures.get(file)}
                    for file in finding.files
                ],
                'detail': ', '.join(
                    f'{key.replace("_", " ")}: {value}'
                    for key, value in finding.detail.items()
                    if key not in _HIDDEN
                ),
            }
            for finding in audit.findings
            if finding.kind == kind
        ],
    }
