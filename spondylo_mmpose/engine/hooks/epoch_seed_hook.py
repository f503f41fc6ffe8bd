"""A random state that belongs to the epoch, not to the process."""

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.utils import set_random_seed

EPOCH_STRIDE = 10_007
"""Distance between the seeds of two epochs; a prime far above the number of ranks."""


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seed Python, NumPy and torch from (run seed, epoch, rank) before each epoch.

    A run that was stopped after an epoch and resumed then goes through the same random
    numbers as one that never stopped, whatever validation or other code drew in
    between. The workers of the training loader take their seeds from torch's state, so
    they follow when the loader uses :func:`spondylo_mmpose.engine.workers.init_worker`
    and ``persistent_workers=False``.
    """

    priority = 'VERY_HIGH'

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed this process for the epoch that begins."""
        seed = (runner.seed or 0) + EPOCH_STRIDE * (runner.epoch + 1) + get_rank()
        set_random_seed(seed % 2**32)
