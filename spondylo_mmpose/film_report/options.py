"""What a report may be asked for, checked."""

from dataclasses import replace
from numbers import Real

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.spine.anatomy import LEVELS

LARGEST_SPACING = 10.0  # mm; no film has so few pixels
LARGEST_ASPECT = 10.0


def check_options(options: ReportOptions) -> ReportOptions:
    """The options, if they make sense.

    Returns:
        The same, with the plain numbers that JSON knows in place of NumPy's.

    Raises:
        SpondyloError: One line that says what makes none.
    """
    if options.facing not in (None, 'left', 'right'):
        raise SpondyloError(f"facing={options.facing!r}: must be 'left' or 'right'")
    if options.lowest_level not in (None, *LEVELS):
        raise SpondyloError(
            f'lowest_level={options.lowest_level!r}: is no level; levels are '
            f'{", ".join(LEVELS)}'
        )
    if options.spacing_mm is not None and not _is_spacing(options.spacing_mm):
        raise SpondyloError(
            f'spacing_mm={options.spacing_mm}: must be a tuple (x, y) in mm, above '
            f'0 and at most {LARGEST_SPACING:g}'
        )
    if options.pixel_aspect is not None and not _is_number(
        options.pixel_aspect, 1 / LARGEST_ASPECT, LARGEST_ASPECT
    ):
        raise SpondyloError(
            f'pixel_aspect={options.pixel_aspect}: must be the spacing in x over that '
            f'in y, between {1 / LARGEST_ASPECT:g} and {LARGEST_ASPECT:g}'
        )
    if options.spacing_mm is not None and options.pixel_aspect is not None:
        raise SpondyloError('give spacing_mm or pixel_aspect, not both')
    for name, low, high in (
        ('score_threshold', 0, 1),
        ('no_slip_threshold', 0, 25),
    ):
        value = getattr(options, name)
        if not _is_number(value, low, high):
            raise SpondyloError(f'{name}={value}: must lie between {low} and {high}')
    level = options.interval_level
    if not _is_number(level, 0, 1) or level in (0, 1):
        raise SpondyloError(f'interval_level={level}: must lie between 0 and 1')
    return _in_plain_numbers(options)


def _in_plain_numbers(options: ReportOptions) -> ReportOptions:
    spacing, aspect = options.spacing_mm, options.pixel_aspect
    return replace(
        options,
        spacing_mm=None if spacing is None else (float(spacing[0]), float(spacing[1])),
        pixel_aspect=None if aspect is None else float(aspect),
        score_threshold=float(options.score_threshold),
        no_slip_threshold=float(options.no_slip_threshold),
        interval_level=float(options.interval_level),
    )


def _is_number(told: object, low: float, high: float) -> bool:
    return isinstance(told, Real) and low <= float(told) <= high


def _is_spacing(told: object) -> bool:
    return (
        isinstance(told, tuple)
        and len(told) == 2
        and all(_is_number(one, 0, LARGEST_SPACING) and one > 0 for one in told)
    )
