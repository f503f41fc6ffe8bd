"""Which image side is anterior, and how that is known."""

from dataclasses import replace

from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.spine.anatomy import Facing, FloatArray, infer_facing

SURE = 0.4
"""A weaker vote of :func:`.infer_facing` is told of.

On 2100 phantoms all votes of whole spines are right. Of spines without their S1 those
of 0.3 to 0.4 are wrong in 3 %, above that in 0.6 %.
"""

LEAST = 0.2
"""A weaker vote is none: without S1 those of 0.1 to 0.2 are wrong in 21 %."""


def settle_facing(
    film: FilmFacts, corners: FloatArray, given: Facing | None = None
) -> FilmFacts:
    """Complete what is known of a film by its facing.

    Args:
        film: With the facing that its file tells, if any.
        corners: ``(N, 4, 2)`` px of the vertebrae found.
        given: What somebody knows; it goes before the file's.
    """
    if given is not None:
        return replace(film, facing=given, facing_origin='given')
    if film.facing is not None:
        return film
    facing, strength = infer_facing(corners)
    confidence = None if facing is None else round(strength, 3)
    if facing is None or strength < LEAST:
        why = {**film.reasons, 'facing': reasons.FACING}
        return replace(film, facing_confidence=confidence, reasons=why)
    return replace(
        film, facing=facing, facing_origin='inferred', facing_confidence=confidence
    )
