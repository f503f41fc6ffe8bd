"""Small films first, which cost less, then large ones, which show more."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from spondylo_mmpose.datasets.transforms.film_affine import FilmAffine
from spondylo_mmpose.errors import SpondyloError


@HOOKS.register_module()
class GrowingInputHook(Hook):
    """Train with small inputs until an epoch, and with those of the recipe from then.

    Which vertebra is which is learned from small films at a fraction of the time; where
    exactly its corners are needs few epochs of large ones (Tan and Le, EfficientNetV2,
    ICML 2021, for classes of images). Validation sees the recipe's size all the time.
    MMDetection's ``PipelineSwitchHook`` would replace the whole pipeline, and with it
    what ``pipeline_changes`` changed in the first one.

    Args:
        first_size: Width and height of the input before ``switch_epoch``, px.
        switch_epoch: First epoch, counted from 0, with the recipe's size.

    Raises:
        SpondyloError: When the training begins, if its pipeline has no ``FilmAffine``.
    """

    def __init__(self, first_size: tuple[int, int], switch_epoch: int) -> None:
        self.first_size = (int(first_size[0]), int(first_size[1]))
        self.switch_epoch = switch_epoch
        self.last_size: tuple[int, int] | None = None

    def before_train_epoch(self, runner: Runner) -> None:
        """Set the size; the loader's workers, new in each epoch, get it from here."""
        affine = _film_affine(runner.train_dataloader.dataset)
        if self.last_size is None:
            self.last_size = affine.input_size
        small = runner.epoch < self.switch_epoch
        size = self.first_size if small else self.last_size
        if affine.input_size != size:
            runner.logger.info('Films of %d x %d px from now on', *size)
        affine.input_size = size


def _film_affine(dataset: Any) -> FilmAffine:
    while hasattr(dataset, 'dataset'):  # RepeatDataset and the like
        dataset = dataset.dataset
    for transform in dataset.pipeline.transforms:
        if isinstance(transform, FilmAffine):
            return transform
    raise SpondyloError(
        'GrowingInputHook: the training pipeline has no FilmAffine whose size could '
        'grow; leave the hook out of custom_hooks'
    )
