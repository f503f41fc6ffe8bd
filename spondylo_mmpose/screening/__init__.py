"""Is it a lateral film of a lumbar spine at all? Nothing here needs torch."""

from spondylo_mmpose.screening.limits import RULES, Limit, ScreenLimits
from spondylo_mmpose.screening.screen import SpineScreen, make_screen
from spondylo_mmpose.screening.screen_file import load_screen, write_screen
from spondylo_mmpose.screening.signals import SIGNALS, measure_signals

__all__ = [
    'RULES',
    'SIGNALS',
    'Limit',
    'ScreenLimits',
    'SpineScreen',
    'load_screen',
    'make_screen',
    'measure_signals',
    'write_screen',
]
