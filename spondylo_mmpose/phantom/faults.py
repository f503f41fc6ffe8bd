"""Plant the faults of the real files, on films of their own, and list them.

``kind`` is the name under which the converter reports the fault
(:mod:`spondylo_mmpose.converters.conversion_report`).
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom import names
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.phantom.geometry import SIZE
from spondylo_mmpose.phantom.patient import family_at
from spondylo_mmpose.phantom.plans import Plan
from spondylo_mmpose.phantom.random import NAME, stream
from spondylo_mmpose.phantom.rendering import (
    Written,
    render,
    write_label,
    write_picture,
)
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.utils.io import write_json

FAULTS = 'planted_faults.json'

Fault = dict[str, Any]
"""``{'kind', 'file', 'detail'}``; ``file`` is relative to the set's folder."""

Planter = Callable[[Path, Written, Path], str]
"""Spoils one film, given the set's folder, the film and its label; says how."""


def plant_faults(
    folder: Path, seed: int, first: int, workers: int | None
) -> tuple[list[Written], int]:
    """Add one film for each fault and write ``planted_faults.json``.

    Args:
        folder: The set's folder, filled already.
        seed: Seed of the set.
        first: First index that is free.
        workers: Processes.

    Returns:
        The films added, and the number of faults.
    """
    plans: list[Plan] = []
    for _, form, split, _ in _PLANTED:
        family = 'buu_txt' if form == 'txt' else 'buu_json'
        if form == 'copy':
            family = 'honduran'
        while family_at(seed, first) != family:
            first += 1
        plans.append(Plan(first, split))
        first += 1
    if first > names.NUMBER_OF_IDS:
        raise SpondyloError(f'--faults: no patient number left for film {first}')
    films = render(folder, _IMAGES, plans, seed, make_phantom, workers)
    listed: list[Fault] = []
    for film, (kind, _, _, planter) in zip(films, _PLANTED, strict=True):
        label = write_label(folder, film)
        assert label is not None
        detail = planter(folder, film, label)
        about = film.file
        if kind == 'label_without_image':
            about = str(label.relative_to(folder).as_posix())
        listed.append({'kind': kind, 'file': about, 'detail': detail})
    write_json(folder / FAULTS, listed)
    gone = {'label_without_image'}
    kept = [
        f for f, fault in zip(films, listed, strict=True) if fault['kind'] not in gone
    ]
    return kept, len(listed)


_IMAGES = 'Train/Keypointrcnn_data/images'


def _lines(label: Path) -> list[str]:
    return label.read_text(encoding='utf-8').splitlines()


def _reversed(folder: Path, film: Written, label: Path) -> str:
    label.write_text('\n'.join(_lines(label)[::-1]) + '\n', encoding='utf-8')
    return 'vertebrae listed from bottom to top'


def _swapped(folder: Path, film: Written, label: Path) -> str:
    lines = _lines(label)
    lines[-2:] = lines[-1], lines[-2]
    label.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return 'last two vertebrae swapped'


def _edit(change: Callable[[dict[str, Any]], str]) -> Planter:
    """Planter that changes a JSON label."""

    def plant(folder: Path, film: Written, label: Path) -> str:
        value = json.loads(label.read_text(encoding='utf-8'))
        detail = change(value)
        label.write_text(json.dumps(value), encoding='utf-8')
        return detail

    return plant


def _stray(label: dict[str, Any]) -> str:
    x, y = 300, 600
    label['boxes'].append([x, y, x + 18, y + 2])
    points = [[x, y + 2, 1], [x + 18, y + 2, 1], [x, y, 1], [x + 18, y, 1]]
    label['keypoints'].append(points)
    label['labels'].append(0)
    return f'vertebra {len(label["boxes"]) - 1} is a stray 18 x 2 px box'


def _outside(label: dict[str, Any]) -> str:
    label['keypoints'][1][1][0] = SIZE + 35
    return f'vertebra 1: a corner at x = {SIZE + 35}'


def _nan(label: dict[str, Any]) -> str:
    label['keypoints'][1][0][1] = float('nan')
    return 'vertebra 1: a NaN'


def _three(label: dict[str, Any]) -> str:
    del label['keypoints'][1][3]
    return 'vertebra 1 has three corners'


def _bow_tie(label: dict[str, Any]) -> str:
    quad = label['keypoints'][1]
    quad[0], quad[1] = quad[1], quad[0]
    return 'vertebra 1: lower corners exchanged'


def _cut_short(folder: Path, film: Written, label: Path) -> str:
    text = label.read_text(encoding='utf-8')
    label.write_text(text[: len(text) // 2], encoding='utf-8')
    return 'label file ends in the middle'


def _cut_image(folder: Path, film: Written, label: Path) -> str:
    data = (folder / film.file).read_bytes()
    (folder / film.file).write_bytes(data[: len(data) // 3])
    return 'image file ends after a third'


def _no_image(folder: Path, film: Written, label: Path) -> str:
    (folder / film.file).unlink()
    return 'image is missing'


def _no_label(folder: Path, film: Written, label: Path) -> str:
    label.unlink()
    return 'label is missing'


def _both(folder: Path, film: Written, label: Path) -> str:
    write_label(folder, film, 'txt')
    return 'both .json and .txt'


def _copies(folder: Path, film: Written, label: Path) -> str:
    """Copies as an export with augmentation makes them: mirrored, and shifted."""
    picture = cv2.imread(str(folder / film.file), cv2.IMREAD_GRAYSCALE)
    rng = stream(film.truth.seed, film.truth.index, NAME + 300)
    shift = np.array([7.0, 5.0])
    moved = cv2.warpAffine(
        picture, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), (SIZE, SIZE)
    )
    corners = np.clip(film.corners + shift, 0, SIZE - 1)
    mirrored = anatomy.mirror(film.corners, SIZE)
    made = []
    for image, quads in ((picture[:, ::-1], mirrored), (moved, corners)):
        stem = f'{names.original_name(film.truth)}_jpg.rf.{names.export_hash(rng)}'
        file = f'{_IMAGES}/{film.split}/{stem}.jpg'
        write_picture(folder / file, image)
        copy = Written(film.truth, film.split, file, quads, film.size)
        write_label(folder, copy)
        made.append(file)
    return 'exported again, mirrored and shifted: ' + ', '.join(made)


def _other_split(folder: Path, film: Written, label: Path) -> str:
    """A second film of the patient, in the other split."""
    other = 'val' if film.split == 'train' else 'train'
    rng = stream(film.truth.seed, film.truth.index, NAME + 400)
    stem = f'{names.original_name(film.truth)}_jpg.rf.{names.export_hash(rng)}'
    file = f'{_IMAGES}/{other}/{stem}.jpg'
    picture = cv2.imread(str(folder / film.file), cv2.IMREAD_GRAYSCALE)
    write_picture(folder / file, cv2.GaussianBlur(picture, (0, 0), 0.8))
    write_label(folder, Written(film.truth, other, file, film.corners, film.size))
    return f'same patient in {other}: {file}'


def _in_test(folder: Path, film: Written, label: Path) -> str:
    file = f'Test/{names.original_name(film.truth)}.jpg'
    shutil.copyfile(folder / film.file, folder / file)
    return f'also a test film: {file}'


# Kind, label format ('copy': a zoomed film), split, what to do.
_PLANTED: tuple[tuple[str, str, str, Planter], ...] = (
    ('unsorted_file', 'txt', 'train', _reversed),
    ('unsorted_file', 'txt', 'val', _swapped),
    ('stray_box', 'json', 'train', _edit(_stray)),
    ('export_copies', 'copy', 'train', _copies),
    ('label_without_image', 'json', 'train', _no_image),
    ('image_without_label', 'txt', 'train', _no_label),
    ('corner_outside', 'json', 'train', _edit(_outside)),
    ('labels_unreadable', 'json', 'train', _cut_short),
    ('not_finite', 'json', 'train', _edit(_nan)),
    ('corner_missing', 'json', 'val', _edit(_three)),
    ('bow_tie', 'json', 'train', _edit(_bow_tie)),
    ('image_unreadable', 'txt', 'train', _cut_image),
    ('json_and_txt', 'json', 'train', _both),
    ('patient_in_two_splits', 'json', 'train', _other_split),
    ('test_film_seen', 'txt', 'train', _in_test),
)
