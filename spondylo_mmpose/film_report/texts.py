"""What people read of a report, wherever they read it."""

from spondylo_mmpose.film_report.spine_report import (
    SLOT,
    Pair,
    ReportWarning,
    SpineReport,
)
from spondylo_mmpose.presentation.escaping import MINUS


def slip_text(percent: float) -> str:
    """A slip with its sign, e.g. ``+7.9 %``."""
    sign = MINUS if percent < 0 else '+'
    return f'{sign}{abs(percent):.1f} %'


def pair_text(pair: Pair) -> str:
    """The levels of a pair, the upper one first, e.g. ``L5/S1``."""
    return f'{pair.upper or "?"}/{pair.lower or "?"}'


def origin_text(level_origin: str) -> str:
    """Where names of levels come from, for readers who know of no slots."""
    return 'named by the model' if level_origin == SLOT else level_origin


def pair_slip_text(pair: Pair) -> str:
    """The levels of a measured pair and its slip, e.g. ``L5/S1 +7.9 %``."""
    assert pair.slip_percent is not None
    return f'{pair_text(pair)} {slip_text(pair.slip_percent)}'


def worst_pair(report: SpineReport) -> Pair | None:
    """The pair with the greatest slip, either way; ``None`` if none was measured."""
    measured = [pair for pair in report.pairs if pair.slip_percent is not None]
    return max(measured, key=lambda pair: abs(pair.slip_percent or 0.0), default=None)


def warning_text(report: SpineReport, warning: ReportWarning) -> str:
    """A warning with the vertebrae that it is about, e.g. ``T12: reaches ...``."""
    levels = {one.order: one.level or '?' for one in report.vertebrae}
    who = ', '.join(levels[order] for order in warning.vertebrae if order in levels)
    return f'{who}: {warning.text}' if who else warning.text
