"""What the network sees after the pipeline, beside the films it was cut from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.config import Config
from tqdm import tqdm

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.presentation.contact_sheet import (
    GAP,
    Tile,
    contact_sheet,
    fit,
    write_image,
)
from spondylo_mmpose.presentation.drawing import TRUTH, draw_quad, draw_text
from spondylo_mmpose.presentation.html import jpeg_url, write_html
from spondylo_mmpose.reporting.pipeline_samples import PipelineSample, PipelineSamples
from spondylo_mmpose.spine.anatomy import CORNERS
from spondylo_mmpose.utils.io import atomic_dir

PAGE = 'browse.html'
_PICTURES = 'vertebra_{}.png'
_KNOWN_BY = (PAGE, _PICTURES.format('*'))

CROP = 256  # px, side of a crop on the sheet
TOLERANCE = 0.05
"""Distance in px of the film up to which a corner counts as mapped back."""

_OUTLINES = (
    (60, 180, 255), (255, 190, 60), (200, 120, 255), (90, 230, 230), (120, 120, 255),
)  # fmt: skip
_SHORT_NAMES = [''.join(word[0].upper() for word in c.split('_')) for c in CORNERS]


@dataclass(frozen=True)
class BrowseResult:
    """What came of it.

    Attributes:
        lines: Summary to print.
        failed: Number of crops whose corners do not come back to the film's.
    """

    lines: Sequence[str]
    failed: int


def browse(
    config: Config,
    out: str | Path,
    *,
    subset: str = 'train',
    number: int = 12,
    repeats: int | None = None,
    seed: int = 0,
    as_html: bool = False,
    force: bool = False,
) -> BrowseResult:
    """Draw vertebrae from a config's data set and show them after the pipeline.

    Each crop is checked: its corners, mapped back by the crop's centre, scale, rotation
    and flip, must lie on the labelled corners of the film.

    Args:
        config: The config.
        out: Folder to write: a picture for each vertebra, or one HTML page.
        subset: ``'train'``, ``'val'`` or ``'test'``.
        number: Vertebrae to show.
        repeats: Draws of each; by default 3 for training and 1 otherwise, where nothing
            is left to chance.
        seed: Of the choice and of the augmentation.
        as_html: Write ``browse.html``, which stands alone, instead of pictures.
        force: Replace ``out`` if it is not empty.

    Raises:
        SpondyloError: If an option, the config or the data is faulty, or ``out`` cannot
            be written.
    """
    if repeats is None:
        repeats = 3 if subset == 'train' else 1
    for option, value in (('--num', number), ('--repeats', repeats)):
        if value < 1:
            raise SpondyloError(f'{option} {value}: must be 1 or more')
    if seed < 0:
        raise SpondyloError(f'--seed {seed}: must be 0 or more')
    samples = PipelineSamples(config, subset)
    seen: list[PipelineSample] = []
    blocks: list[dict[str, Any]] = []
    with atomic_dir(out, force, _KNOWN_BY) as folder:
        chosen = samples.choose(number, seed)
        bar = tqdm(chosen, 'vertebrae', leave=False, disable=None)
        for place, index in enumerate(bar):
            draws = [samples.draw(index, seed, repeat) for repeat in range(repeats)]
            tiles = [_film_tile(draws), *_crop_tiles(draws)]
            if as_html:
                blocks.append(_html_block(tiles))
            else:
                sheet = contact_sheet([tiles])
                write_image(folder / _PICTURES.format(f'{place:03}'), sheet)
            # The pictures are done with; only figures are needed from here on.
            seen.extend(draws)
        lines, failed = _summary(seen, len(chosen), repeats)
        if as_html:
            page = folder / PAGE
            title = f'{subset} samples of {Path(config.filename).name}'
            write_html(
                page, 'browse.html.jinja', title=title, lines=lines, blocks=blocks
            )
    return BrowseResult([*lines, f'written to {out}'], failed)


def _film_tile(draws: Sequence[PipelineSample]) -> Tile:
    """The film with the vertebra's true quad and the outline of each crop."""
    path = draws[0].film_path
    try:
        film = read_radiograph(path).pixels
    except (RadiographError, OSError) as error:
        raise SpondyloError(f'{path}: {error}') from error
    side = 2 * CROP + GAP
    image, scale = fit(film, side, side)
    for repeat, draw in enumerate(draws):
        outline = draw.geometry.outline()
        draw_quad(image, outline, _OUTLINES[repeat % len(_OUTLINES)], scale)
        # Beside its first corner, or where that would be if it lay on the film.
        x, y = np.clip(outline[0] * scale + 6, 2, [image.shape[1] - 12, side - 4])
        draw_text(image, str(repeat + 1), (int(x), max(14, int(y) + 8)))
    draw_quad(image, draws[0].true, TRUTH, scale)
    size = f'{film.shape[1]} x {film.shape[0]} px'
    names = f'{draws[0].level or "level unknown"}, {draws[0].source or "no source"}'
    return Tile(image, [names, size])


def _crop_tiles(draws: Sequence[PipelineSample]) -> list[Tile]:
    """The crop of each draw; its number stands at its outline on the film."""
    return [
        Tile(_crop_picture(draw), [f'{i}: {line}', *lines])
        for i, draw in enumerate(draws, start=1)
        for line, *lines in [_caption(draw)]
    ]


def _crop_picture(draw: PipelineSample) -> np.ndarray:
    """The crop with its corners, and below it the target over the crop."""
    crop, scale = fit(draw.pixels, CROP, CROP)
    named = crop.copy()
    draw_quad(named, draw.corners, TRUTH, scale)
    middle = np.nanmean(draw.corners, axis=0) if np.isfinite(draw.corners).any() else 0
    for name, corner in zip(_SHORT_NAMES, draw.corners, strict=True):
        if np.isfinite(corner).all():
            # Outward, so that the corner itself stays free.
            x, y = corner * scale + np.sign(corner - middle) * [14, 10] + [-8, 4]
            x, y = np.clip([x, y], [2, 12], [crop.shape[1] - 20, crop.shape[0] - 4])
            draw_text(named, name, (int(x), int(y)), 0.4)
    parts = [named]
    if draw.target is not None:
        heat = cv2.resize(draw.target, crop.shape[1::-1])[..., None]
        colour = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_INFERNO)
        blend = crop * (1 - 0.8 * heat) + colour * (0.8 * heat)
        gap = np.full((GAP, crop.shape[1], 3), 255, np.uint8)
        parts += [gap, blend.astype(np.uint8)]
    return np.vstack(parts)


def _caption(draw: PipelineSample) -> list[str]:
    geometry = draw.geometry
    mirrored = 'mirrored' if geometry.flip else 'not mirrored'
    lines = [
        f'{mirrored}, turned {geometry.rotation:+.0f}°',
        f'{geometry.size[0]} x {geometry.size[1]} of '
        f'{geometry.scale[0]:.0f} x {geometry.scale[1]:.0f} px',
        f'back on the film: {_px(draw.back_error)}',
    ]
    if draw.target is not None:
        lines.append(f'target decodes: {_px(draw.target_error)}')
    if draw.outside:
        lines.append(f'corners outside: {draw.outside}')
    return lines


def _px(value: float) -> str:
    return 'not measured' if np.isnan(value) else f'{value:.4f} px'


def _html_block(tiles: Sequence[Tile]) -> dict[str, Any]:
    pictures = [
        {'source': jpeg_url(tile.image), 'caption': list(tile.caption)}
        for tile in tiles
    ]
    return {'film': pictures[0], 'crops': pictures[1:]}


def _summary(
    draws: Sequence[PipelineSample], vertebrae: int, repeats: int
) -> tuple[list[str], int]:
    back = np.array([draw.back_error for draw in draws])
    target = np.array([draw.target_error for draw in draws])
    known = np.isfinite(back)
    failed = int((back[known] > TOLERANCE).sum())
    turns = [draw.geometry.rotation for draw in draws]
    mirrored = sum(draw.geometry.flip is not None for draw in draws)
    sizes = sorted({draw.geometry.size for draw in draws})
    lines = [
        f'{vertebrae} vertebrae x {repeats} draws, crops of '
        + ', '.join(f'{w} x {h}' for w, h in sizes)
        + ' px',
        f'mirrored: {mirrored} of {len(draws)}; turned by {min(turns):.0f} to '
        f'{max(turns):.0f} degrees; {sum(d.outside for d in draws)} corners outside '
        'their crop',
        'corners mapped back to the film: farthest '
        + _px(float(back[known].max()) if known.any() else np.nan)
        + ' from the label'
        + (f'; {failed} crops beyond {TOLERANCE} px' if failed else ''),
    ]
    if np.isfinite(target).any():
        lines.append(
            'corners decoded from the target: farthest '
            f'{_px(float(np.nanmax(target)))} of the crop from the corner'
        )
    return lines, failed
