"""Names for what is written of each film."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.apis.film_index import RUN_STEM, FilmIndex
from spondylo_mmpose.dicom_output.kinds import KINDS
from spondylo_mmpose.errors import SpondyloError

GALLERY_STEM, SERVE_STEM = 'index', 'serve'
RESERVED = frozenset({RUN_STEM, GALLERY_STEM, SERVE_STEM})
"""Stems of the folder's own records and page, which no film's report may have."""

REVIEWED_ENDING, COCO_ENDING = '.reviewed', '.coco'
"""Endings of stems that a review page gives to what it saves beside a report."""

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


def name_outputs(
    films: Sequence[Path], out: Path, index: FilmIndex | None = None
) -> list[NamedFilm]:
    """Name the outputs of films: as the films without their suffixes.

    Where several films have one stem, all of them get a part of their path's digest
    behind it, so that their names do not depend on the order in which they are given.

    Args:
        films: Paths, each once.
        out: Folder of the outputs.
        index: Of reports that stay: they keep their names, and no other film gets one.

    Raises:
        SpondyloError: If an output would replace one of the films.
    """
    index = index or FilmIndex(out)
    stems = [_short(path.stem) for path in films]
    # Some file systems do not tell upper from lower case.
    times = Counter(stem.casefold() for stem in stems)
    named = []
    for path, stem in zip(films, stems, strict=True):
        name = index.stem_of(path)
        if name is None:
            own = times[stem.casefold()] == 1 and not is_reserved(stem)
            own = own and not index.is_of_another(stem, path)
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


def is_reserved(stem: str) -> bool:
    """Whether a film's report must not be called so."""
    stem = stem.casefold()
    return stem in RESERVED or stem.endswith((REVIEWED_ENDING, COCO_ENDING))


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path.absolute()).encode('utf-8', 'replace')).hexdigest()[
        :8
    ]


def _short(stem: str) -> str:
    if len(stem.encode('utf-8', 'replace')) <= _LONGEST:
        return stem
    digest = hashlib.sha256(stem.encode('utf-8', 'replace')).hexdigest()[:8]
    return f'{stem[: _LONGEST // 4]}-{digest}'
