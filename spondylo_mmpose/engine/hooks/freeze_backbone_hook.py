"""A pretrained backbone that waits until the head has learned something."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import nn

from spondylo_mmpose.engine.checkpoint import unwrapped
from spondylo_mmpose.errors import SpondyloError


@HOOKS.register_module()
class FreezeBackboneHook(Hook):
    """Train without a part of the model for the first epochs.

    Its weights get no gradient and its batch norms keep their statistics. Whether it
    is frozen follows from the epoch, so a resumed run does the same.

    Args:
        epochs: For how many epochs; a number beyond the last freezes it throughout.
        part: Dotted name of the module.

    With several processes the model must be wrapped with
    ``find_unused_parameters=True``.
    """

    def __init__(self, epochs: int, part: str = 'backbone') -> None:
        self.epochs = epochs
        self.part = part
        self._trained: list[nn.Parameter] = []

    def before_train(self, runner: Runner) -> None:
        """Find what the recipe itself would train.

        Raises:
            SpondyloError: If the model has no such part.
        """
        self._trained = [
            w for w in self._module(runner).parameters() if w.requires_grad
        ]

    def before_train_epoch(self, runner: Runner) -> None:
        """Freeze or free."""
        frozen = runner.epoch < self.epochs
        for weight in self._trained:
            weight.requires_grad_(not frozen)
        if runner.epoch == self.epochs:
            runner.logger.info(f'From this epoch on {self.part} is trained too')

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Keep batch norms still; each epoch begins with ``model.train()``."""
        if batch_idx == 0 and runner.epoch < self.epochs:
            self._module(runner).eval()

    def _module(self, runner: Runner) -> nn.Module:
        try:
            return unwrapped(runner.model).get_submodule(self.part)
        except AttributeError as error:
            raise SpondyloError(
                f'the model has no part {self.part} that could be frozen'
            ) from error
