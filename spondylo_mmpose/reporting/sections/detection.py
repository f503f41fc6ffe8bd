"""What was found on whole films."""

from collections.abc import Mapping, Sequence

from spondylo_mmpose.evaluation import figures
from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.reporting.sections.items import (
    Grid,
    Item,
    Paragraph,
    Part,
    Picture,
    Pictures,
)

_COUNTS = (
    ('films', 'films'),
    ('films with a prediction', 'films_predicted'),
    ('true vertebrae', 'vertebrae'),
    ('found vertebrae', 'found'),
    ('of them matched', 'matched'),
    ('repeats of a matched one', 'duplicates'),
    ('matched, left and right exchanged', 'swapped_sides'),
    ('found, a corner is not finite', 'incomplete'),
    ('below the score threshold', 'below_score_threshold'),
    ('films without labels, left out', 'films_without_labels'),
)


def detection_part(
    outcomes: Sequence[FilmOutcome], metrics: Mapping[str, float]
) -> Part:
    """Vertebrae found, missed and invented; numbers and levels of films.

    Args:
        outcomes: One for each labelled film.
        metrics: Values of the run by full name.
    """
    value = {name: metrics[f'spine/{name}'] for _, name in _COUNTS}
    missed = value['vertebrae'] - value['matched']
    extra = value['found'] - value['matched']
    pictures = [
        Picture.of(
            figures.found_by_level(outcomes),
            f'Bars of found and missed vertebrae by level; {missed:.0f} missed of '
            f'{value["vertebrae"]:.0f}.',
            'Vertebrae by true level, with the recall.',
        ),
        Picture.of(
            figures.counts_and_shifts(outcomes),
            'Bars of films by the number of vertebrae too many, and of found vertebrae '
            'by how many places they are off.',
            'Number of vertebrae on a film, and place of each found one, counted from '
            'the lowest found, or its level where all are named.',
        ),
    ]
    curve = figures.precision_recall(outcomes)
    if curve is not None:
        average = f'average precision {metrics["spine/AP"]:.1f} %'
        alt = f'Precision over recall, {average}.'
        least = f'{metrics["spine/least_score"]:.2g}'
        text = f'Precision over recall, all scores told, from {least} on.'
        pictures.append(Picture.of(curve, alt, text))
    rows = [(label, [f'{value[name]:.0f}']) for label, name in _COUNTS]
    rows.insert(5, ('missed', [f'{missed:.0f}']))
    rows.insert(6, ('false positives', [f'{extra:.0f}']))
    text = (
        'A vertebra is found where the hulls of its predicted and its true corners '
        f'overlap by an IoU of at least {metrics["spine/iou_threshold"]:g} and its '
        f'score is at least {metrics["spine/score_threshold"]:g}. A found one that '
        'matches none is a false positive, repeats among them.'
    )
    items: list[Item] = [
        Paragraph(text),
        Pictures(pictures),
        Grid('Counts', ['number'], {'': rows}),
    ]
    return Part('Vertebrae found, missed and invented', items)
