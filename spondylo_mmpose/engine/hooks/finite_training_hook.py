"""A training that diverged ends before it spoils a checkpoint."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from spondylo_mmpose.engine.checkpoint import unwrapped
from spondylo_mmpose.errors import SpondyloError


class DivergedError(SpondyloError):
    """The loss or the weights are no numbers any more."""


@HOOKS.register_module()
class FiniteTrainingHook(Hook):
    """Stop when the loss is NaN or infinite, or the weights are after an epoch.

    Args:
        patience: How many such losses in a row are borne where a gradient scaler
            (fp16) passes over the steps with infinite gradients.
    """

    # Behind the log, which shall tell of it; before checkpoints are written.
    priority = 'LOW'

    def __init__(self, patience: int = 20) -> None:
        self.patience = patience
        self.in_a_row = 0

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Look at the loss.

        Raises:
            DivergedError: If it is not finite.
        """
        loss = (outputs or {}).get('loss')
        if loss is None or bool(torch.isfinite(torch.as_tensor(loss)).all()):
            self.in_a_row = 0
            return
        self.in_a_row += 1
        scaled = hasattr(runner.optim_wrapper, 'loss_scaler')
        if self.in_a_row > (self.patience if scaled else 0):
            terms = [
                name
                for name, value in (outputs or {}).items()
                if name != 'loss' and not torch.isfinite(torch.as_tensor(value)).all()
            ]
            which = f' ({", ".join(terms)})' if terms else ''
            raise DivergedError(
                f'the loss is {float(loss):g}{which} in epoch {runner.epoch + 1}, '
                f'iteration {batch_idx + 1}'
            )

    def after_train_epoch(self, runner: Runner) -> None:
        """Look at the weights, which the last steps may have spoiled.

        Raises:
            DivergedError: If one is not finite.
        """
        for name, weight in unwrapped(runner.model).named_parameters():
            if not bool(torch.isfinite(weight).all()):
                raise DivergedError(
                    f'the weights {name} are not finite after epoch {runner.epoch + 1}'
                )
