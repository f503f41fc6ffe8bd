"""Dump of every prediction as plain arrays, never half written."""

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import DumpResults
from mmengine.logging import print_log
from mmpose.registry import METRICS

from spondylo_mmpose.utils.io import atomic_file

_NETWORK_TARGETS = ('gt_fields', 'gt_instance_labels')


@METRICS.register_module()
class AtomicDumpResults(DumpResults):
    """mmengine's ``DumpResults`` with three differences.

    Tensors become NumPy arrays, so that a reader need not unpickle torch objects; the
    network's own targets are left out; the file is written to a temporary name and
    renamed.
    """

    def process(self, data_batch: Any, predictions: Sequence[dict]) -> None:
        """Collect the samples of one batch."""
        for sample in predictions:
            kept = {k: v for k, v in sample.items() if k not in _NETWORK_TARGETS}
            self.results.append(_to_plain(kept))

    def compute_metrics(self, results: list) -> dict:
        """Write the collected samples; runs on the main process only."""
        with atomic_file(self.out_file_path) as temporary:
            temporary.write_bytes(pickle.dumps(results, protocol=5))
        print_log(f'Predictions were written to {self.out_file_path}', 'current')
        return {}


def _to_plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    if isinstance(value, dict):
        return {key: _to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_to_plain(item) for item in value)
    if isinstance(value, np.generic):
        return value.item()
    return value
