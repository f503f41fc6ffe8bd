"""What speeds up the way of the data leaves the trained weights as they are."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from spondylo_mmpose.engine.launch import build_runner, load_config, start_from_scratch
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures('one_thread')


def trained(data: Path, work_dir: Path, **changes) -> dict[str, torch.Tensor]:
    """Weights after two epochs with one set of settings of the loader."""
    config: Config = load_config(
        ROOT / 'tests' / 'configs' / 'tiny.py', {'data_root': str(data)}
    )
    start_from_scratch(config)
    config.val_cfg = config.val_dataloader = config.val_evaluator = None
    config.default_hooks.checkpoint = None
    config.train_cfg.max_epochs = 2
    config.randomness = dict(seed=0)
    config.merge_from_dict({f'train_dataloader.{k}': v for k, v in changes.items()})
    config.work_dir = str(work_dir)
    config.experiment_name = config.visualizer.name = work_dir.name
    config.visualizer.vis_backends = []
    runner = build_runner(config)
    runner.train()
    dataset = runner.train_dataloader.dataset
    paths = {dataset.get_data_info(i)['img_path'] for i in range(len(dataset))}
    kept = sum(path in dataset.film_cache for path in paths)
    assert kept == len(dataset.film_cache)
    assert kept in (0, len(paths))
    return {k: v.clone() for k, v in runner.model.state_dict().items()}


def test_cache_and_collating_do_not_change_the_weights(phantoms, tmp_path):
    fast = trained(phantoms, tmp_path / 'fast')
    plain = trained(
        phantoms,
        tmp_path / 'plain',
        **{'dataset.film_cache_mib': 0, 'collate_fn.type': 'pseudo_collate'},
    )
    assert fast.keys() == plain.keys()
    assert [k for k in fast if not torch.equal(fast[k], plain[k])] == []
