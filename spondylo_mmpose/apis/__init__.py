"""Films in, reports out: :class:`SpineInferencer` and what it returns.

Reports are read and written without torch; the inferencer loads it when it is made.
"""

from spondylo_mmpose.apis.inferencer import SpineInferencer
from spondylo_mmpose.apis.named_models import known_models
from spondylo_mmpose.film_report.report_json import read_report, write_report
from spondylo_mmpose.film_report.reporter import FilmReporter, FilmResult
from spondylo_mmpose.film_report.screening import FilmScreen
from spondylo_mmpose.film_report.spine_report import (
    Pair,
    ReportOptions,
    ReportWarning,
    SpineReport,
    Vertebra,
)

__all__ = [
    'FilmReporter',
    'FilmResult',
    'FilmScreen',
    'Pair',
    'ReportOptions',
    'ReportWarning',
    'SpineInferencer',
    'SpineReport',
    'Vertebra',
    'known_models',
    'read_report',
    'write_report',
]
