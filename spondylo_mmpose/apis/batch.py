"""Many films to a folder of reports, pictures, a table and a page."""

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

import spondylo_mmpose
from spondylo_mmpose.apis.film_index import KEY, RUN, FilmIndex
from spondylo_mmpose.apis.gallery import GALLERY, Card, write_gallery
from spondylo_mmpose.apis.inputs import find_films
from spondylo_mmpose.apis.output_names import NamedFilm, name_outputs
from spondylo_mmpose.dicom_output.many import DicomOutputs
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.options import check_options
from spondylo_mmpose.film_report.overlay import report_overlay
from spondylo_mmpose.film_report.report_json import read_report, write_report
from spondylo_mmpose.film_report.reporter import FilmReporter, FilmResult
from spondylo_mmpose.film_report.spine_report import ReportOptions, SpineReport
from spondylo_mmpose.film_report.summary import (
    COLUMNS,
    FAILURE_COLUMNS,
    Row,
    summary_rows,
    write_rows,
)
from spondylo_mmpose.presentation.contact_sheet import write_image
from spondylo_mmpose.review.page import write_review_page
from spondylo_mmpose.utils.io import (
    check_apart,
    file_digest,
    make_folder,
    write_json,
)
from spondylo_mmpose.utils.text import counted

SUMMARY, FAILURES = 'summary.csv', 'failures.csv'
_COMPRESSION = 1  # of pictures: higher takes as long as a network, for little


@dataclass(frozen=True)
class BatchOutcome:
    """What came of many films.

    Attributes:
        measured: Films that were measured now.
        kept: Films whose report was there already.
        failed: Films without a report.
        seconds: It took.
        out: The folder.
        dicom: Their DICOM outputs.
    """

    measured: int
    kept: int
    failed: int
    seconds: float
    out: Path
    dicom: DicomOutputs = field(default_factory=DicomOutputs)

    @property
    def is_complete(self) -> bool:
        """Whether each film has all that was asked for."""
        return not (self.failed or self.dicom.lacking)

    def lines(self) -> Iterator[str]:
        """What to print; no film is named."""
        rate = f', {self.measured / self.seconds:.2g} films/s' if self.measured else ''
        yield f'{counted(self.measured, "film")} measured in {self.seconds:.0f} s{rate}'
        if self.kept:
            yield f'{counted(self.kept, "report")} kept'
        if self.failed:
            failed = counted(self.failed, 'film')
            yield f'{failed} failed; named in {self.out / FAILURES}'
        yield from self.dicom.lines(self.out)
        yield f'reports, pictures, {SUMMARY} and {GALLERY} in {self.out}'


def prepare(
    inputs: Sequence[str | Path],
    out: str | Path,
    skip_existing: bool = False,
    force: bool = False,
) -> list[NamedFilm]:
    """Find the films and make sure that their reports can be written.

    Args:
        inputs: Files, folders and patterns.
        out: Folder of the outputs.
        skip_existing: Go on with what is in it.
        force: Replace what is in it.

    Raises:
        SpondyloError: If an input names nothing, or the folder holds something else, or
            earlier reports and neither option was given.
    """
    for one in inputs:
        if Path(one).is_dir():
            check_apart(one, out)
    folder = Path(out)
    index = FilmIndex.of(folder) if skip_existing else None
    passed_over: list[Path] = []
    films = name_outputs(find_films(inputs, passed_over), folder, index)
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / RUN).is_file():
            raise SpondyloError(
                f'{out}: holds other files ({RUN} of an earlier run is missing); '
                'choose another folder with --out'
            )
        if not (skip_existing or force):
            raise SpondyloError(
                f'{out}: holds reports already; go on with --skip-existing, replace '
                'them with --force, or choose another folder with --out'
            )
    make_folder(out, '--out')
    if passed_over:
        what = 'DICOM files without a film (reports, directories, own drawings)'
        print(f'{len(passed_over)} {what} passed over', file=sys.stderr)
    return films


class Batch:
    """Writes what is told of many films; pictures are held a few at a time.

    Args:
        reporter: What measures them.
        films: From :func:`prepare`.
        out: Folder of the outputs.
        options: For all films.
        dicom: Kinds of DICOM outputs, :data:`.KINDS`.
        review: Write a review page of each film.

    Raises:
        SpondyloError: If the options make no sense.
    """

    def __init__(
        self,
        reporter: FilmReporter,
        films: Sequence[NamedFilm],
        out: str | Path,
        options: ReportOptions | None = None,
        dicom: Sequence[str] = (),
        review: bool = True,
    ) -> None:
        self.reporter = reporter
        self.films = films
        self.out = Path(out)
        self.options = check_options(options or ReportOptions())
        self.dicom = DicomOutputs(dicom)
        self.review = review
        self._index = FilmIndex.of(out)
        self._rows: dict[Path, list[Row]] = {}
        self._cards: dict[Path, Card] = {}
        self._failures: dict[Path, str] = {}

    def run(self, skip_existing: bool = False) -> BatchOutcome:
        """Measure the films.

        Args:
            skip_existing: Keep reports that the same model made of the same films with
                the same options.

        Raises:
            SpondyloError: If something cannot be written; reports that were written
                until then stay.
        """
        start = time.monotonic()
        self._record('running')
        waiting = []
        for film in self.films:
            kept = self._kept(film) if skip_existing else None
            if kept is None:
                waiting.append(film)
            else:
                self._note(film, kept)
        with tqdm(
            total=len(self.films), desc='films', unit='film', disable=None
        ) as bar:
            bar.update(len(self.films) - len(waiting))
            for _ in self._measured(waiting):
                bar.update()
        outcome = BatchOutcome(
            measured=len(waiting) - len(self._failures),
            kept=len(self.films) - len(waiting),
            failed=len(self._failures),
            seconds=time.monotonic() - start,
            out=self.out,
            dicom=self.dicom,
        )
        self._write_tables()
        self._record('finished', outcome)
        return outcome

    def _measured(self, films: Sequence[NamedFilm]) -> Iterator[None]:
        """Measure films and write their reports, each while the next are measured."""
        by_path = {film.path: film for film in films}
        results = self.reporter.each(list(by_path), self.options)
        # A batch waits while the model looks at the next, and no more.
        most = self.reporter.batch_size
        pending: deque[Future] = deque()
        with ThreadPoolExecutor(1) as writer:
            for result in results:
                film = by_path[Path(str(result.source))]
                pending.append(writer.submit(self._write, film, result))
                if len(pending) > most:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    def _kept(self, film: NamedFilm) -> SpineReport | None:
        """The report that is there, if it is what would be written now."""
        needed = (film.json, film.overlay, *([film.page] if self.review else []))
        if not all(path.is_file() for path in needed):
            return None
        try:
            report = read_report(film.json)
            same = (
                report.model == self.reporter.model.facts
                and report.options == self.options
                and report.package_version == spondylo_mmpose.__version__
                and report.film.sha256 == file_digest(film.path)
            )
        except (SpondyloError, OSError):
            return None
        if not (same and self.dicom.keep(film.path, report, film.dicom)):
            return None
        return report

    def _write(self, film: NamedFilm, result: FilmResult) -> None:
        if result.report is None or result.film is None:
            self._failures[film.path] = str(result.error).removeprefix(f'{film.path}: ')
            # An earlier report would pass for one of this film as it is now.
            for output in (film.json, film.overlay, film.page, *film.dicom.values()):
                output.unlink(missing_ok=True)
            return
        picture = report_overlay(result.film.pixels, result.report)
        write_image(film.overlay, picture, _COMPRESSION)
        if self.review:
            write_review_page(film.page, result.film.pixels, result.report)
        else:
            # One of an earlier run would show another report.
            film.page.unlink(missing_ok=True)
        self.dicom.write(film.path, result.report, picture, film.dicom)
        # Last: where it is, the film is done.
        write_report(film.json, result.report)
        self._note(film, result.report)

    def _note(self, film: NamedFilm, report: SpineReport) -> None:
        self._rows[film.path] = summary_rows(film.path, film.json, report)
        self._cards[film.path] = Card.of(film, report)

    def _write_tables(self) -> None:
        done = [film.path for film in self.films if film.path in self._rows]
        rows = (row for path in done for row in self._rows[path])
        write_rows(self.out / SUMMARY, COLUMNS, rows)
        failures = [
            {'film': str(path), 'reason': reason}
            for path, reason in self._failures.items()
        ]
        if failures:
            write_rows(self.out / FAILURES, FAILURE_COLUMNS, failures)
        else:
            (self.out / FAILURES).unlink(missing_ok=True)
        self.dicom.finish(self.out)
        cards = [self._cards[path] for path in done]
        write_gallery(self.out / GALLERY, cards, failures, self.reporter.model.facts)

    def _record(self, status: str, outcome: BatchOutcome | None = None) -> None:
        """Tell what the folder is: its presence marks it as ours."""
        told = {film.json.stem: film.path for film in self.films}
        content: dict[str, Any] = {
            'format': 'spondylo_mmpose predictions of films',
            'status': status,
            'package_version': spondylo_mmpose.__version__,
            'films': len(self.films),
            KEY: self._index.extended(told),
        }
        if outcome is not None:
            content |= {
                'measured': outcome.measured,
                'kept': outcome.kept,
                'failed': outcome.failed,
                'seconds': round(outcome.seconds, 1),
            }
        write_json(self.out / RUN, content)
