"""Whether a recipe learns a few films by heart, and follows them by half a pixel.

A network that cannot is wrong somewhere between the annotation and the decoded corner:
half a pixel lost in a crop, sides swapped, a map read off by whole cells.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.runner import Runner
from numpy.typing import NDArray

from spondylo_mmpose.benchmarks.crop_choice import has_heatmaps, resize_crops
from spondylo_mmpose.benchmarks.short_training import quietly, train_briefly, use_data
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.writer import write_phantoms

LIMIT_PX = 1.5
"""Largest mean radial error on the films learned, px of a film of 640 px."""

SHIFT_PX = 0.5
SHIFT_TOLERANCE_PX = 0.1

FloatArray = NDArray[np.floating]

# A little shift stays: where a film never moves, nothing says that corners follow it.
CHANGES: dict[str, dict[str, Any] | None] = {
    'RandomBoxJitter': None,
    'RandomFlip': None,
    'RandomBBoxTransform': dict(
        shift_factor=0.05, scale_factor=(0.95, 1.05), rotate_prob=0
    ),
    'RandomRadiographAppearance': None,
    'RandomCollimation': None,
    'RandomMarkerOcclusion': None,
    'RandomInversion': None,
}
# A head that flattens its map does not know that corners move with the film. It learns
# so from shifts that are large beside the corners' usual places in a crop.
WIDE_SHIFTS = dict(shift_factor=0.16, scale_factor=(0.8, 1.2), rotate_prob=0)


class ShiftFilm:
    """Move a film under its boxes and labels, which stay.

    Args:
        shift: x and y, px.
    """

    def __init__(self, shift: tuple[float, float]) -> None:
        self.matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float64)

    def __call__(self, results: dict) -> dict:
        """Change ``results['img']``."""
        image = results['img']
        results['img'] = cv2.warpAffine(
            image,
            self.matrix,
            image.shape[1::-1],
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return results


def learn_by_heart(config: Config, root: str | Path) -> None:
    """Let a top-down recipe train and validate on the same films, not augmented.

    Args:
        config: Recipe; changed in place.
        root: Converted data set; its train split is used.
    """
    use_data(config, root)
    train, val = config.train_dataloader.dataset, config.val_dataloader.dataset
    present = {step.type for step in train.pipeline}
    changes = {k: v for k, v in CHANGES.items() if k in present}
    if 'RandomBBoxTransform' in present and not has_heatmaps(config):
        changes['RandomBBoxTransform'] = WIDE_SHIFTS
    train.pipeline_changes = changes
    val.ann_file = train.ann_file
    # It never sees a mirrored film.
    config.model.test_cfg.flip_test = False
    # Some thousand crops are too few for an average over the last weights to follow.
    config.custom_hooks = [h for h in config.custom_hooks if h.type != 'EMAHook']


def overfit(
    config: Config, root: str | Path, iterations: int, work_dir: Path | None = None
) -> dict[str, Any]:
    """Learn films by heart, then read their corners off, moved and not.

    Args:
        config: Top-down recipe; changed in place.
        root: Converted data set of a few films of 640 px.
        iterations: Steps of the optimiser.
        work_dir: Folder from which the same run goes on; none is kept without.

    Returns:
        ``MRE_px`` on the films; ``moved_px``: for a film moved by half a pixel in x and
        in y, the mean of the corners' moves along that axis and across it;
        ``spread_px``: the standard deviation of those along it; ``seconds``;
        ``learned`` and ``follows``: whether both are within the limits.
    """
    learn_by_heart(config, root)
    model, trained = train_briefly(config, iterations, work_dir=work_dir)
    before, truth = corners_of(model, config)
    moved, spread = {}, {}
    for axis, name in enumerate('xy'):
        shift = (SHIFT_PX, 0.0) if name == 'x' else (0.0, SHIFT_PX)
        moves = corners_of(model, config, ShiftFilm(shift))[0] - before
        moved[name] = [float(moves[..., a].mean()) for a in (axis, 1 - axis)]
        spread[name] = float(moves[..., axis].std())
    error = float(np.linalg.norm(before - truth, axis=-1).mean())
    off = np.abs(np.array(list(moved.values())) - [SHIFT_PX, 0])
    return dict(
        MRE_px=error,
        moved_px=moved,
        spread_px=spread,
        iterations=iterations,
        vertebrae=len(truth),
        seconds=round(trained['seconds'], 1),
        learned=error < LIMIT_PX,
        follows=bool((off < SHIFT_TOLERANCE_PX).all()),
    )


def corners_of(
    model: BaseModel, config: Config, step: Callable[[dict], dict] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Predict the corners of a recipe's validation data.

    Args:
        model: Trained model.
        config: Recipe.
        step: What to do with each film after it is loaded.

    Returns:
        Predicted and true corners, ``(N, 4, 2)`` px of the film each.
    """
    loader = config.val_dataloader.to_dict()
    loader.update(num_workers=0, persistent_workers=False)
    if step is not None:
        loader['dataset']['pipeline'].insert(1, step)
    found, true = [], []
    model.eval()
    with torch.no_grad(), quietly():
        data = Runner.build_dataloader(loader, seed=0)
        for batch in data:
            for sample in model.val_step(batch):
                found.append(sample.pred_instances.keypoints[0])
                true.append(np.reshape(sample.raw_ann_info['keypoints'], (4, 3))[:, :2])
    return np.stack(found), np.stack(true).astype(np.float64)


def run_overfit(
    configs: Iterable[Path],
    out: Path,
    iterations: int,
    data_root: Path | None = None,
    films: int = 4,
    options: dict[str, Any] | None = None,
    crop: int | None = None,
) -> dict[str, dict[str, Any]]:
    """Do so with several recipes, one after another, and tell each result.

    Args:
        configs: Top-down recipes.
        out: Folder of the runs; the same run of a recipe goes on there.
        iterations: Steps of the optimiser.
        data_root: Converted data set; by default phantoms, drawn once into ``out``.
        films: Number of phantoms to learn.
        options: Overrides of the recipes' settings.
        crop: Width and height of the crops of heatmap recipes, px; theirs by default.

    Returns:
        Results of :func:`overfit` by the recipes' names.

    Raises:
        SpondyloError: If a config is none or is no top-down recipe.
    """
    recipes = {path.stem: load_config(path, options) for path in configs}
    for name, config in recipes.items():
        if config.model.type != 'TopdownPoseEstimator':
            raise SpondyloError(f'{name}: is no top-down recipe')
        if crop is not None:
            resize_crops(config, crop)
    if data_root is None:
        data_root = out / f'phantoms_{films}'
        if not data_root.is_dir():
            with quietly():
                write_phantoms(data_root, films, layout='coco', val_share=0)
    results = {}
    for name, config in recipes.items():
        result = overfit(config, data_root, iterations, out / name)
        results[name] = result
        moved = ', '.join(
            f'{along:.2f} +- {result["spread_px"][axis]:.2f} along {axis} and '
            f'{across:.2f} across'
            for axis, (along, across) in result['moved_px'].items()
        )
        verdict = 'passed' if result['learned'] and result['follows'] else 'FAILED'
        print(
            f'{name}: {verdict}: MRE {result["MRE_px"]:.2f} px of '
            f'{result["vertebrae"]} vertebrae after {iterations} steps; half a pixel '
            f'moved corners by {moved} px; {result["seconds"]:.0f} s'
        )
    return results
