"""Which films the reports in a folder are of, as the folder's own record tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import read_report
from spondylo_mmpose.utils.io import file_digest, read_json

RUN_STEM = 'predict'
RUN = f'{RUN_STEM}.json'
"""The record; a folder that has it is one of reports."""

KEY = 'reports'
"""Of the index in it."""


@dataclass(frozen=True)
class FilmIndex:
    """Films of reports.

    Attributes:
        folder: Of the reports.
        films: Absolute paths of the films by the stems of their reports.
    """

    folder: Path
    films: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: str | Path) -> 'FilmIndex':
        """Read the index of a folder; empty where there is none, or a damaged one.

        Reports that are gone are left out.
        """
        folder = Path(folder)
        path = folder / RUN
        if not path.is_file():
            return cls(folder)
        try:
            content = read_json(path)
        except SpondyloError:
            return cls(folder)
        told = content.get(KEY) if isinstance(content, dict) else None
        pairs = told.items() if isinstance(told, dict) else ()
        films = {
            stem: Path(film)
            for stem, film in pairs
            if isinstance(film, str) and (folder / f'{stem}.json').is_file()
        }
        return cls(folder, films)

    def stem_of(self, film: Path) -> str | None:
        """Stem of the report that is of a film, as far as its path tells."""
        return self._stems.get(film.absolute())

    def is_of_another(self, stem: str, film: Path) -> bool:
        """Whether the report of a stem is of another film than this one.

        A film that was moved is the same one.
        """
        known = self._spellings.get(stem.casefold())
        if known is None or self.films[known] == film.absolute():
            return False
        try:
            report = read_report(self.folder / f'{known}.json')
            return report.film.sha256 != file_digest(film)
        except (SpondyloError, OSError):
            return True

    def extended(self, films: Mapping[str, Path]) -> dict[str, str]:
        """What to record once there are reports of these films, by stem, as well."""
        both = self.films | {stem: film.absolute() for stem, film in films.items()}
        return {stem: str(film) for stem, film in both.items()}

    @cached_property
    def _stems(self) -> dict[Path, str]:
        return {film: stem for stem, film in self.films.items()}

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """Stems by themselves, case folded."""
        return {stem.casefold(): stem for stem in self.films}
