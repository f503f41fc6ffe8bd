"""A film in a folder of reviews, and what is known of it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.films import open_film
from spondylo_mmpose.film_report.report_json import report_digest
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.film_report.texts import pair_slip_text, worst_pair
from spondylo_mmpose.review.page import film_picture
from spondylo_mmpose.serving.folder_files import film_id

Status = Literal['new', 'reported', 'accepted', 'corrected', 'failed']

_PICTURE = re.compile(
    r'<img id="picture" alt="the film" src="(data:image/jpeg;base64,[A-Za-z0-9+/=]+)">'
)


@dataclass
class Entry:
    """A film.

    Attributes:
        stem: Of its report.
        name: Of the film, for people.
        film: Its file, where that is known.
        sha256: Of the file, where that is known.
        report: What the model says; ``None`` where it did not look yet.
        reviewed: What a person made of that.
        failed: Why there is no report.
        note: What else is to be said, e.g. why it is no training data.
        is_uploaded: Whether it came through the page.
    """

    stem: str
    name: str
    film: Path | None = None
    sha256: str | None = None
    report: SpineReport | None = None
    reviewed: SpineReport | None = None
    failed: str | None = None
    note: str = ''
    is_uploaded: bool = False

    @property
    def id(self) -> str:
        """What addresses call it."""
        return film_id(self.stem)

    @property
    def status(self) -> Status:
        """Where it is on its way."""
        if self.failed is not None:
            return 'failed'
        if self.report is None:
            return 'new'
        if self.reviewed is None or self.reviewed.review is None:
            return 'reported'
        return self.reviewed.review.status

    @property
    def state(self) -> str:
        """Digest of the review; empty where there is none."""
        return '' if self.reviewed is None else report_digest(self.reviewed)

    @property
    def best(self) -> SpineReport | None:
        """The report of a person, else that of the model."""
        return self.reviewed or self.report

    def as_dict(self) -> dict[str, Any]:
        """What the list shows of it."""
        report = self.best
        worst = None if report is None else worst_pair(report)
        review = report and report.review
        return {
            'id': self.id,
            'name': self.name,
            'status': self.status,
            'failed': self.failed,
            'note': self.note,
            'vertebrae': None if report is None else len(report.vertebrae),
            'slip': None if worst is None else pair_slip_text(worst),
            'grade': None if worst is None else worst.grade,
            'warnings': 0
            if report is None
            else sum(one.severity != 'note' for one in report.warnings),
            'when': review and review.when,
            'who': review and review.who,
            'uploaded': self.is_uploaded,
        }

    def pixels(self) -> NDArray[np.uint8]:
        """The film itself, ``(H, W)`` grey values.

        Raises:
            SpondyloError: If its file is gone or is another one.
        """
        if self.film is None or not self.film.is_file():
            raise SpondyloError('the file of the film is not where it was')
        opened = open_film(self.film)
        if self.report is not None and opened.facts.sha256 != self.report.film.sha256:
            raise SpondyloError('the file of the film was changed since')
        return opened.pixels

    def picture(self, page: Path) -> str:
        """Address of a picture of the film to look at.

        Args:
            page: Its review page, which holds one.

        Raises:
            SpondyloError: If there is none.
        """
        try:
            found = _PICTURE.search(page.read_text(encoding='utf-8'))
        except (OSError, UnicodeDecodeError):
            found = None
        return found.group(1) if found else film_picture(self.pixels())
