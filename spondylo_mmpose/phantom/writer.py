"""Write a set of phantoms: the raw data set's own layout, or COCO keypoints."""

import multiprocessing
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from spondylo_mmpose.converters.coco import DatasetInfo, Film, write_coco
from spondylo_mmpose.converters.data_root import check_nothing_added
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom import names
from spondylo_mmpose.phantom.film import LEVEL_ORIGIN, Phantom, Truth, make_phantom
from spondylo_mmpose.phantom.geometry import SIZE
from spondylo_mmpose.phantom.labels import json_label, txt_label
from spondylo_mmpose.phantom.plans import Plan, next_of, plan_films
from spondylo_mmpose.phantom.random import NAME, stream
from spondylo_mmpose.utils.cli import deaf_children
from spondylo_mmpose.utils.io import atomic_dir, write_json
from spondylo_mmpose.utils.machine import usable_cores

LAYOUTS = ('mendeley', 'coco')
RAW = 'Train/Keypointrcnn_data'
TRUTH = 'truth.json'
FAULTS = 'planted_faults.json'

MAX_FILMS = 100_000
"""A larger set would take days and hundreds of gigabytes, surely by mistake."""

_TEST_FILMS = 2
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
        }


@dataclass(frozen=True)
class Summary:
    """What was written.

    Attributes:
        out: The folder.
        films: Number of films of each split.
        faults: Number of planted faults.
    """

    out: Path
    films: dict[str, int]
    faults: int = 0

    def line(self) -> str:
        """One line for the user."""
        counts = ', '.join(f'{number} {split}' for split, number in self.films.items())
        faults = f', {self.faults} faults planted ({FAULTS})' if self.faults else ''
        return f'{self.out}: wrote {counts} phantom films{faults}; truth in {TRUTH}'


def write_phantoms(
    out: str | Path,
    num: int,
    seed: int = 0,
    layout: str = 'mendeley',
    *,
    faults: bool = False,
    with_spacing: bool = False,
    all_levels: bool = False,
    traits: Collection[str] = (),
    trait_share: float = 1.0,
    val_share: float = 0.2,
    force: bool = False,
    workers: int | None = None,
) -> Summary:
    """Write ``num`` phantoms, and with layout ``mendeley`` two unlabelled test films.

    Film ``i`` depends on ``seed`` and ``i`` alone. Validation films are the last ones
    of the kind that the real validation split holds.

    Args:
        out: Folder to write; absent or empty unless ``force``.
        num: Number of labelled films.
        seed: Seed of the set.
        layout: ``'mendeley'`` (raw files as published) or ``'coco'``.
        faults: Add films with the faults of the real files (layout ``mendeley``).
        with_spacing: Tell the pixel spacing.
        all_levels: See :func:`.make_phantom`.
        traits: See :func:`.make_phantom`.
        trait_share: See :func:`.make_phantom`.
        val_share: Share of validation films.
        force: Replace ``out``.
        workers: Processes; the number of processors when ``None``.

    Returns:
        What was written.

    Raises:
        SpondyloError: If an argument is out of range, or ``out`` cannot be written or
            holds splits made from it.
    """
    _check(num, seed, layout, faults, val_share, trait_share)
    if force:
        check_nothing_added(out, TRUTH)
    plans = plan_films(num, seed, val_share)
    draw = partial(
        make_phantom,
        with_spacing=with_spacing,
        all_levels=all_levels,
        traits=traits,
        trait_share=trait_share,
    )
    with atomic_dir(out, force, [TRUTH]) as folder:
        if layout == 'coco':
            films = render(folder, 'images', plans, seed, draw, workers)
            write_coco(folder, [_coco_film(film) for film in films], _INFO)
            write_truth(folder, seed, films)
            return Summary(Path(out), count(films))
        tests = next_of(seed, num, _TEST_FILMS, ('buu_json', 'buu_txt'))
        plans += [Plan(index, 'test') for index in tests]
        images = f'{RAW}/images'
        films = render(folder, images, plans, seed, draw, workers)
        for film in films:
            write_label(folder, film)
        planted = 0
        if faults:
            from spondylo_mmpose.phantom.faults import plant_faults

            extra, planted = plant_faults(folder, seed, tests[-1] + 1, workers)
            films += extra
        write_truth(folder, seed, films)
        return Summary(Path(out), count(films), planted)


_INFO = DatasetInfo('Synthetic lateral lumbar radiographs (phantoms)')


def _check(
    num: int,
    seed: int,
    layout: str,
    faults: bool,
    val_share: float,
    trait_share: float,
) -> None:
    if layout not in LAYOUTS:
        raise SpondyloError(f'layout {layout!r}: choose {" or ".join(LAYOUTS)}')
    if num < 1 or seed < 0:
        raise SpondyloError(f'--num {num} --seed {seed}: need num >= 1 and seed >= 0')
    if not 0 <= val_share < 1:
        raise SpondyloError(f'--val-share {val_share}: must lie in [0, 1)')
    if not 0 <= trait_share <= 1:
        raise SpondyloError(f'--trait-share {trait_share}: must lie in [0, 1]')
    if faults and layout != 'mendeley':
        raise SpondyloError('--faults: faults are of raw files; use --layout mendeley')
    if num > MAX_FILMS:
        raise SpondyloError(
            f'--num {num}: at most {MAX_FILMS} films in one set; make several with '
            'different seeds'
        )
    if layout == 'mendeley' and num > names.NUMBER_OF_IDS - 100:
        raise SpondyloError(
            f'--num {num}: the raw layout has patient numbers for '
            f'{names.NUMBER_OF_IDS - 100} phantoms; use --layout coco for more'
        )


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


def write_truth(folder: Path, seed: int, films: Sequence[Written]) -> None:
    """Write ``truth.json``: everything exact."""
    entries = [film.as_dict() for film in films]
    write_json(folder / TRUTH, {'seed': seed, 'films': entries}, None)


def count(films: Sequence[Written]) -> dict[str, int]:
    """Films of each split."""
    number = dict.fromkeys(('train', 'val', 'test'), 0)
    for film in films:
        number[film.split] += 1
    return {split: n for split, n in number.items() if n}


def _coco_film(film: Written) -> Film:
    truth = film.truth
    patient = f'phantom-{truth.seed}-{truth.index}'
    return Film(
        file_name=film.file.removeprefix('images/'),
        width=film.size[0],
        height=film.size[1],
        split=film.split,
        corners=film.corners,
        levels=truth.levels,
        level_origin=LEVEL_ORIGIN,
        patient_id=patient,
        group=patient,
        source='phantom',
        sex=truth.sex,
        age=truth.age,
        pixel_spacing_mm=truth.pixel_spacing_mm,
        pixel_spacing_origin='phantom' if truth.pixel_spacing_mm else None,
        original_size=truth.original_size,
        view='lateral',
        extra={'phantom_kind': truth.source, 'facing': truth.facing},
    )
