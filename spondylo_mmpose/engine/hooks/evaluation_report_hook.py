"""Results of a validation or test as files in the work directory."""

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.evaluator import Evaluator
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from spondylo_mmpose.evaluation.film_pairs import FilmPair
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.result_files import write_result_files


@HOOKS.register_module()
class EvaluationReportHook(Hook):
    """Write metric values, tables and pictures after each validation and test.

    They lie in ``evaluation/val`` and ``evaluation/test`` of the work directory; see
    :func:`.write_result_files`. A later validation replaces the files of an earlier
    one; ``epoch`` in ``metrics.json`` says which it was. The tables come from the
    vertebrae that a :class:`.CornerMetric` or the films that a :class:`.FilmMetric`
    gathered from all processes.

    Args:
        folder: Folder in the work directory.
        plots: Draw pictures as well.
    """

    # Below the hooks that save checkpoints: what is written here is derived.
    priority = 'LOWEST'

    def __init__(self, folder: str = 'evaluation', plots: bool = True) -> None:
        self.folder = folder
        self.plots = plots

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Write the results of a validation, with the number of epochs trained."""
        # A runner that only validates has no training loop, and must not build one.
        trains = getattr(runner, '_train_loop', None) is not None and not isinstance(
            runner._train_loop, dict
        )
        epoch = {'epoch': runner.epoch} if trains else {}
        evaluator = runner.val_loop.evaluator
        self._write(runner, 'val', {**epoch, **(metrics or {})}, evaluator)

    def after_test_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Write the results of a test."""
        self._write(runner, 'test', dict(metrics or {}), runner.test_loop.evaluator)

    def _write(
        self, runner: Runner, mode: str, metrics: dict[str, float], evaluator: Evaluator
    ) -> None:
        if not is_main_process():
            return
        folder = Path(runner.work_dir) / self.folder / mode
        records, pairs = _measured(evaluator)
        write_result_files(folder, metrics, records, pairs, self.plots)
        runner.logger.info(f'Results were written to {folder}')


def _measured(evaluator: Evaluator) -> tuple[list[VertebraRecord], list[FilmPair]]:
    """What the metrics gathered: vertebrae whose boxes were given, or whole films."""
    for metric in evaluator.metrics:
        if isinstance(metric, CornerMetric):
            return metric.records, []
        if isinstance(metric, FilmMetric):
            return [], metric.pairs
    return [], []
