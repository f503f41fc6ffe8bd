"""What a reader should know before trusting a report."""

from collections.abc import Iterator, Sequence

import numpy as np

from spondylo_mmpose.film_report.facing import SURE
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.levels import Naming
from spondylo_mmpose.film_report.pairs import outside_film
from spondylo_mmpose.film_report.shapes import misshapen, misshapen_discs
from spondylo_mmpose.film_report.spine_report import ASSUMED, SLOT, ReportWarning
from spondylo_mmpose.spine.anatomy import infer_facing, order_upward
from spondylo_mmpose.spine.measurements import end_plate_lengths

LOW_SCORE = 0.5
"""Vertebrae that score less are told of."""

S1_RATIO = 0.88
"""A lowest vertebra whose inferior end plate is longer, as a share of its superior one,
hardly is S1.

On 2100 phantoms S1 has at most that in 95 %, L5 at least 0.88; on four real films S1
has 0.56 to 0.76 and L5 0.90 to 1.01.
"""

TEXTS = {
    'not_lateral': 'the file says that it is a frontal (AP) film',
    'oblique': 'the file says that it is an oblique film',
    'not_upright': (
        "the file says that the patient's head is not at the top: turn the film and "
        'run again'
    ),
    'nothing_found': (
        'no vertebra was found; it may be no lateral film of a lumbar spine'
    ),
    'facing_unknown': (
        'which side is anterior cannot be told from the vertebrae found; slips are not '
        'measured unless it is given'
    ),
    'facing_unsure': (
        'that {facing} is anterior is inferred and unsure; were it wrong, slips would '
        'be measured at the other corners, with other sizes and signs'
    ),
    'facing_disagrees': (
        'the spine looks as if {other} were anterior, not {facing}; where that is so, '
        'slips are measured at the wrong corners: look, and give the facing'
    ),
    'spacing_at_detector': (
        'the pixel spacing is that of the detector: lengths in mm come out too long by '
        'the magnification'
    ),
    'burned_in_text': (
        'the file says that text is burned into the film: pictures of it may show the '
        "patient's name"
    ),
    'burned_in_unknown': (
        'the file does not say whether text is burned into the film: look before a '
        'picture of it is passed on'
    ),
    's1_missing': (
        'S1 was not found; the model takes the lowest vertebra for {lowest}'
    ),
    'levels_assumed': 'levels are counted from the lowest vertebra found, taken as S1',
    's1_shape': (
        'the lowest vertebra found has not the shape of S1: where it is another, every '
        'level is named one or more too low'
    ),
    'order_disagrees': (
        'the model counts the vertebrae in another order than they stand in'
    ),
    'doubled': (
        'vertebrae lie on each other: one may have been found twice, and levels above '
        'it be off by one'
    ),
    'gap': 'a vertebra seems to be missing between these two',
    'misshapen': 'has a shape that no vertebra has: a corner is elsewhere',
    'disc_misshapen': (
        'end plates are tilted against each other as none are: a corner is elsewhere'
    ),
    'disputed': (
        'the model that found it places a corner elsewhere: look where it belongs, and '
        'move it in the review'
    ),
    'cut': 'reaches the edge of the film, which may cut it',
    'low_score': 'the model is not sure that there is a vertebra',
}
"""What is said, by code; ``s1_shape`` is the other reason for ``s1_missing``."""

BURNED_IN = ('burned_in_text', 'burned_in_unknown')
"""Codes of what is said of text that may be burned into a film."""

EDGE = 0.004  # share of the film's longer side: so near, a corner is on the edge


def findings(
    found: FoundVertebrae, naming: Naming, film: FilmFacts
) -> list[ReportWarning]:
    """Look at what was found on a film.

    Args:
        found: From the lowest vertebra upward.
        naming: Its names.
        film: Where it is from, its facing settled.
    """
    return [
        *_of_the_film(found, film),
        *_of_the_levels(found, naming),
        *_of_vertebrae(found, naming, film),
    ]


def _of_the_film(found: FoundVertebrae, film: FilmFacts) -> Iterator[ReportWarning]:
    if film.view == 'ap':
        yield ReportWarning('not_lateral', 'refusal', TEXTS['not_lateral'])
    elif film.view == 'oblique':
        yield ReportWarning('oblique', 'refusal', TEXTS['oblique'])
    if film.upright is False:
        yield ReportWarning('not_upright', 'refusal', TEXTS['not_upright'])
    if film.burned_in_text == 'yes':
        yield ReportWarning('burned_in_text', 'caution', TEXTS['burned_in_text'])
    elif film.burned_in_text == 'not told':
        yield ReportWarning('burned_in_unknown', 'note', TEXTS['burned_in_unknown'])
    if not len(found):
        yield ReportWarning('nothing_found', 'caution', TEXTS['nothing_found'])
        return
    if film.facing is None:
        yield ReportWarning('facing_unknown', 'caution', TEXTS['facing_unknown'])
    elif (film.facing_confidence or 1.0) < SURE:
        text = TEXTS['facing_unsure'].format(facing=film.facing)
        yield ReportWarning('facing_unsure', 'caution', text)
    elif film.facing_origin != 'inferred':
        seen, strength = infer_facing(found.corners)
        if seen is not None and seen != film.facing and strength >= SURE:
            text = TEXTS['facing_disagrees'].format(facing=film.facing, other=seen)
            yield ReportWarning('facing_disagrees', 'caution', text)
    if film.spacing_plane == 'detector':
        text = TEXTS['spacing_at_detector']
        yield ReportWarning('spacing_at_detector', 'note', text)


def _of_the_levels(found: FoundVertebrae, naming: Naming) -> Iterator[ReportWarning]:
    if not len(found):
        return
    lowest = naming.levels[0]
    if naming.origin == SLOT and lowest != 'S1':
        text = TEXTS['s1_missing'].format(lowest=lowest)
        yield ReportWarning('s1_missing', 'caution', text, (0,))
    if naming.origin == ASSUMED:
        yield ReportWarning('levels_assumed', 'note', TEXTS['levels_assumed'])
        plates = end_plate_lengths(found.corners[:1])[0]
        if plates[1] > S1_RATIO * plates[0]:
            yield ReportWarning('s1_missing', 'caution', TEXTS['s1_shape'], (0,))
    if (order_upward(found.corners) != np.arange(len(found))).any():
        yield ReportWarning('order_disagrees', 'caution', TEXTS['order_disagrees'])


def _of_vertebrae(
    found: FoundVertebrae, naming: Naming, film: FilmFacts
) -> Iterator[ReportWarning]:
    def at(flags: Sequence[bool] | np.ndarray) -> tuple[int, ...]:
        return tuple(o for o, flag in zip(naming.orders, flags, strict=True) if flag)

    def either(flags: Sequence[bool] | np.ndarray) -> np.ndarray:
        both = np.zeros(len(found), dtype=bool)
        for place in np.flatnonzero(flags):
            both[place : place + 2] = True
        return both

    gaps = np.diff(naming.orders) > 1
    for code, flags in (
        ('doubled', either(naming.is_doubled)),
        ('gap', either(gaps | (np.array(naming.is_apart, dtype=bool)))),
        ('misshapen', misshapen(found.corners)),
        ('disc_misshapen', either(misshapen_discs(found.corners))),
        ('disputed', found.disputes.any(1)),
        ('cut', _cut(found, film)),
        ('low_score', found.scores < LOW_SCORE),
    ):
        if len(found) and np.any(flags):
            yield ReportWarning(code, 'caution', TEXTS[code], at(flags))


def _cut(found: FoundVertebrae, film: FilmFacts) -> np.ndarray:
    corners = found.corners.reshape(-1, 2)
    near = EDGE * max(film.width, film.height)
    size = np.array([film.width, film.height]) - 1
    at_edge = ((corners <= near) | (corners >= size - near)).any(-1)
    return (at_edge | outside_film(corners, film)).reshape(-1, 4).any(1)
