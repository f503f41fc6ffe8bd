"""An epoch that sees again what the first one saw, so that losses can be compared."""

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.utils import set_random_seed


@HOOKS.register_module()
class RepeatedEpochHook(Hook):
    """Give each epoch the same batches, augmented in the same way.

    The loss of a batch differs from that of the next by far more than a few steps of
    training change it. Where epochs repeat, each batch is compared with itself, and
    what changed is what was learned. For trials only.
    """

    # After the sampler and the random state were set for the epoch.
    priority = 'LOWEST'

    def before_train_epoch(self, runner: Runner) -> None:
        """Set the order of the samples and the random state back."""
        loader = runner.train_loop.dataloader
        for name in ('sampler', 'batch_sampler'):
            start_anew = getattr(getattr(loader, name, None), 'set_epoch', None)
            if start_anew is not None:
                start_anew(0)
        set_random_seed(((runner.seed or 0) + get_rank()) % 2**32)
