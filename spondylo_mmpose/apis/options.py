"""What a report may be asked for, checked."""

import math

from spondylo_mmpose.apis.spine_report import ReportOptions
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import LEVELS

LARGEST_SPACING = 10.0  # mm; no film has so few pixels
LARGEST_ASPECT = 10.0


def check_options(options: ReportOptions) -> ReportOptions:
    """The options themselves, if they make sense.

    Raises:
        SpondyloError: One line that says what does not.
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
    if options.pixel_aspect is not None and not (
        1 / LARGEST_ASPECT <= options.pixel_aspect <= LARGEST_ASPECT
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
        if not (math.isfinite(value) and low <= value <= high):
            raise SpondyloError(f'{name}={value}: must lie between {low} and {high}')
    if not 0 < options.interval_level < 1:
        raise SpondyloError(
            f'interval_level={options.interval_level}: must lie between 0 and 1'
        )
    return options


def _is_spacing(told: object) -> bool:
    return (
        isinstance(told, tuple)
        and len(told) == 2
        and all(isinstance(one, (int, float)) for one in told)
        and all(0 < one <= LARGEST_SPACING for one in told)
    )
