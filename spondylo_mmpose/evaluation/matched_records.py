"""True vertebrae of whole films beside the predictions that were matched to them.

So what is measured vertebra by vertebra or pair by pair works end to end as well. A
missed vertebra is one without a prediction: its corners are lost, its slip is not
measured. Predicted vertebrae that stand for no true one have no place here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import facts_of
from spondylo_mmpose.evaluation.detection import FilmOutcome, compare_films
from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD, FilmPair
from spondylo_mmpose.evaluation.intervals import IntArray, patient_numbers
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import hull_boxes


def matched_records(
    pairs: Iterable[FilmPair],
    score_threshold: float = SCORE_THRESHOLD,
) -> list[VertebraRecord]:
    """Match the vertebrae of every labelled film, see :func:`.compare_films`.

    Args:
        pairs: From :func:`.pair_films`.
        score_threshold: Predicted vertebrae with a lower score are left out; those
            without a score stay.

    Returns:
        See :func:`outcome_records`.
    """
    return outcome_records(compare_films(pairs, score_threshold))


def outcome_records(outcomes: Iterable[FilmOutcome]) -> list[VertebraRecord]:
    """A record for each true vertebra that has a hull.

    Args:
        outcomes: One for each film.

    Returns:
        Records film by film, from the lowest vertebra upward. ``predicted`` is NaN
        where none was matched, ``box`` the hull of the labelled corners (px),
        ``vertebra_id`` the place along the spine (``order``), order and level are those
        of the truth.
    """
    return [record for outcome in outcomes for record in _film_records(outcome)]


def film_entry(film: Film) -> dict[str, Any]:
    """The image entry of the COCO contract that a film came from, without its id."""
    return {
        'file_name': film.file_name,
        'width': film.width,
        'height': film.height,
        'split': film.split,
        **facts_of(film),
    }


def film_patients(outcomes: Sequence[FilmOutcome]) -> IntArray:
    """Number the patients of films, ``(F,)``; see :func:`.patient_numbers`."""
    return patient_numbers([film_entry(outcome.film) for outcome in outcomes])


def _film_records(outcome: FilmOutcome) -> list[VertebraRecord]:
    film, number = outcome.film, len(outcome.film.corners)
    entry: Mapping[str, Any] = film_entry(film)
    orders = range(number) if film.orders is None else film.orders
    levels = film.all_levels
    return [
        VertebraRecord(
            film_id=film.file_name,
            vertebra_id=int(order),
            order=int(order),
            level=level,
            film=entry,
            box=box,
            predicted=predicted,
            true=true,
        )
        for order, level, box, predicted, true in zip(
            orders,
            levels,
            hull_boxes(film.corners),
            outcome.predicted,
            film.corners,
            strict=True,
        )
    ]
