"""Hooks, one a file."""

from spondylo_mmpose.engine.hooks.epoch_seed_hook import EpochSeedHook
from spondylo_mmpose.engine.hooks.evaluation_report_hook import EvaluationReportHook
from spondylo_mmpose.engine.hooks.finite_training_hook import FiniteTrainingHook
from spondylo_mmpose.engine.hooks.freeze_backbone_hook import FreezeBackboneHook
from spondylo_mmpose.engine.hooks.growing_input_hook import GrowingInputHook
from spondylo_mmpose.engine.hooks.pending_gradients_hook import PendingGradientsHook
from spondylo_mmpose.engine.hooks.resumable_checkpoint_hook import (
    ResumableCheckpointHook,
)
from spondylo_mmpose.engine.hooks.resumable_early_stopping_hook import (
    ResumableEarlyStoppingHook,
)
from spondylo_mmpose.engine.hooks.trained_films_hook import TrainedFilmsHook
from spondylo_mmpose.engine.hooks.training_record_hook import TrainingRecordHook

__all__ = [
    'EpochSeedHook',
    'EvaluationReportHook',
    'FiniteTrainingHook',
    'FreezeBackboneHook',
    'GrowingInputHook',
    'PendingGradientsHook',
    'ResumableCheckpointHook',
    'ResumableEarlyStoppingHook',
    'TrainedFilmsHook',
    'TrainingRecordHook',
]
