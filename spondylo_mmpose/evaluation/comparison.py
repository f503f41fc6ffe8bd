"""Paired comparison of two sets of predictions for the same films."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    IntArray,
    percentile_statistic,
    record_patients,
)
from spondylo_mmpose.evaluation.paired_statistics import (
    Difference,
    mean_differences,
    paired_difference,
    signed_ranks,
    successes,
)
from spondylo_mmpose.evaluation.radial_error import MM_THRESHOLDS, PX_THRESHOLDS
from spondylo_mmpose.evaluation.records import VertebraRecord, unique_records
from spondylo_mmpose.evaluation.slip_comparison import slip_differences
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD

_NAMED = 3  # Films that a message names.


@dataclass(frozen=True)
class Comparison:
    """What two runs make of the same films.

    Attributes:
        films: Number of films compared.
        patients: Number of patients compared; those with a corner that was measured.
        vertebrae: Number of vertebrae.
        corners: Number of labelled corners.
        lost_first: Corners that the first run lost (no finite prediction).
        lost_second: Corners that the second run lost.
        differences: By the names of the metrics, without their prefix.
        wilcoxon_statistic: Smaller of the two rank sums of the signed-rank test.
        wilcoxon_p: Two-sided p of it; NaN without a patient.
        better_first: Patients on whom the first run's mean error is smaller.
        better_second: Patients on whom the second run's is.
    """

    films: int
    patients: int
    vertebrae: int
    corners: int
    lost_first: int
    lost_second: int
    wilcoxon_statistic: float
    wilcoxon_p: float
    better_first: int
    better_second: int
    differences: Mapping[str, Difference] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        films: int,
        patients: IntArray,
        px: Sequence[FloatArray],
        owners: IntArray,
        ranked: Sequence[FloatArray],
        differences: Mapping[str, Difference],
    ) -> 'Comparison':
        """Count corners and rank patients.

        Args:
            films: Number of films compared.
            patients: Number of the patient of each thing compared.
            px: ``(N, 4)`` radial errors of both runs; NaN where nobody labelled,
                infinite where a run lost the corner.
            owners: ``(N,)`` number of the patient of each vertebra.
            ranked: ``(N, 4)`` of both runs, by which the test ranks the patients.
            differences: See :class:`Comparison`.
        """
        statistic, p, better = signed_ranks(ranked, owners)
        return cls(
            films=films,
            patients=len(np.unique(patients)),
            vertebrae=len(owners),
            corners=int((~np.isnan(px[0])).sum()),
            lost_first=int(np.isinf(px[0]).sum()),
            lost_second=int(np.isinf(px[1]).sum()),
            wilcoxon_statistic=statistic,
            wilcoxon_p=p,
            better_first=better[0],
            better_second=better[1],
            differences=differences,
        )


def compare_records(
    first: Sequence[VertebraRecord],
    second: Sequence[VertebraRecord],
    px_thresholds: Sequence[float] = PX_THRESHOLDS,
    mm_thresholds: Sequence[float] = MM_THRESHOLDS,
    bootstrap: Bootstrap | None = None,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
) -> Comparison:
    """Compare the corners that two runs predict in the same given boxes.

    Patients are drawn for both runs together, so what makes a film hard for both
    cancels out. The Wilcoxon signed-rank test is over the patients' mean errors in px.

    Args:
        first: Records of one run.
        second: Records of the other, in any order.
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        bootstrap: How intervals are made.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.

    Returns:
        Values of both runs, ``MRE``, ``median`` and ``SDR`` in px and mm and those of
        :func:`.slip_differences`, and their differences. A run that lost corners has an
        infinite MRE and an infinite mean for those patients, whom the test ranks as the
        worst; two infinite ones tie.

    Raises:
        SpondyloError: If the films, vertebrae or true corners differ.
    """
    pairs = paired_records(first, second)
    how = bootstrap or Bootstrap()
    runs = [[pair[run] for pair in pairs] for run in (0, 1)]
    patients = record_patients(runs[0])
    errors = [corner_errors(records) for records in runs]
    px = [one.px for one in errors]
    differences = _differences(px, patients, 'px', px_thresholds, how)
    differences |= _differences(
        [one.mm for one in errors], patients, 'mm', mm_thresholds, how
    )
    differences |= slip_differences(runs[0], runs[1], no_slip_threshold, how)
    films = len({record.film_id for record in runs[0]})
    measured = patients[~np.isnan(px[0]).all(1)]
    return Comparison.of(films, measured, px, patients, px, differences)


def _differences(
    errors: Sequence[FloatArray],
    patients: IntArray,
    unit: str,
    thresholds: Sequence[float],
    how: Bootstrap,
) -> dict[str, Difference]:
    one, two = errors
    means = {f'MRE_{unit}': (one, two)} | {
        f'SDR@{t:g}{unit}': (successes(one, t), successes(two, t)) for t in thresholds
    }
    found = mean_differences(means, patients, how)
    # The same corners have a truth in both, so the patients are the same.
    (first, number), (second, _) = (
        percentile_statistic(error, patients, 50) for error in errors
    )
    median = paired_difference(first, second, number, how)
    name = f'MRE_{unit}'
    return {name: found.pop(name), f'median_{unit}': median} | found


def paired_records(
    first: Sequence[VertebraRecord], second: Sequence[VertebraRecord]
) -> list[tuple[VertebraRecord, VertebraRecord]]:
    """Join the records of two runs, vertebra by vertebra.

    Args:
        first: Records of one run.
        second: Records of the other, in any order.

    Raises:
        SpondyloError: If the films, vertebrae or true corners differ; it names films.
    """
    one, other = _by_vertebra(first), _by_vertebra(second)
    for here, there, has, lacks in (
        (one, other, 'first', 'second'),
        (other, one, 'second', 'first'),
    ):
        films = {key[0] for key in here.keys() - there.keys()}
        if films:
            raise SpondyloError(
                f'the runs cannot be compared: of {some_films(films)} the {has} run '
                f'has vertebrae that the {lacks} run has not; test both on the same '
                'split'
            )
    differing = {
        key[0]
        for key in one
        if not np.array_equal(_truth(one[key]), _truth(other[key]), equal_nan=True)
    }
    if differing:
        raise SpondyloError(
            f'the runs cannot be compared: the true corners or pixel spacings of '
            f'{some_films(differing)} differ; test both on the same annotations'
        )
    return [(one[key], other[key]) for key in one]


def _by_vertebra(
    records: Sequence[VertebraRecord],
) -> dict[tuple[str, int], VertebraRecord]:
    """Records by film and annotation.

    The file name is the same wherever the data set lies; only where data sets that
    were joined repeat it does the path take its place.
    """
    unique = unique_records(records)
    paths = {r.film_id: str(r.film.get('file_name') or r.film_id) for r in unique}
    named = len(set(paths.values())) == len(paths)
    return {
        (paths[r.film_id] if named else r.film_id, r.vertebra_id): r for r in unique
    }


def _truth(record: VertebraRecord) -> FloatArray:
    spacing = np.full(2, np.nan) if record.spacing is None else record.spacing
    return np.concatenate([record.true.ravel(), spacing])


def some_films(films: Set[str]) -> str:
    """Names of the first few films, and how many more there are."""
    names = sorted(films)
    more = f' and {len(names) - _NAMED} more films' if len(names) > _NAMED else ''
    return ', '.join(names[:_NAMED]) + more
