"""Compare runs: those given the boxes with each other, those end to end likewise."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tqdm import tqdm

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.comparison import Comparison, compare_records
from spondylo_mmpose.evaluation.film_comparison import compare_pairs
from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.reporting.compare.holm import holm
from spondylo_mmpose.reporting.compare.measures import measures_of
from spondylo_mmpose.reporting.compare.same_films import same_films
from spondylo_mmpose.reporting.run_record import RunRecord

KINDS = {True: 'given boxes', False: 'end to end'}
"""The two questions, by whether the boxes were given."""


@dataclass(frozen=True)
class RunDifference:
    """A run minus the baseline.

    Attributes:
        run: Its name.
        comparison: Both on the same films; ``first`` is the baseline.
        p_holm: Its Wilcoxon p, adjusted for all runs held against the baseline.
    """

    run: str
    comparison: Comparison
    p_holm: float = math.nan


@dataclass(frozen=True)
class Question:
    """Runs of one kind, on the same films.

    Attributes:
        given_boxes: Which kind.
        runs: In the order to show them.
        films: Number of films.
        left_out: Films left out of each run because others lack them, by its name.
        baseline: Name of the run that the others are held against.
        differences: Every other run minus the baseline; empty for a single run.
        twins: Names of runs whose predictions are one and the same file.
    """

    given_boxes: bool
    runs: Sequence[RunRecord]
    films: int
    left_out: dict[str, int]
    baseline: str
    differences: Sequence[RunDifference]
    twins: Sequence[Sequence[str]] = ()

    @property
    def kind(self) -> str:
        """``given boxes`` or ``end to end``."""
        return KINDS[self.given_boxes]


def compare_runs(
    runs: Sequence[RunRecord],
    *,
    baselines: Sequence[str] = (),
    sort: str | None = None,
    common_films: bool = False,
    bootstrap: Bootstrap | None = None,
) -> list[Question]:
    """Compare runs, those given the boxes and those end to end apart.

    Args:
        runs: With names of their own.
        baselines: Names of the runs that others are held against, at most one of each
            kind; the first of its kind where left out.
        sort: Value to sort the runs by, the best first; as given where left out. See
            :func:`sort_runs`.
        common_films: Use the films that all runs of a kind have, instead of refusing
            runs on different films.
        bootstrap: How the intervals of the differences are made.

    Returns:
        One question for each kind there is.

    Raises:
        SpondyloError: If runs of one kind have other films or another truth, or a
            baseline or value to sort by is unknown.
    """
    own = {given: [run for run in runs if run.given_boxes is given] for given in KINDS}
    kinds = {given: some for given, some in own.items() if some}
    chosen = _baselines(kinds, baselines)
    if sort is not None:
        _check_sort(sort, kinds)
    questions = []
    for given, some in kinds.items():
        choice = same_films(some, common_films)
        _measure(choice.runs, KINDS[given])
        questions.append(
            Question(
                given_boxes=given,
                runs=sort_runs(choice.runs, sort) if sort else choice.runs,
                films=choice.films,
                left_out=choice.left_out,
                baseline=chosen[given],
                differences=_differences(choice.runs, chosen[given], bootstrap),
                twins=_twins(choice.runs),
            )
        )
    return questions


def sort_runs(runs: Sequence[RunRecord], column: str) -> list[RunRecord]:
    """Sort runs of one kind, the best first, unmeasured ones last.

    Args:
        runs: Of one kind.
        column: ``name``, or a metric by its full name or the part after its prefix. A
            column that this kind does not have leaves the order as it is.
    """
    if column == 'name':
        return sorted(runs, key=lambda run: run.name)
    found = [m for m in measures_of(runs[0].given_boxes) if column in _names(m.name)]
    if not found:
        return list(runs)
    name, sign = found[0].name, 1 if found[0].column.better == 'low' else -1

    def place(run: RunRecord) -> tuple[bool, float]:
        value = run.metrics(intervals=True).get(name, math.nan)
        return math.isnan(value), 0.0 if math.isnan(value) else sign * value

    return sorted(runs, key=place)


def _names(metric: str) -> tuple[str, str]:
    return metric, metric.partition('/')[2]


def _check_sort(column: str, kinds: Iterable[bool]) -> None:
    known = [name for given in kinds for m in measures_of(given)
             for name in _names(m.name)]  # fmt: skip
    if column != 'name' and column not in known:
        full = dict.fromkeys(name for name in known if '/' in name)
        raise SpondyloError(
            f'--sort {column}: is no column here; there are name, {", ".join(full)}'
        )


def _baselines(
    kinds: dict[bool, list[RunRecord]], wanted: Sequence[str]
) -> dict[bool, str]:
    chosen: dict[bool, str] = {}
    kind_of = {run.name: given for given, runs in kinds.items() for run in runs}
    for name in wanted:
        if name not in kind_of:
            raise SpondyloError(
                f'--baseline {name}: is none of the runs {", ".join(kind_of)}'
            )
        given = kind_of[name]
        if chosen.setdefault(given, name) != name:
            raise SpondyloError(
                f'--baseline: {chosen[given]} and {name} are both {KINDS[given]}; '
                'name one of each kind'
            )
    return {given: chosen.get(given, runs[0].name) for given, runs in kinds.items()}


def _measure(runs: Sequence[RunRecord], kind: str) -> None:
    for run in _watched(runs, f'measuring, {kind}'):
        try:
            run.metrics(intervals=True)  # Kept by the run.
        except SpondyloError as error:
            raise SpondyloError(f'{run.name}: {error}') from error


def _differences(
    runs: Sequence[RunRecord], baseline: str, bootstrap: Bootstrap | None
) -> list[RunDifference]:
    first = next(run for run in runs if run.name == baseline)
    others = [run for run in runs if run is not first]
    found = []
    for run in _watched(others, f'comparing with {baseline}'):
        try:
            comparison = _compared(first, run, bootstrap)
        except SpondyloError as error:
            raise SpondyloError(f'{baseline} and {run.name}: {error}') from error
        found.append(RunDifference(run.name, comparison))
    adjusted = holm([one.comparison.wilcoxon_p for one in found])
    return [replace(o, p_holm=float(p)) for o, p in zip(found, adjusted, strict=True)]


def _compared(
    first: RunRecord, second: RunRecord, bootstrap: Bootstrap | None
) -> Comparison:
    if first.given_boxes:
        return compare_records(
            first.records,
            second.records,
            bootstrap=bootstrap,
            no_slip_threshold=first.no_slip_threshold,
        )
    return compare_pairs(
        first.pairs,
        second.pairs,
        first.score_threshold,
        bootstrap=bootstrap,
        no_slip_threshold=first.no_slip_threshold,
    )


def _twins(runs: Sequence[RunRecord]) -> list[list[str]]:
    by_digest: dict[str, list[str]] = {}
    for run in runs:
        by_digest.setdefault(run.predictions_sha256, []).append(run.name)
    return [names for names in by_digest.values() if len(names) > 1]


def _watched(runs: Sequence[RunRecord], text: str) -> Iterable[RunRecord]:
    return tqdm(runs, desc=text, unit='run', leave=False, disable=None)
