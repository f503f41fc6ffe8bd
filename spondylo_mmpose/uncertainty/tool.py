"""Calibration and its check as ``tools/calibrate_uncertainty.py`` does them."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.dump import load_dump
from spondylo_mmpose.evaluation.film_pairs import check_score_threshold
from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.uncertainty.calibrating import COVERAGES, calibrate
from spondylo_mmpose.uncertainty.calibration import KINDS, Calibration
from spondylo_mmpose.uncertainty.calibration_file import (
    load_calibration,
    write_calibration,
)
from spondylo_mmpose.uncertainty.coverage import (
    CoverageCheck,
    CoverageRow,
    check_coverage,
)
from spondylo_mmpose.uncertainty.cross_check import cross_check, cross_check_lines
from spondylo_mmpose.uncertainty.dump_films import (
    Samples,
    check_films_once,
    check_not_learned,
    check_patients_apart,
)
from spondylo_mmpose.uncertainty.observed import Observed, observe
from spondylo_mmpose.uncertainty.reliability_figure import reliability_figure
from spondylo_mmpose.utils.io import (
    atomic_file,
    check_writable,
    file_digest,
    named_digest,
    write_json,
)


def run_calibration(args: argparse.Namespace) -> list[str]:
    """Calibrate, check, or both; see ``tools/calibrate_uncertainty.py --help``.

    Args:
        args: Parsed options.

    Returns:
        What was found, and lines that say what was written where.

    Raises:
        SpondyloError: If a file is wrong, or options do not go together.
    """
    _check_options(args)
    for target in filter(None, (args.out, args.json, args.figure)):
        check_writable(target)
    lines: list[str] = []
    dumps: list[tuple[str, Samples]] = []
    if args.calibration:
        calibration = load_calibration(args.calibration)
    else:
        dumps = [(path, load_dump(path)) for path in (args.val_dump, *args.more)]
        observed = _observed(dumps, args.score_threshold)
        check_films_once(dumps)
        try:
            coverages = args.coverages or COVERAGES
            calibration = calibrate(observed, coverages, args.few_as_normal)
        except SpondyloError as error:
            raise SpondyloError(f'{args.val_dump}: {error}') from error
        calibration = _with_origin(calibration, args)
        lines += _calibration_lines(calibration)
        if args.cross_check:
            check_patients_apart(dumps)
            lines += _cross_checked(args, [samples for _, samples in dumps])
    if args.check:
        # What fails here must not leave a calibration behind.
        lines += _checked(args, calibration, [samples for _, samples in dumps])
    if args.out:
        lines.append(f'calibration: {write_calibration(args.out, calibration)}')
    return lines


def _check_options(args: argparse.Namespace) -> None:
    if args.more and not args.val_dump:
        raise SpondyloError('--more goes with a dump to learn from')
    if args.cross_check and not args.more:
        raise SpondyloError(
            '--cross-check learns from all dumps but one; name the others with --more'
        )
    if bool(args.val_dump) == bool(args.calibration):
        raise SpondyloError('name either the dump to learn from or --calibration FILE')
    if args.val_dump and not args.out:
        raise SpondyloError('name the file to write with --out uncertainty.json')
    if args.calibration and (args.out or not args.check):
        raise SpondyloError('--calibration FILE goes with --check DUMP, without --out')
    for name in ('coverages', 'few_as_normal', 'run'):
        if args.calibration and getattr(args, name):
            raise SpondyloError(
                f'--{name.replace("_", "-")} is for learning a calibration; the one '
                'of --calibration has its own'
            )
    if (args.figure or args.json) and not args.check:
        raise SpondyloError('--figure and --json show a check; name a --check DUMP')


def _cross_checked(args: argparse.Namespace, parts: list[Samples]) -> list[str]:
    whole = [observe(part, args.score_threshold) for part in parts]
    others = [
        observe(list(chain(*parts[:k], *parts[k + 1 :])), args.score_threshold)
        for k in range(len(parts))
    ]
    coverages = args.coverages or COVERAGES
    return cross_check_lines(cross_check(whole, others, coverages, args.few_as_normal))


def _checked(
    args: argparse.Namespace, calibration: Calibration, learned: list[Samples]
) -> list[str]:
    path = Path(args.check)
    facts = calibration.facts
    taught = [facts.get('dump', {}), *facts.get('more', ())]
    if path.is_file() and file_digest(path) in [one.get('sha256') for one in taught]:
        raise SpondyloError(
            f'{path}: the calibration was learned from it; check it on other films'
        )
    samples = load_dump(args.check)
    observed = _observed([(args.check, samples)], args.score_threshold)
    check_not_learned(learned, args.check, samples)
    try:
        check = check_coverage(calibration, observed)
    except SpondyloError as error:
        raise SpondyloError(f'{args.check}: {error}') from error
    lines = coverage_lines(check)
    if args.json:
        value = {
            'observed': dict(check.observed),
            'values': dict(check.values),
            'coverage': [asdict(row) for row in check.rows],
            'dump': named_digest(args.check),
        }
        lines.append(f'numbers: {write_json(args.json, value)}')
    if args.figure:
        with atomic_file(args.figure) as temporary:
            temporary.write_bytes(to_png(reliability_figure(check)))
        lines.append(f'figure: {args.figure}')
    return lines


def _observed(
    dumps: Sequence[tuple[str, Samples]], score_threshold: float | None
) -> Observed:
    try:
        samples = list(chain.from_iterable(samples for _, samples in dumps))
        return observe(samples, score_threshold)
    except SpondyloError as error:
        names = ', '.join(name for name, _ in dumps)
        raise SpondyloError(f'{names}: {error}') from error


def _with_origin(calibration: Calibration, args: argparse.Namespace) -> Calibration:
    facts = {
        'run': args.run or Path(args.val_dump).resolve().parent.name,
        'dump': named_digest(args.val_dump),
        'more': [named_digest(path) for path in args.more],
        'score_threshold': check_score_threshold(args.score_threshold),
        **calibration.facts,
    }
    return replace(calibration, facts=facts)


def _calibration_lines(calibration: Calibration) -> list[str]:
    seen = calibration.facts['observed']
    lines = [
        f'learned from {seen["vertebrae"]} vertebrae and {seen["slips"]} pairs of '
        f'{seen["films"]} films ({seen["patients"]} patients)'
    ]
    if calibration.few_patients is not None:
        lines.append(
            f'{calibration.few_patients} patients are too few for quantiles: errors '
            'are taken for normal'
        )
    if calibration.scales is not None:
        told = ', '.join(f'{k} {calibration.scales[k]:.3f}' for k in KINDS)
        lines.append(f'factor of the told deviations: {told}')
    elif calibration.shares is not None:
        for kind in KINDS:
            told = ', '.join(f'{100 * share:.2f}' for share in calibration.shares[kind])
            lines.append(f'deviation of corners in % of the end plate, {kind}: {told}')
    if calibration.scales is not None:
        fit = calibration.facts['fits']['all']
        lines.append(
            f'gross errors {100 * fit["gross"]:.1f} %; nats of a corner: '
            f'mixture {fit["nats"]:.3f}, Gaussian {fit["gaussian_nats"]:.3f}, '
            f'Student {fit["student_nats"]:.3f} '
            f'({fit["student_freedom"]:.3g} degrees of freedom)'
        )
    return lines


def coverage_lines(check: CoverageCheck) -> list[str]:
    """A check as a table.

    Args:
        check: Of :func:`.check_coverage`.
    """
    seen = check.observed
    conformal = check.method == 'conformal'
    lines = [
        f'checked on {seen["vertebrae"]} vertebrae and {seen["pairs"]} pairs of '
        f'{seen["films"]} films ({seen["patients"]} patients); '
        f'{seen["vertebrae_not_found"]} vertebrae were not found',
        'share of true values within, in %: as the model says, calibrated and taken '
        f'for normal{", conformal" if conformal else ""} [95 % interval over patients]',
    ]
    table: dict[tuple[str, str, float], dict[str, CoverageRow]] = {}
    for row in check.rows:
        table.setdefault((row.of, row.kind, row.nominal), {})[row.method] = row
    for (of, kind, nominal), rows in table.items():
        held = rows[check.method]
        told = f'{rows["told"].actual:7.1f}' if 'told' in rows else f'{"":7}'
        normal = f' {rows["normal"].actual:7.1f}' if conformal else ''
        unit = 'px' if of == 'corners' else 'points'
        interval = f'[{held.low:.1f}, {held.high:.1f}]'
        lines.append(
            f'{of:7} {kind:6} {nominal:5g} % {told}{normal} {held.actual:7.1f} '
            f'{interval:15} of {held.number} from {held.patients} '
            f'patients, ± {held.reach:.2f} {unit}'
        )
    lines += _value_lines(check.values.items())
    return lines


def _value_lines(values: Iterable[tuple[str, float]]) -> list[str]:
    return [f'{name:22} {value:8.3f}' for name, value in values]
