"""Trainings of one network that differ in a few things, and in which."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmengine.config import Config, ConfigDict
from mmengine.hub import get_config

from spondylo_mmpose.engine.launch import dataset_nodes, forget_pretrained, load_config
from spondylo_mmpose.engine.training_options import (
    add_training_options,
    apply_training_options,
)
from spondylo_mmpose.spine.anatomy import CORNERS

CONFIGS = Path(__file__).parents[2] / 'configs'
_STOCK = 'mmpose::body_2d_keypoint/topdown_heatmap/coco/'

Size = tuple[int, int]


@dataclass(frozen=True)
class Family:
    """A network that we and MMPose have a recipe for.

    Attributes:
        name: Of the network.
        recipe: Ours.
        stock: Name of MMPose's.
    """

    name: str
    recipe: Path
    stock: str


FAMILIES = {
    one.name: one
    for one in (
        Family(
            'hrnet_w32',
            CONFIGS / 'hrnet_w32_spondylo.py',
            f'{_STOCK}td-hm_hrnet-w32_8xb64-210e_coco-256x192.py',
        ),
        Family(
            'resnet50',
            CONFIGS / 'resnet50_spondylo.py',
            f'{_STOCK}td-hm_res50_8xb64-210e_coco-256x192.py',
        ),
    )
}


@dataclass(frozen=True)
class Variant:
    """One way to train.

    Attributes:
        name: As tables tell it.
        config: Ours as a file, or the name of MMPose's.
        options: Those of ``tools/train.py`` for ours.
        crop: ``(width, height)`` px instead of the stock config's.
        loop: Whether mmengine's Runner trains, or a loop of a few lines.
    """

    name: str
    config: str
    options: tuple[str, ...] = ()
    crop: Size | None = None
    loop: Literal['runner', 'plain'] = 'runner'

    @property
    def is_stock(self) -> bool:
        """Whether the config is MMPose's."""
        return self.config.startswith('mmpose::')


def variants_of(family: Family) -> list[Variant]:
    """Those that are compared; the stock config at its crop and at that of ours."""
    ours = str(family.recipe)
    crop = crop_of(load_config(family.recipe))
    return [
        Variant('ours', ours),
        Variant('ours, --amp', ours, ('--amp',)),
        Variant('stock', family.stock),
        Variant('stock, our crop', family.stock, crop=crop),
        Variant('plain loop, our crop', ours, loop='plain'),
    ]


PAIRS: tuple[tuple[str, str, str], ...] = (
    ('as the recipes stand', 'stock', 'ours'),
    ('as the recipes stand, ours with --amp', 'stock', 'ours, --amp'),
    ('same crop', 'stock, our crop', 'ours'),
    ('same crop, ours with --amp', 'stock, our crop', 'ours, --amp'),
    ('same crop, no framework', 'plain loop, our crop', 'ours'),
    ('same crop, no framework, ours with --amp', 'plain loop, our crop', 'ours, --amp'),
)
"""What is divided: a title, the longer time, the shorter one if ours is faster."""


def prepare(variant: Variant, root: str | Path, batch_size: int) -> Config:
    """The config of a variant, on the films of one folder and from random weights.

    Films come in their order, so that all variants see the same; nothing is validated
    and no checkpoint written.

    Args:
        variant: Which.
        root: Converted data set.
        batch_size: Instead of the config's.

    Raises:
        SpondyloError: If our recipe is none, or an option of it is.
    """
    config = _stock(variant, root) if variant.is_stock else _ours(variant, root)
    loader = config.train_dataloader
    loader.batch_size, loader.num_workers = batch_size, 0
    loader.persistent_workers = False
    loader.sampler = ConfigDict(type='DefaultSampler', shuffle=False)
    config.val_cfg = config.val_dataloader = config.val_evaluator = None
    config.test_cfg = config.test_dataloader = config.test_evaluator = None
    config.default_hooks.checkpoint = None
    config.log_level = 'WARNING'
    config.visualizer.vis_backends = []
    return config


def _ours(variant: Variant, root: str | Path) -> Config:
    config = load_config(variant.config, {'data_root': str(root)})
    parser = argparse.ArgumentParser()
    add_training_options(parser)
    words = ['--no-pretrained', '--no-validate', *variant.options]
    args = parser.parse_args(words, argparse.Namespace(cfg_options=None))
    apply_training_options(config, args)
    # It tells of films and folders at the beginning and the end of a run.
    config.custom_hooks = [
        hook for hook in config.custom_hooks if hook.type != 'TrainingRecordHook'
    ]
    return config


def _stock(variant: Variant, root: str | Path) -> Config:
    config = get_config(variant.config)
    forget_pretrained(config)
    config.custom_imports = ConfigDict(imports=['spondylo_mmpose.datasets'])
    config.model.head.out_channels = len(CORNERS)
    for node in dataset_nodes(config.train_dataloader.dataset):
        node.update(
            type='SpondyloDataset',
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=dict(img='images/'),
        )
        if variant.crop is not None:
            _resize(node['pipeline'], variant.crop)
    if variant.crop is not None:
        config.model.head.decoder.update(_sizes(variant.crop))
    return config


def _resize(pipeline: Sequence[dict], crop: Size) -> None:
    for step in pipeline:
        if step['type'] == 'TopdownAffine':
            step['input_size'] = crop
        elif step['type'] == 'GenerateTarget':
            step['encoder'].update(_sizes(crop))


def _sizes(crop: Size, stride: int = 4) -> dict[str, Size]:
    width, height = crop
    return {'input_size': crop, 'heatmap_size': (width // stride, height // stride)}


def crop_of(config: Config) -> Size:
    """``(width, height)`` px of the crops that a top-down recipe trains on."""
    width, height = config.model.head.decoder.input_size
    return int(width), int(height)


def told_of(config: Config, variant: Variant) -> dict[str, Any]:
    """What may differ between variants, as a table tells it."""
    runner = variant.loop == 'runner'
    wrapper = config.optim_wrapper
    decoder = config.model.head.decoder
    return {
        'crop': list(crop_of(config)),
        'codec': decoder.type,
        'optimizer': wrapper.optimizer.type,
        'optimizer_wrapper': wrapper.get('type', 'OptimWrapper') if runner else None,
        'custom_hooks': [h.type for h in config.get('custom_hooks') or ()]
        if runner
        else [],
    }
