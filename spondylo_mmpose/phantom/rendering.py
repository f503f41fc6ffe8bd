"""Films of a set of phantoms on the disk: pictures and labels."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from spondylo_mmpose.phantom import names
from spondylo_mmpose.phantom.film import LEVEL_ORIGIN, Phantom, Truth
from spondylo_mmpose.phantom.geometry import SIZE
from spondylo_mmpose.phantom.labels import json_label, txt_label
from spondylo_mmpose.phantom.plans import Plan
from spondylo_mmpose.phantom.random import NAME, stream
from spondylo_mmpose.utils.cli import deaf_children
from spondylo_mmpose.utils.machine import usable_cores

RAW = 'Train/Keypointrcnn_data'
_QUALITY = 95


@dataclass(frozen=True)
class Written:
    """One film on the disk.

    Attributes:
        truth: What is known of it.
        split: ``'train'``, ``'val'`` or ``'test'``.
        file: Its path relative to the set's folder.
        corners: ``(N, 4, 2)`` px of the file.
        size: ``(width, height)`` px of the file.
    """

    truth: Truth
    split: str
    file: str
    corners: np.ndarray
    size: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """Entry of ``truth.json``."""
        truth = self.truth
        return {
            'file': self.file,
            'split': self.split,
            'seed': truth.seed,
            'index': truth.index,
            'source': truth.source,
            'size': list(self.size),
            'corners': self.corners.tolist(),
            'levels': list(truth.levels),
            'level_origin': LEVEL_ORIGIN,
            'facing': truth.facing,
            'slip_percent': truth.slip_percent.tolist(),
            'slip_percent_mm': truth.slip_percent_mm.tolist(),
            'original_size': list(truth.original_size),
            'pixel_spacing_mm': truth.pixel_spacing_mm,
            'sex': truth.sex,
            'age': truth.age,
            'fractures': list(truth.fractures),
        }


def render(
    folder: Path,
    images: str,
    plans: Sequence[Plan],
    seed: int,
    draw: Callable[[int, int], Phantom],
    workers: int | None,
) -> list[Written]:
    """Make the films and write their pictures, several at a time.

    Args:
        folder: The set's folder.
        images: Folder of the splits' pictures, relative to it.
        plans: Films to make.
        seed: Seed of the set.
        draw: :func:`.make_phantom` with its options.
        workers: See :func:`write_phantoms`.
    """
    for split in ('train', 'val'):
        (folder / images / split).mkdir(parents=True, exist_ok=True)
    if any(plan.split == 'test' for plan in plans):
        (folder / 'Test').mkdir(exist_ok=True)
    work = partial(_render_one, folder, images, seed, draw)
    workers = min(workers or usable_cores(), len(plans) // 4)
    if workers <= 1:
        return [work(plan) for plan in _progress(plans, len(plans))]
    # A forked child would wait for ever for OpenCV threads that only its parent has.
    fresh = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(workers, fresh, cv2.setNumThreads, (1,)) as pool:
        with deaf_children():
            made = pool.map(work, plans, chunksize=2)
        try:
            return list(_progress(made, len(plans)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _progress(items: Any, total: int) -> Any:
    return tqdm(items, 'phantoms', total, leave=False, ncols=80, disable=None)


def _render_one(
    folder: Path,
    images: str,
    seed: int,
    draw: Callable[[int, int], Phantom],
    plan: Plan,
) -> Written:
    phantom = draw(seed, plan.index)
    truth, picture, corners = phantom.truth, phantom.image, phantom.truth.corners
    file = f'{images}/{plan.split}/{names.export_stem(truth)}.jpg'
    if plan.split == 'test':
        # Test films never went through the export: original name and size.
        file = f'Test/{names.original_name(truth)}.jpg'
        picture = cv2.resize(
            picture, truth.original_size, interpolation=cv2.INTER_CUBIC
        ).astype(np.uint8)
        corners = corners * np.array(truth.original_size) / SIZE
    write_picture(folder / file, picture)
    size = (picture.shape[1], picture.shape[0])
    return Written(truth, plan.split, file, corners, size)


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Write a JPEG; raises ``OSError`` where the disk refuses."""
    _, encoded = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    path.write_bytes(encoded.tobytes())


def write_label(folder: Path, film: Written, form: str | None = None) -> Path | None:
    """Write a film's label in its family's encoding.

    Args:
        folder: The set's folder.
        film: The film.
        form: ``'json'`` or ``'txt'`` to override the family's.

    Returns:
        The label file, ``None`` for a test film.
    """
    if film.split == 'test':
        return None
    form = form or ('txt' if film.truth.family == 'buu_txt' else 'json')
    path = folder / RAW / 'labels' / film.split / f'{Path(film.file).stem}.{form}'
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == 'json':
        text = json_label(film.corners)
    else:
        rng = stream(film.truth.seed, film.truth.index, NAME + 200)
        text = txt_label(film.corners, rng, SIZE)
    path.write_text(text, encoding='utf-8')
    return path
