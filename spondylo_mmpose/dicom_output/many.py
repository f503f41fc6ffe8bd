"""DICOM outputs of many films: which were written, and why others were not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.dicom_output.kinds import KINDS, NO_STUDY, NotAttachedError
from spondylo_mmpose.dicom_output.writing import DicomWritten, write_dicom
from spondylo_mmpose.film_report.findings import BURNED_IN
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.film_report.summary import write_rows

TABLE = 'dicom.csv'

NONE = DicomWritten((), (NO_STUDY,))
"""Of a film that is no DICOM file."""

_COLUMNS = ('film', *KINDS, 'note')


class DicomOutputs:
    """Writes the outputs of one film after the other.

    Args:
        kinds: Of :data:`.KINDS`.
    """

    def __init__(self, kinds: Sequence[str] = ()) -> None:
        self.kinds = tuple(kinds)
        self._done: dict[Path, DicomWritten] = {}
        self._kept: set[Path] = set()
        self._is_stale = False

    def write(
        self,
        film: Path,
        report: SpineReport,
        picture: NDArray[np.uint8],
        places: Mapping[str, Path],
    ) -> None:
        """Write those of a film; what an earlier run left of others is removed.

        Args:
            film: The film.
            report: Of it.
            picture: Its overlay, BGR.
            places: Where each kind goes, whether it is wanted or not.
        """
        try:
            targets = {kind: places[kind] for kind in self.kinds}
            done = write_dicom(film, report, picture, targets) if targets else None
        except NotAttachedError as error:
            done = DicomWritten((), (str(error),))
        self._note(film, report, done)
        for kind, place in places.items():
            if done is None or kind not in done.kinds:
                # It would tell of a film as it was measured before.
                self._is_stale |= place.is_file()
                place.unlink(missing_ok=True)

    def keep(self, film: Path, report: SpineReport, places: Mapping[str, Path]) -> bool:
        """Keep those of an earlier run, if the film has all that it could have.

        Args:
            film: The film.
            report: Of it, which is kept.
            places: Where each kind is.

        Returns:
            Whether it has.
        """
        has_study = report.film.format == 'DICOM'
        if has_study and not all(places[kind].is_file() for kind in self.kinds):
            return False
        if self.kinds:
            self._note(film, report, DicomWritten(self.kinds) if has_study else NONE)
            self._kept.add(film)
        return True

    def finish(self, folder: Path) -> None:
        """Write the table of what there is; none if nothing was asked for.

        Raises:
            SpondyloError: If it cannot be written.
        """
        if self._is_stale and not self.kinds:
            (folder / TABLE).unlink(missing_ok=True)
        if not self._done:
            return
        rows = []
        for film, done in self._done.items():
            how = 'kept' if film in self._kept else 'written'
            note = '; '.join(done.notes)
            row = {'film': str(film), **dict.fromkeys(done.kinds, how), 'note': note}
            rows.append(row)
        write_rows(folder / TABLE, _COLUMNS, rows)

    def _note(self, film: Path, report: SpineReport, done: DicomWritten | None) -> None:
        if done is not None:
            told = (w.text for w in report.warnings if w.code in BURNED_IN)
            self._done[film] = replace(done, notes=(*done.notes, *told))

    @property
    def lacking(self) -> int:
        """Number of films that have not all that was asked for."""
        return sum(len(done.kinds) < len(self.kinds) for done in self._done.values())

    def lines(self, folder: Path) -> Iterator[str]:
        """What to print; no film is named."""
        if not self._done:
            return
        for kind in self.kinds:
            number = sum(kind in done.kinds for done in self._done.values())
            yield f'DICOM: {number} x {KINDS[kind]} (*.{kind}.dcm)'
        notes = Counter(note for done in self._done.values() for note in done.notes)
        for note, number in notes.most_common():
            yield f'DICOM, {number} of {len(self._done)} films: {note}'
        yield f'{folder / TABLE} tells of each film'
