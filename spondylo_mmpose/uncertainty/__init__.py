"""How sure corners and slips are: calibration, intervals, and whether they hold.

Nothing that is imported here needs torch.
"""

from spondylo_mmpose.uncertainty.calibration import Calibration
from spondylo_mmpose.uncertainty.calibration_file import load_calibration
from spondylo_mmpose.uncertainty.slip_propagation import sampled_slips, slip_stds
from spondylo_mmpose.uncertainty.slips import (
    SlipInterval,
    grade_probabilities,
    grades_between,
    slip_interval,
)

__all__ = [
    'Calibration',
    'SlipInterval',
    'grade_probabilities',
    'grades_between',
    'load_calibration',
    'sampled_slips',
    'slip_interval',
    'slip_stds',
]
