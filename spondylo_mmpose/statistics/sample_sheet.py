"""Some films of a data set with their labels drawn on them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.imaging import read_radiograph
from spondylo_mmpose.presentation.contact_sheet import Tile, contact_sheet, fit
from spondylo_mmpose.presentation.drawing import draw_film

TILE = 400  # px, the longer side of a film
COLUMNS = 4


def choose_samples(films: Sequence[Film], number: int, seed: int) -> list[Film]:
    """Draw labelled films at random, in turn from each source.

    Args:
        films: All films.
        number: How many; fewer when there are fewer.
        seed: Seed of the choice.

    Returns:
        Films sorted by source and name.
    """
    stacks: dict[str, list[Film]] = {}
    for film in sorted(films, key=lambda film: film.file_name):
        if len(film.corners):
            stacks.setdefault(film.source or '', []).append(film)
    generator = np.random.default_rng(seed)
    for name in sorted(stacks):
        generator.shuffle(stacks[name])  # type: ignore[arg-type]
    chosen: list[Film] = []
    while len(chosen) < number and any(stacks.values()):
        for name in sorted(stacks):
            if stacks[name] and len(chosen) < number:
                chosen.append(stacks[name].pop())
    return sorted(chosen, key=lambda film: (film.source or '', film.file_name))


def sample_sheet(images: Path, films: Sequence[Film]) -> np.ndarray:
    """Draw films with the quads and levels of their vertebrae.

    Args:
        images: Folder that ``file_name`` is relative to.
        films: Films to draw, at least one.

    Returns:
        ``(H, W, 3)`` BGR.
    """
    tiles = [_tile(images / film.file_name, film) for film in films]
    rows = [tiles[i : i + COLUMNS] for i in range(0, len(tiles), COLUMNS)]
    return contact_sheet(rows)


def _tile(path: Path, film: Film) -> Tile:
    image, scale = fit(read_radiograph(path).pixels, TILE, TILE)
    draw_film(image, film, scale)
    facts = [film.source or 'unknown source', film.split]
    if film.sex or film.age is not None:
        age = '' if film.age is None else f' {film.age:g} y'
        facts.append(f'{film.sex or ""}{age}'.strip())
    return Tile(image, [', '.join(facts), f'{film.width} x {film.height} px'])
