"""What is told about one film: an honest measurement, or the reason why there is none.

The fields are those of the JSON, which ``spine_report.schema.json`` describes. Whatever
was not measured is ``None`` and has an entry in ``reasons`` beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from spondylo_mmpose.film_report.dataclass_json import LATER
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.film_report.model_facts import ModelFacts
from spondylo_mmpose.film_report.review_facts import Review
from spondylo_mmpose.film_report.screen_facts import ScreenFacts
from spondylo_mmpose.spine.anatomy import Facing
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD

NOTICE = 'For research use only: not a medical device, not for diagnosis.'
"""Stands in every report."""

ASSUMED, SLOT, GIVEN = 'assumed: lowest found is S1', 'model slot', 'given'
"""Where the name of a level comes from."""

Reasons = Mapping[str, str]
"""By the name of a field that is ``None``: why nothing was measured."""

Direction = Literal['anterolisthesis', 'retrolisthesis', 'none']
Severity = Literal['note', 'caution', 'refusal']

Point = tuple[float, float]
Four = tuple[float | None, float | None, float | None, float | None]


@dataclass(frozen=True)
class ReportOptions:
    """What the report was asked for.

    Attributes:
        facing: Image side that is anterior; ``None`` leaves it to the film.
        spacing_mm: Size of a pixel ``(x, y)``, mm; ``None`` leaves it to the file.
        pixel_aspect: Spacing in x over spacing in y, where that is known but no
            spacing is; 1 for square pixels.
        lowest_level: Level of the lowest vertebra that is found.
        score_threshold: Least score of a vertebra that counts as found.
        no_slip_threshold: |slip| below which the grade is 0, percent.
        interval_level: Share of slips that their intervals are to cover.
    """

    facing: Facing | None = None
    spacing_mm: tuple[float, float] | None = None
    pixel_aspect: float | None = None
    lowest_level: str | None = None
    score_threshold: float = 0.3
    no_slip_threshold: float = NO_SLIP_THRESHOLD
    interval_level: float = 0.9


@dataclass(frozen=True)
class Vertebra:
    """A vertebra.

    Attributes:
        order: Place counted upward from the lowest one found, 0; a gap stands for one
            that was not found.
        level: ``'S1'`` and so on; ``None`` above T1.
        level_origin: :data:`ASSUMED`, :data:`SLOT` or :data:`GIVEN`.
        corners: Superior left, superior right, inferior left, inferior right as seen in
            the image; px of the film, y down. ``None`` for one that was not found.
        corner_std: Standard deviation of each corner, px, as the model says it or, with
            a calibration, calibrated.
        corner_scores: Of each corner; their scale is the model's own.
        score: How sure the model is that there is a vertebra, 0 to 1.
        presence: The model's presence of the slot, 0 to 1.
        hull_box: ``x1, y1, x2, y2`` around the corners, px.
        reasons: See :data:`Reasons`.
        disputed: Whether the model that found the vertebra places a corner so far from
            where it is that what needs it is not measured, see :mod:`.disputes`.
    """

    order: int
    level: str | None
    level_origin: str
    corners: tuple[Point | None, Point | None, Point | None, Point | None]
    corner_std: Four | None
    corner_scores: Four | None
    score: float | None
    presence: float | None
    hull_box: tuple[float, float, float, float] | None
    reasons: Reasons = field(default_factory=dict)
    disputed: tuple[bool, bool, bool, bool] | None = field(default=None, metadata=LATER)


@dataclass(frozen=True)
class Pair:
    """A vertebra on the one below it.

    Attributes:
        upper, lower: Their levels.
        upper_order, lower_order: Their places.
        slip_percent: Of the lower superior end plate's length; positive is
            anterolisthesis, negative retrolisthesis.
        slip_mm: The same as a length, mm.
        slip_interval: Lower and upper end, percent.
        slip_std: Standard deviation of the slip, percent.
        grade: Meyerding, ``'0'`` to ``'V'``; ``'I-II, uncertain'`` where the interval
            crosses a border.
        direction: Of the slip that was measured; ``'none'`` where its grade is 0.
        disc_angle: Between the end plates, degrees, positive when open forward.
        reasons: See :data:`Reasons`.
    """

    upper: str | None
    lower: str | None
    upper_order: int
    lower_order: int
    slip_percent: float | None
    slip_mm: float | None
    slip_interval: tuple[float, float] | None
    slip_std: float | None
    grade: str | None
    direction: Direction | None
    disc_angle: float | None
    reasons: Reasons = field(default_factory=dict)


@dataclass(frozen=True)
class Lordosis:
    """Angle between the superior end plates of two levels (Cobb).

    Attributes:
        upper, lower: The levels.
        degrees: Positive for lordosis.
        reasons: See :data:`Reasons`.
    """

    upper: str
    lower: str
    degrees: float | None
    reasons: Reasons = field(default_factory=dict)


@dataclass(frozen=True)
class ReportWarning:
    """What a reader should know before trusting a number.

    Attributes:
        code: For programs, e.g. ``'s1_missing'``.
        severity: ``'note'``, ``'caution'``, or ``'refusal'`` where nothing is measured.
        text: For people, one line.
        vertebrae: Places of those that it is about.
    """

    code: str
    severity: Severity
    text: str
    vertebrae: tuple[int, ...] = ()


@dataclass(frozen=True)
class SpineReport:
    """All that is told about one film.

    Attributes:
        film: Which film, and what is known of it.
        model: What looked at it.
        options: What was asked for.
        vertebrae: From the lowest upward.
        pairs: Neighbours, from the lowest upward.
        lordosis: L1 to S1.
        warnings: In the order of :mod:`.findings`.
        package_version: Of this package.
        notice: :data:`NOTICE`.
        slip_quantiles: So many standard deviations reach from a slip to the ends of its
            interval, by the kind of the lower vertebra (``'S1'``, ``'others'``; of
            ``'all'`` where its level has no name); ``None`` where the calibration saw
            too few patients, and of all without a calibration.
        review: What a person made of it, if one looked.
        screen: What was measured to tell whether the film is of the right kind;
            ``None`` where nothing was.
    """

    film: FilmFacts
    model: ModelFacts
    options: ReportOptions
    vertebrae: tuple[Vertebra, ...]
    pairs: tuple[Pair, ...]
    lordosis: Lordosis
    warnings: tuple[ReportWarning, ...]
    package_version: str
    notice: str = NOTICE
    slip_quantiles: Mapping[str, float | None] | None = field(
        default=None, metadata=LATER
    )
    review: Review | None = field(default=None, metadata=LATER)
    screen: ScreenFacts | None = field(default=None, metadata=LATER)

    @property
    def refused(self) -> bool:
        """Whether the film was refused, so that nothing is measured on it."""
        return any(one.severity == 'refusal' for one in self.warnings)

    def to_json(self, indent: int | None = 1) -> str:
        """Write as JSON; equal reports give equal texts, and NaN never stands there."""
        from spondylo_mmpose.film_report.report_json import encode_report

        return encode_report(self, indent)

    @classmethod
    def from_json(cls, text: str) -> 'SpineReport':
        """Read what :meth:`to_json` wrote, from whomever it comes.

        Raises:
            SpondyloError: One line that says what is wrong where.
        """
        from spondylo_mmpose.film_report.report_json import decode_report

        return decode_report(text)
