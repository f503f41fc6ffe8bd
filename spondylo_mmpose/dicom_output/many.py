"""DICOM outputs of many films: which were written, and why others were not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.apis.findings import BURNED_IN
from spondylo_mmpose.apis.spine_report import SpineReport
from spondylo_mmpose.apis.summary import write_rows
from spondylo_mmpose.dicom_output.kinds import KINDS
from spondylo_mmpose.dicom_output.writing import DicomWritten, write_dicom
from spondylo_mmpose.errors import SpondyloError

TABLE = 'dicom.csv'

_COLUMNS = ('film', *KINDS, 'note')


class DicomOutputs:
    """Writes the outputs of one film after the other.

    Args:
        kinds: Of :data:`.KINDS`.
    """

    def __init__(self, kinds: Sequence[str] = ()) -> None:
        self.kinds = tuple(kinds)
        self._done: dict[Path, DicomWritten] = {}
        self._kept = 0

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
        except SpondyloError as error:
            done = DicomWritten((), (str(error),))
        if done is not None:
            told = (w.text for w in report.warnings if w.code in BURNED_IN)
            self._done[film] = replace(done, notes=(*done.notes, *told))
        for kind, place in places.items():
            if done is None or kind not in done.kinds:
                # It would tell of a film as it was measured before.
                place.unlink(missing_ok=True)

    def are_there(self, report: SpineReport, places: Mapping[str, Path]) -> bool:
        """Whether a report that is kept has all that it could have."""
        return report.film.format != 'DICOM' or all(
            places[kind].is_file() for kind in self.kinds
        )

    def finish(self, folder: Path) -> None:
        """Write the table of what was written; none if nothing was asked for.

        Raises:
            SpondyloError: If it cannot be written.
        """
        if not self._done:
            return
        rows = [
            {
                'film': str(film),
                **dict.fromkeys(done.kinds, 'written'),
                'note': '; '.join(done.notes),
            }
            for film, done in self._done.items()
        ]
        write_rows(folder / TABLE, _COLUMNS, rows)

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
