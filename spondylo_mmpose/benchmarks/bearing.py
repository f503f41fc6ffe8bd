"""How much of what befalls films a model bears: errors and refusals, change by change.

Corners are brought back to the film as it was before they are compared, so that every
change is measured in the same px against the same labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from spondylo_mmpose.benchmarks.film_changes import CHANGES, Change, ChangedFilm, Grey
from spondylo_mmpose.benchmarks.screening import VERDICTS, batches, verdict
from spondylo_mmpose.benchmarks.told_slips import (
    ToldSlip,
    slip_values,
    told_slips,
)
from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.detection import FilmOutcome, compare_film
from spondylo_mmpose.evaluation.detection_intervals import detection_intervals
from spondylo_mmpose.evaluation.detection_summary import summarise_detections
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from spondylo_mmpose.evaluation.matched_records import film_patients
from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.films import open_film
from spondylo_mmpose.film_report.found import FilmModel, FoundVertebrae
from spondylo_mmpose.film_report.levels import name_levels
from spondylo_mmpose.film_report.screening import FilmScreen, Screened
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.film_report.turned import look_again

if TYPE_CHECKING:
    from spondylo_mmpose.uncertainty.calibration import Calibration

TOGETHER = 'all changes'
"""Row of all films as all changes but the first leave them."""

SHOWN = ('F1', 'SDR@5px', 'SDR@10px', 'MRE_px', 'level_shift_rate')


@dataclass(frozen=True)
class Borne:
    """What came of one change of one film.

    Attributes:
        outcome: What was found, in px of the film as it was.
        verdict: Of the screen, see :func:`.verdict`.
        slips: Those that the report tells with an interval.
    """

    outcome: FilmOutcome
    verdict: str
    slips: Sequence[ToldSlip] = ()


def labelled(root: Path, ann_file: str) -> list[tuple[Film, Grey]]:
    """The labelled films of a split.

    Args:
        root: Folder of converted films.
        ann_file: Its annotation file, relative to it.

    Raises:
        SpondyloError: If a file is missing or no such thing, or no film has a label.
    """
    path = root / ann_file
    films = [
        film for film in films_of_coco(read_annotation_file(path)) if len(film.corners)
    ]
    if not films:
        raise SpondyloError(f'{path}: has no labelled film; name another --ann-file')
    return [(f, open_film(root / 'images' / f.file_name).pixels) for f in films]


def bear(
    films: Sequence[tuple[Film, Grey]],
    model: FilmModel,
    screen: FilmScreen | None,
    changes: Mapping[str, Change] = CHANGES,
    batch_size: int = 4,
    calibration: 'Calibration | None' = None,
) -> dict[str, list[Borne]]:
    """Show films to a model, each as each change leaves it.

    Args:
        films: Labelled films and their grey values.
        model: What finds vertebrae.
        screen: What tells films that are no lateral lumbar films, if anything.
        changes: By their names.
        batch_size: Films that go through the model together.
        calibration: That reports make intervals with; no slips without.

    Returns:
        By the name of the change one for each film.
    """
    least = ReportOptions.score_threshold
    borne: dict[str, list[Borne]] = {name: [] for name in changes}
    bar = tqdm(total=len(films) * len(changes), unit='film', disable=None)
    for name, change in changes.items():
        for batch in batches(films, batch_size):
            shown = [change(pixels) for _, pixels in batch]
            pictures = [one.pixels for one in shown]
            answers = look_again(model, pictures, model.find(pictures), least)
            for (film, _), one, answer in zip(batch, shown, answers, strict=True):
                found = answer.upward(least)
                screened = screen.screen(one.pixels, found) if screen else Screened()
                outcome = _compare(film, one, found)
                slips = []
                if calibration is not None:
                    facts = open_film(one.pixels).facts
                    report = build_report(
                        found, facts, model.facts, None, calibration, screened
                    )
                    slips = told_slips(report, outcome, one.there(film.corners))
                borne[name].append(Borne(outcome, verdict(screened, found), slips))
                bar.update()
    bar.close()
    return borne


def summarise(borne: Mapping[str, Sequence[Borne]]) -> dict[str, dict[str, Any]]:
    """Numbers of each change.

    Args:
        borne: From :func:`bear`.

    Returns:
        By the name of the change, and of :data:`TOGETHER` where there are several,
        those of :func:`.summarise_detections`, :func:`.detection_intervals` and
        :func:`.slip_values`;
        ``refusal``, ``caution`` and ``none`` are shares of films, and
        ``F1_unrefused``, ``SDR@10px_unrefused`` hold for those that the screen did not
        refuse, NaN where it refused all.
    """
    told = {}
    changed = [one for films in list(borne.values())[1:] for one in films]
    together = {TOGETHER: changed} if changed else {}
    for name, films in {**borne, **together}.items():
        outcomes = [one.outcome for one in films]
        verdicts = [one.verdict for one in films]
        passed = [one.outcome for one in films if one.verdict != 'refusal']
        rest = summarise_detections(passed)
        told[name] = (
            summarise_detections(outcomes)
            | detection_intervals(outcomes)
            | slip_values([one.slips for one in films], film_patients(outcomes))
            | {said: verdicts.count(said) / len(films) for said in VERDICTS}
            | {f'{k}_unrefused': rest[k] for k in ('F1', 'SDR@10px')}
        )
    return told


def table(summary: Mapping[str, Mapping[str, Any]]) -> str:
    """The numbers as Markdown."""
    lines = [
        '| film | F1 (%) | SDR @ 5 px | @ 10 px (%) | MRE (px) | levels wrong (%) '
        '| refused / flagged / passed silently (%) | slips within their interval '
        '| half of it (points) |',
        '|---|' + '---|' * 8,
    ]
    for name, row in summary.items():
        cells = [f'{row[key]:.1f}' for key in SHOWN]
        cells.append(' / '.join(f'{100 * row[said]:.0f}' for said in VERDICTS))
        slips = row['slips']
        held = f'{row["slips_held"] * slips / 100:.0f} of {slips}' if slips else '-'
        cells += [held, f'{row["slip_reach"]:.1f}']
        lines.append(f'| {name} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _compare(film: Film, shown: ChangedFilm, found: FoundVertebrae) -> FilmOutcome:
    levels = None if found.slots is None else name_levels(found).levels
    corners = shown.back(found.corners)
    # A score that the model does not give is none to count by.
    scores = np.asarray(found.scores, np.float64)
    return compare_film(film, FilmPrediction(film.file_name, corners, scores, levels))
