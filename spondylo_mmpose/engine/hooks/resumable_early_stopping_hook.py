"""Early stopping that a resumed run counts on with."""

from typing import Any

from mmengine.hooks import EarlyStoppingHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

STATE = 'spondylo_early_stopping'
"""Where a checkpoint keeps how long the metric has not improved."""


@HOOKS.register_module()
class ResumableEarlyStoppingHook(EarlyStoppingHook):
    """mmengine's early stopping, whose count goes with the checkpoint.

    A run that was stopped early stays so when it is resumed, unless ``patience`` is
    raised.
    """

    # Before the checkpoint is written.
    priority = 'VERY_LOW'

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Write the count."""
        checkpoint[STATE] = {
            'monitor': self.monitor,
            'best_score': float(self.best_score),
            'wait_count': self.wait_count,
        }

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take over the count of the run that goes on."""
        state = checkpoint.get(STATE)
        if runner._resume and state and state['monitor'] == self.monitor:
            self.best_score = state['best_score']
            self.wait_count = state['wait_count']

    def before_train(self, runner: Runner) -> None:
        """Do not go on with a run that has waited long enough."""
        if self.wait_count >= self.patience:
            runner.train_loop.stop_training = True
            runner.logger.info(
                f'{self.monitor} has not improved in {self.wait_count} validations: '
                'this run had been stopped'
            )
