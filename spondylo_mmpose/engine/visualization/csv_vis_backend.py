"""The training log as two tables."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.registry import VISBACKENDS
from mmengine.visualization import BaseVisBackend

from spondylo_mmpose.engine.visualization.growing_table import GrowingTable


@VISBACKENDS.register_module()
class CsvVisBackend(BaseVisBackend):
    """Write ``train.csv``, a row a logged step, and ``val.csv``, a row a validation.

    Their ``step`` is the iteration and the epoch; numbers that are not finite are left
    empty. See :class:`.GrowingTable` on kills and resumed runs.

    Args:
        save_dir: Folder of the two files.
    """

    def __init__(self, save_dir: str) -> None:
        super().__init__(save_dir)
        self._tables: dict[str, GrowingTable] = {}

    def _init_env(self) -> None:
        self._env_initialized = True

    @property
    def experiment(self) -> dict[str, GrowingTable]:
        """The tables by name."""
        return self._tables

    def add_config(self, config: Any, **kwargs: Any) -> None:
        """Do nothing: the config is no number."""

    def add_graph(self, model: Any, data_batch: Any, **kwargs: Any) -> None:
        """Do nothing: the model is no number."""

    def add_image(self, name: str, image: Any, step: int = 0, **kwargs: Any) -> None:
        """Do nothing: an image is no number."""

    def add_scalar(self, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        """Write a row of one number."""
        self.add_scalars({name: value}, step)

    def add_scalars(
        self,
        scalar_dict: dict[str, Any],
        step: int = 0,
        file_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Write a row: of a training step if there is a loss, else of a validation."""
        name = 'train' if 'loss' in scalar_dict else 'val'
        if name not in self._tables:
            self._tables[name] = GrowingTable(Path(self._save_dir) / f'{name}.csv')
        row = {
            key: _cell(value)
            for key, value in scalar_dict.items()
            if key != 'step' and _is_scalar(value)
        }
        self._tables[name].add(int(step), row)

    def close(self) -> None:
        """Do nothing: each row is written at once."""


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) or (
        isinstance(value, (np.ndarray, torch.Tensor)) and math.prod(value.shape) == 1
    )


def _cell(value: Any) -> int | float | str:
    number = value.item() if hasattr(value, 'item') else value
    return number if math.isfinite(number) else ''
