"""One page that shows all reports of a folder, without a network or a script."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from spondylo_mmpose.apis.output_names import NamedFilm
from spondylo_mmpose.film_report.model_facts import ModelFacts
from spondylo_mmpose.film_report.spine_report import NOTICE, SpineReport
from spondylo_mmpose.film_report.texts import pair_slip_text, warning_text, worst_pair
from spondylo_mmpose.presentation.cells import NOT_MEASURED
from spondylo_mmpose.presentation.escaping import one_line
from spondylo_mmpose.presentation.html import write_html
from spondylo_mmpose.spine.measurements import GRADES

GALLERY = 'index.html'


@dataclass(frozen=True)
class Card:
    """A film on the page.

    Attributes:
        name: Of its file.
        picture: Address of the overlay, relative to the page.
        report: Address of the report.
        page: Address of the review page, if there is one.
        worst: The pair with the greatest slip, or why there is none.
        grade: Its grade, ``'--'`` without.
        vertebrae: How many were found.
        warnings: Their texts.
    """

    name: str
    picture: str
    report: str
    page: str | None
    worst: str
    grade: str
    vertebrae: int
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, film: NamedFilm, report: SpineReport) -> 'Card':
        """Make the card of a film."""
        worst = worst_pair(report)
        return cls(
            name=one_line(film.path.name),
            picture=_address(film.overlay),
            report=_address(film.json),
            page=_address(film.page) if film.page.is_file() else None,
            worst='no slip measured' if worst is None else pair_slip_text(worst),
            grade=NOT_MEASURED if worst is None else str(worst.grade),
            vertebrae=len(report.vertebrae),
            warnings=tuple(
                warning_text(report, one)
                for one in report.warnings
                if one.severity != 'note'
            ),
        )


def write_gallery(
    path: Path,
    cards: Sequence[Card],
    failures: Sequence[Mapping[str, str]],
    model: ModelFacts,
) -> Path:
    """Write the page.

    Args:
        path: HTML file, in the folder of the pictures and reports.
        cards: The films.
        failures: ``film`` and ``reason`` of those that failed.
        model: What looked at them.

    Raises:
        SpondyloError: If it cannot be written.
    """
    counts = Counter(card.grade for card in cards)
    return write_html(
        path,
        'predictions.html.jinja',
        title='Slips between vertebrae',
        cards=cards,
        failures=[
            {name: one_line(text) for name, text in one.items()} for one in failures
        ],
        counts=sorted(counts.items(), key=lambda one: _severity(one[0])),
        model=model,
        notice=NOTICE,
    )


def _severity(grade: str) -> tuple[int, int]:
    """Grades by the highest that they may be, then by the lowest; unmeasured last."""
    ends = [grade] if grade == NOT_MEASURED else grade.partition(',')[0].split('-')
    order = (*GRADES, NOT_MEASURED)
    return order.index(ends[-1]), order.index(ends[0])


def _address(path: Path) -> str:
    return quote(path.name.encode('utf-8', 'surrogateescape'))
