"""Start of a data-loading worker."""

import random
import signal

import numpy as np
import torch
from mmengine.registry import FUNCTIONS


@FUNCTIONS.register_module()
def init_worker(worker_id: int) -> None:
    """Seed a worker from torch's loader seed and leave Ctrl-C to the main process.

    mmengine's own function gives a worker the same seed in every epoch, so that
    augmentation repeats itself. torch draws a fresh loader seed from the main process's
    random state for each pass; :class:`.EpochSeedHook` makes that state reproducible.

    Args:
        worker_id: Index of the worker; unused, torch has added it to the seed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed)
    random.seed(seed)
