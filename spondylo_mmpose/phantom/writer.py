"""Write a set of phantoms: the raw data set's own layout, or COCO keypoints."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from spondylo_mmpose.converters.coco import DatasetInfo, Film, write_coco
from spondylo_mmpose.converters.data_root import check_nothing_added
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom import names
from spondylo_mmpose.phantom.faults import FAULTS, plant_faults
from spondylo_mmpose.phantom.film import LEVEL_ORIGIN, make_phantom
from spondylo_mmpose.phantom.plans import Plan, next_of, plan_films
from spondylo_mmpose.phantom.rendering import RAW, Written, render, write_label
from spondylo_mmpose.utils.io import atomic_dir, write_json

LAYOUTS = ('mendeley', 'coco')
TRUTH = 'truth.json'

MAX_FILMS = 100_000
"""A larger set would take days and hundreds of gigabytes, surely by mistake."""

_TEST_FILMS = 2


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
