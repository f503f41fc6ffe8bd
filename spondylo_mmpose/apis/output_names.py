"""Names for what is written of each film."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.dicom_output.kinds import KINDS
from spondylo_mmpose.errors import SpondyloError

RUN_STEM, GALLERY_STEM = 'predict', 'index'
"""Stems of the folder's own record and page, which no film's report may have."""

_LONGEST = 150  # bytes; file systems take 255, temporary names need some of them


@dataclass(frozen=True)
class NamedFilm:
    """A film and where its report goes.

    Attributes:
        path: The film.
        json: The report.
        overlay: The picture.
    """

    path: Path
    json: Path
    overlay: Path

    @property
    def page(self) -> Path:
        """The review page."""
        return self.json.with_suffix('.html')

    @property
    def dicom(self) -> dict[str, Path]:
        """DICOM outputs by their kind."""
        name = self.json.name.removesuffix('.json')
        return {kind: self.json.with_name(f'{name}.{kind}.dcm') for kind in KINDS}


def name_outputs(films: Sequence[Path], out: Path) -> list[NamedFilm]:
    """Name the outputs of films: as the films without their suffixes.

    Where several films have one stem, all of them get a part of their path's digest
    behind it, so that their names do not depend on the order in which they are given.

    Args:
        films: Paths, each once.
        out: Folder of the outputs.

    Raises:
        SpondyloError: If an output would replace one of the films.
    """
    stems = [_short(path.stem) for path in films]
    # Some file systems do not tell upper from lower case.
    taken_stems = (RUN_STEM, GALLERY_STEM)
    times = Counter(stem.casefold() for stem in stems)
    named = []
    for path, stem in zip(films, stems, strict=True):
        own = times[stem.casefold()] == 1 and stem.casefold() not in taken_stems
        name = stem if own else f'{stem}-{_mark(path)}'
        named.append(NamedFilm(path, out / f'{name}.json', out / f'{name}.png'))
    taken = {path.resolve() for path in films}
    for one in named:
        for output in (one.json, one.overlay, one.page, *one.dicom.values()):
            if output.resolve() in taken:
                raise SpondyloError(
                    f'{output}: is one of the films and would be replaced; choose '
                    'another folder with --out'
                )
    return named


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path.absolute()).encode('utf-8', 'replace')).hexdigest()[
        :8
    ]


def _short(stem: str) -> str:
    if len(stem.encode('utf-8', 'replace')) <= _LONGEST:
        return stem
    digest = hashlib.sha256(stem.encode('utf-8', 'replace')).hexdigest()[:8]
    return f'{stem[: _LONGEST // 4]}-{digest}'
