"""Films with truth and prediction drawn on them, from the best to the worst."""

from collections.abc import Mapping, Sequence

import numpy as np

from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.presentation.html import jpeg_url
from spondylo_mmpose.reporting import overlays
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.sections.items import (
    Item,
    Legend,
    Paragraph,
    Part,
    Picture,
    Pictures,
)
from spondylo_mmpose.spine.anatomy import CORNERS

_GIVEN = (('truth', 'truth'), ('prediction', 'prediction'), ('error', 'error'))
_FOUND = (
    *_GIVEN,
    ('missed', 'true vertebra that was missed'),
    ('invented', 'false positive'),
)

_SIZE = 640  # of the longer side of a picture, px


def films_part(run: RunRecord, number: int, names: bool = False) -> Part:
    """Overlays of films spread evenly over the ranking of a run whose boxes were given.

    Args:
        run: The run.
        number: How many films.
        names: Write their file names below them; they may identify patients.

    Raises:
        SpondyloError: If a film cannot be read.
    """
    ranking = overlays.film_errors(run.records)
    ranked = sorted(ranking, key=lambda film: ranking[film])
    pictures = []
    for film in overlays.best_median_worst(ranking, number):
        own = [record for record in run.records if record.film_id == film]
        image = overlays.film_overlay(own, _SIZE, run.film_file(film))
        place = f'film {ranked.index(film) + 1} of {len(ranked)}'
        text = f'{place}: MRE {ranking[film]:.2f} px{_worst(own)}'
        pictures.append(_picture(image, text, own[0], names))
    text = 'Films from the best to the worst by their mean error.'
    return _part(text, pictures, _GIVEN)


def found_films_part(
    run: RunRecord,
    outcomes: Sequence[FilmOutcome],
    number: int,
    names: bool = False,
) -> Part:
    """Overlays of films spread evenly over the ranking of an end-to-end run.

    Args:
        run: The run.
        outcomes: One for each labelled film.
        number: How many films.
        names: Write their file names below them; they may identify patients.

    Raises:
        SpondyloError: If a film cannot be read.
    """
    by_name = {outcome.film.file_name: outcome for outcome in outcomes}
    records: dict[str, list[VertebraRecord]] = {}
    for record in run.records:
        records.setdefault(record.film_id, []).append(record)
    ranked = rank_found(outcomes)
    pictures = []
    for place in overlays.spread(len(ranked), number):
        name = ranked[place]
        outcome, own = by_name[name], records[name]
        extra = overlays.invented(outcome)
        image = overlays.film_overlay(own, _SIZE, run.film_file(name), extra)
        total, matched = len(outcome.film.corners), len(outcome.matches)
        text = f'film {place + 1} of {len(ranked)}: {matched} of {total} found'
        text += f', {len(extra)} false positive{"s" * (len(extra) != 1)}'
        if matched:
            error = _matched_error(outcome)
            text += f'; matched MRE {error:.2f} px{_worst(own)}'
        pictures.append(_picture(image, text, own[0], names))
    text = (
        'Films from the best to the worst: by the number of vertebrae missed or '
        'invented, then by the mean error of the matched.'
    )
    return _part(text, pictures, _FOUND)


def rank_found(outcomes: Sequence[FilmOutcome]) -> list[str]:
    """File names of films from the best to the worst of an end-to-end run.

    A film is the worse, the more vertebrae are missed or invented; equal ones are
    ranked by the mean error of what was matched.
    """
    return [one.film.file_name for one in sorted(outcomes, key=_badness)]


def _part(
    text: str, pictures: Sequence[Picture], legend: Sequence[tuple[str, str]]
) -> Part:
    items: list[Item] = [Paragraph(text), Legend(legend), Pictures(pictures, 'films')]
    if not pictures:
        items = [Paragraph('No films were asked for.')]
    return Part('Films', items)


def _picture(
    image: np.ndarray, text: str, record: VertebraRecord, names: bool
) -> Picture:
    caption = text
    if names:
        caption = f'{record.film.get("file_name") or record.film_id}: {text}'
    alt = f'Radiograph with true and predicted corners, {text}.'
    return Picture(jpeg_url(image), alt, caption)


def _badness(outcome: FilmOutcome) -> tuple[int, float]:
    missed = len(outcome.film.corners) - len(outcome.matches)
    return missed + outcome.false_positives, _matched_error(outcome)


def _matched_error(outcome: FilmOutcome) -> float:
    errors = outcome.errors[outcome.matches.true]
    known = errors[np.isfinite(errors)]
    return float(known.mean()) if known.size else float('inf')


def _worst(records: Sequence[VertebraRecord]) -> str:
    """The largest finite error of a film and where it is."""
    found: Mapping[float, str] = {
        float(error): f'{record.level or "?"} {corner.replace("_", " ")}'
        for record in records
        for error, corner in zip(
            radial_errors(record.predicted, record.true), CORNERS, strict=True
        )
        if np.isfinite(error)
    }
    return f', worst {max(found):.1f} px ({found[max(found)]})' if found else ''
