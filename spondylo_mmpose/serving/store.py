"""A folder of films, reports and reviews; all that a server knows is in its files."""

import re
import threading
from pathlib import Path

from spondylo_mmpose.apis.film_index import RUN
from spondylo_mmpose.apis.output_names import COCO_ENDING
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.overlay import report_overlay
from spondylo_mmpose.film_report.report_json import (
    read_report,
    report_digest,
    write_report,
)
from spondylo_mmpose.film_report.reporter import FilmResult
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.presentation.contact_sheet import write_image
from spondylo_mmpose.review.page import write_review_page
from spondylo_mmpose.review.remeasuring import reviewed_report, utc_now
from spondylo_mmpose.serving.entries import Entry
from spondylo_mmpose.serving.folder_files import (
    FILMS,
    RECORD,
    REVIEWED,
    TRAINING,
    Upload,
    read_record,
    safe_stem,
    suffix_of,
    write_record,
)
from spondylo_mmpose.serving.past_run import films_of_run
from spondylo_mmpose.serving.training_folder import TrainingFolder
from spondylo_mmpose.utils.io import atomic_file, make_folder

_COCO = re.compile(rf'{re.escape(COCO_ENDING)}[^.]*\.json$', re.IGNORECASE)
"""What a page saves as training data; browsers number copies."""


class ConflictError(SpondyloError):
    """Somebody else changed the film meanwhile."""


class Store:
    """Films by their id. Any thread may call it.

    Args:
        folder: Empty, absent, of ``tools/predict.py``, or of an earlier server.

    Raises:
        SpondyloError: If the folder holds something else, or cannot be written.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.lock = threading.RLock()
        make_folder(self.folder, 'DIR')
        marks = (RUN, RECORD)
        if any(self.folder.iterdir()) and not any(
            (self.folder / mark).is_file() for mark in marks
        ):
            raise SpondyloError(
                f'{folder}: holds other files ({" or ".join(marks)} is missing); name '
                'a folder of tools/predict.py, or a new one'
            )
        self.training = TrainingFolder(self.folder / REVIEWED / TRAINING)
        self._uploads = {one.stem: one for one in read_record(self.folder)}
        self._entries: dict[str, Entry] = {}
        self._load()
        self._record()

    def entries(self) -> list[Entry]:
        """All films, in the order of their names."""
        with self.lock:
            return sorted(self._entries.values(), key=lambda one: one.stem.casefold())

    def entry(self, key: str) -> Entry | None:
        """The film of an id."""
        with self.lock:
            return self._entries.get(key)

    def path(self, entry: Entry, suffix: str) -> Path:
        """File of a film's report, picture or page."""
        return self.folder / f'{entry.stem}{suffix}'

    def add(self, name: str, content: bytes, sha256: str) -> tuple[Entry, bool]:
        """Take a film in.

        Args:
            name: As the browser tells it.
            content: Of the file.
            sha256: Of the content.

        Returns:
            The film, and whether it is to be measured: not if it was there already.

        Raises:
            SpondyloError: If it cannot be written.
        """
        with self.lock:
            for one in self._entries.values():
                if one.sha256 == sha256:
                    again = one.failed is not None
                    if again:
                        self._note_failure(one, None)
                    return one, again
            taken = {one.stem.casefold() for one in self._entries.values()}
            stem = safe_stem(name, taken, sha256)
            file = f'{stem}{suffix_of(name)}'
            path = self.folder / FILMS / file
            with atomic_file(path) as temporary:
                temporary.write_bytes(content)
            self._uploads[stem] = Upload(stem, file, name[-200:], sha256, None)
            entry = Entry(stem, name[-200:], path, sha256, is_uploaded=True)
            self._entries[entry.id] = entry
            self._record()
            return entry, True

    def finish(self, entry: Entry, result: FilmResult) -> None:
        """Write what came of a film.

        Raises:
            SpondyloError: If something cannot be written.
        """
        if result.report is None or result.film is None:
            with self.lock:
                reason = str(result.error).removeprefix(f'{entry.film}: ')
                self._note_failure(entry, reason)
            return
        picture = report_overlay(result.film.pixels, result.report)
        write_image(self.path(entry, '.png'), picture, 3)
        write_review_page(self.path(entry, '.html'), result.film.pixels, result.report)
        write_report(self.path(entry, '.json'), result.report)
        with self.lock:
            entry.report = result.report

    def fail(self, entry: Entry, reason: str) -> None:
        """Note that a film could not be dealt with."""
        with self.lock:
            self._note_failure(entry, reason)

    def save(
        self, entry: Entry, told: SpineReport, before: str | None = None
    ) -> SpineReport:
        """Write a review; the film becomes training data.

        Args:
            entry: The film.
            told: What a person made of its report.
            before: :attr:`.Entry.state` that the person began with; ``None`` replaces
                whatever is there.

        Raises:
            ConflictError: If the film was reviewed, or its review withdrawn, since.
            SpondyloError: If it is no review of this film, or cannot be written.
        """
        with self.lock:
            if entry.report is None:
                raise SpondyloError('the film has no report yet')
            if before is not None and before != entry.state:
                raise ConflictError(_conflict(entry))
            reviewed = reviewed_report(entry.report, told, utc_now())
            self._keep(entry, reviewed)
            self.training.write()
            return reviewed

    def withdraw(self, entry: Entry) -> None:
        """Forget a review."""
        with self.lock:
            self._reviewed(entry).unlink(missing_ok=True)
            entry.reviewed, entry.note = None, ''
            self.training.remove(entry.id)
            self.training.write()

    def remove(self, entry: Entry) -> None:
        """Remove an uploaded film with all that was made of it.

        Raises:
            SpondyloError: If it was not uploaded.
        """
        with self.lock:
            if not entry.is_uploaded:
                raise SpondyloError('only films that were uploaded here are removed')
            if entry.status == 'new':
                raise SpondyloError(
                    'the film waits or is measured now; try again when it is done'
                )
            self.withdraw(entry)
            for suffix in ('.json', '.png', '.html'):
                self.path(entry, suffix).unlink(missing_ok=True)
            if entry.film is not None:
                entry.film.unlink(missing_ok=True)
            self._uploads.pop(entry.stem, None)
            self._entries.pop(entry.id, None)
            self._record()

    def _reviewed(self, entry: Entry) -> Path:
        return self.folder / REVIEWED / f'{entry.stem}.json'

    def _load(self) -> None:
        """Find all that an earlier run or server left."""
        past = films_of_run(self.folder)
        for upload in self._uploads.values():
            entry = Entry(
                upload.stem,
                upload.name,
                self.folder / FILMS / upload.file,
                upload.sha256,
                failed=upload.failed,
                is_uploaded=True,
            )
            self._entries[entry.id] = entry
        saved: list[tuple[Path, SpineReport]] = []
        for path in sorted(self.folder.glob('*.json')):
            if path.name in (RUN, RECORD) or _COCO.search(path.name):
                continue
            report, fault = None, ''
            try:
                report = read_report(path)
            except SpondyloError as error:
                fault = str(error).removeprefix(f'{path}: ')
            if report is not None and report.review is not None:
                saved.append((path, report))
                continue
            found = Entry(path.stem, path.stem, past.films.get(path.stem))
            entry = self._entries.setdefault(found.id, found)
            if report is None:
                entry.failed = fault
                continue
            entry.report, entry.failed = report, None
            entry.sha256 = report.film.sha256
            if not entry.is_uploaded:
                entry.name = report.film.name or path.stem
            self._load_review(entry)
        if saved:
            self._adopt(saved)
        for film, reason in past.failures.items():
            entry = Entry(str(film), film.name, film, failed=reason)
            self._entries.setdefault(entry.id, entry)
        self.training.write()

    def _load_review(self, entry: Entry) -> None:
        path = self._reviewed(entry)
        if not path.is_file():
            return
        assert entry.report is not None
        try:
            reviewed = read_report(path)
        except SpondyloError as error:
            entry.note = f'its review {str(error).removeprefix(f"{path}: ")}'
            return
        origin = reviewed.review and reviewed.review.origin_sha256
        if origin != report_digest(entry.report):
            entry.note = 'its review is of another report, made of it before'
            return
        entry.reviewed = reviewed
        self._train(entry)

    def _adopt(self, saved: list[tuple[Path, SpineReport]]) -> None:
        """Take up reviews that a page saved and somebody put beside the reports."""
        reported = [
            (report_digest(entry.report), entry)
            for entry in self._entries.values()
            if entry.report is not None
        ]
        for path, told in saved:
            origin = told.review and told.review.origin_sha256
            fitting = (
                entry
                for digest, entry in reported
                if digest == origin and entry.reviewed is None
            )
            entry = next(fitting, None)
            if entry is None or entry.report is None:
                continue
            try:
                reviewed = reviewed_report(entry.report, told)
            except SpondyloError as error:
                entry.note = f'the review beside it cannot be taken up: {error}'
                continue
            self._keep(entry, reviewed)
            path.unlink()

    def _keep(self, entry: Entry, reviewed: SpineReport) -> None:
        """Write a review; the film becomes training data."""
        write_report(self._reviewed(entry), reviewed)
        entry.reviewed = reviewed
        self._train(entry)

    def _train(self, entry: Entry) -> None:
        """Make a reviewed film training data, or note why it is none."""
        assert entry.reviewed is not None
        try:
            self.training.add(entry.id, entry.reviewed, entry.pixels)
            entry.note = ''
        except SpondyloError as error:
            self.training.remove(entry.id)
            entry.note = f'is no training data: {error}'

    def _note_failure(self, entry: Entry, reason: str | None) -> None:
        entry.failed = reason
        upload = self._uploads.get(entry.stem)
        if upload is not None:
            self._uploads[entry.stem] = Upload(
                upload.stem, upload.file, upload.name, upload.sha256, reason
            )
            self._record()

    def _record(self) -> None:
        write_record(self.folder, list(self._uploads.values()))


def _conflict(entry: Entry) -> str:
    review = entry.reviewed.review if entry.reviewed else None
    if review is None:
        return 'its review was withdrawn since this page was opened'
    return (
        f'{review.who or "somebody"} reviewed it at {review.when}, after this page was '
        'opened'
    )
