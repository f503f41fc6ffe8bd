"""Batches that travel from a data worker in one piece."""

import io
import pickle
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import FUNCTIONS


@FUNCTIONS.register_module()
def collate_in_band(samples: Sequence[Any]) -> Any:
    """Collate as mmengine's ``pseudo_collate``, for quick travel between processes.

    PyTorch hands over each tensor of a worker's batch by a descriptor that the main
    process fetches over a connection of its own; a batch of 16 samples has some fifty
    tensors, and training waits 20 to 30 ms for it. Here their bytes go through the pipe
    with the rest. What the main process gets is equal, bit by bit.

    Args:
        samples: Results of the pipeline.

    Returns:
        A dict if the samples are dicts, as ``pseudo_collate`` gives it.
    """
    batch = pseudo_collate(samples)
    return _Batch(batch) if type(batch) is dict else batch


class _Batch(dict):
    """A dict that is pickled with the bytes of its tensors and unpickled as a dict."""

    def __reduce__(self) -> tuple[Any, ...]:
        buffer = io.BytesIO()
        _InBandPickler(buffer, pickle.HIGHEST_PROTOCOL).dump(dict(self))
        return pickle.loads, (buffer.getvalue(),)


class _InBandPickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is not torch.Tensor:
            return NotImplemented
        try:
            return torch.from_numpy, (obj.detach().numpy(),)
        except (TypeError, RuntimeError):  # a kind that NumPy does not know
            return NotImplemented
