"""Importing this module registers the engine's parts in mmengine."""

from spondylo_mmpose.engine.backends import AtomicLocalBackend
from spondylo_mmpose.engine.collate import collate_in_band
from spondylo_mmpose.engine.hooks import (
    EpochSeedHook,
    EvaluationReportHook,
    FiniteTrainingHook,
    FreezeBackboneHook,
    PendingGradientsHook,
    ResumableCheckpointHook,
    ResumableEarlyStoppingHook,
    TrainedFilmsHook,
    TrainingRecordHook,
)
from spondylo_mmpose.engine.optim import CpuAmpOptimWrapper
from spondylo_mmpose.engine.package_weights import load_from_package
from spondylo_mmpose.engine.visualization import CsvVisBackend
from spondylo_mmpose.engine.weights_file import load_from_safetensors
from spondylo_mmpose.engine.workers import init_worker

__all__ = [
    'AtomicLocalBackend',
    'CpuAmpOptimWrapper',
    'CsvVisBackend',
    'EpochSeedHook',
    'EvaluationReportHook',
    'FiniteTrainingHook',
    'FreezeBackboneHook',
    'PendingGradientsHook',
    'ResumableCheckpointHook',
    'ResumableEarlyStoppingHook',
    'TrainedFilmsHook',
    'TrainingRecordHook',
    'collate_in_band',
    'init_worker',
    'load_from_package',
    'load_from_safetensors',
]
