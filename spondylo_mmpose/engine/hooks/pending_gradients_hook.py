"""Gradients that an epoch gathered and the next one steps with."""

from typing import Any

import torch
from mmengine.dist import is_distributed
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from spondylo_mmpose.engine.checkpoint import unwrapped

GRADIENTS = 'spondylo_gradients'
"""Where a checkpoint keeps gradients that no step has used yet."""


@HOOKS.register_module()
class PendingGradientsHook(Hook):
    """Keep accumulated gradients in checkpoints.

    With ``accumulative_counts`` an epoch may end between two steps; a resumed run
    would lose what was gathered. Of several processes each has its own share, which
    one file does not hold: there it is lost.
    """

    def __init__(self) -> None:
        self._gradients: dict[str, torch.Tensor] = {}

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Write them, if there are any and training can be resumed from the file."""
        wrapper = runner.optim_wrapper
        counts = getattr(wrapper, '_accumulative_counts', 1)
        done = getattr(wrapper, '_inner_count', 0)
        if 'optimizer' not in checkpoint or is_distributed() or done % counts == 0:
            return
        checkpoint[GRADIENTS] = {
            name: weight.grad.detach().cpu()
            for name, weight in unwrapped(runner.model).named_parameters()
            if weight.grad is not None
        }

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take them over when the run goes on."""
        if runner._resume and not is_distributed():
            self._gradients = dict(checkpoint.get(GRADIENTS) or {})

    def before_train(self, runner: Runner) -> None:
        """Put them where the next step finds them."""
        for name, weight in unwrapped(runner.model).named_parameters():
            if name in self._gradients:
                weight.grad = self._gradients[name].to(weight.device)
        self._gradients = {}
