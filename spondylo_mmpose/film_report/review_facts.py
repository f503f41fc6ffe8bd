"""What a person did with a report: who looked, what was moved, added, removed."""

from dataclasses import dataclass
from typing import Literal

ReviewStatus = Literal['accepted', 'corrected']
VertebraStatus = Literal['accepted', 'corrected', 'added']
Changed = Literal['facing', 'levels', 'scale']


@dataclass(frozen=True)
class ReviewedVertebra:
    """What became of a vertebra.

    Attributes:
        order: Its place in the report that holds this.
        status: ``'accepted'`` with the corners of the model, ``'corrected'`` where one
            was moved, ``'added'`` where the model had found none.
        model_order: Its place in the report that was reviewed; ``None`` where added.
        moved: Of each corner, whether a person placed it.
    """

    order: int
    status: VertebraStatus
    model_order: int | None
    moved: tuple[bool, bool, bool, bool]


@dataclass(frozen=True)
class Review:
    """A review.

    Attributes:
        status: ``'accepted'`` where nothing at all was changed.
        when: ISO 8601, UTC.
        who: As they called themselves.
        origin_sha256: Digest of the report that was reviewed
            (:func:`.report_digest`).
        vertebrae: From the lowest upward, as the report's.
        removed: Places, in the report that was reviewed, of what was removed.
        changed: What else a person set: ``'facing'``, ``'levels'`` (the lowest, from
            which the others are counted), ``'scale'`` (pixel spacing or aspect).
        observer_std_px: Standard deviation of a corner that a person places, px in x
            and in y, as that person states it.
    """

    status: ReviewStatus
    when: str
    who: str | None
    origin_sha256: str
    vertebrae: tuple[ReviewedVertebra, ...]
    removed: tuple[int, ...]
    changed: tuple[Changed, ...]
    observer_std_px: float | None
