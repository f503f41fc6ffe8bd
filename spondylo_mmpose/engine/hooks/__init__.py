"""Hooks, one a file."""

from spondylo_mmpose.engine.hooks.epoch_seed_hook import EpochSeedHook
from spondylo_mmpose.engine.hooks.evaluation_report_hook import EvaluationReportHook
from spondylo_mmpose.engine.hooks.trained_films_hook import TrainedFilmsHook

__all__ = ['EpochSeedHook', 'EvaluationReportHook', 'TrainedFilmsHook']
