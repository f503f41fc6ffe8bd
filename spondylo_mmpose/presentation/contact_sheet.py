"""Many small pictures with captions on one sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from spondylo_mmpose.utils.io import atomic_file

GAP = 10
_LINE = 17  # px from one line of a caption to the next
_INK, _PAPER = (40, 40, 40), 255


@dataclass(frozen=True)
class Tile:
    """One picture of a sheet.

    Attributes:
        image: ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8, in its final size.
        caption: Lines below the picture; may be empty.
    """

    image: np.ndarray
    caption: Sequence[str] = ()


def contact_sheet(rows: Sequence[Sequence[Tile]]) -> np.ndarray:
    """Lay out tiles in rows, each column as wide as its widest tile.

    Args:
        rows: Rows of tiles, not necessarily of equal length; at least one tile.

    Returns:
        ``(H, W, 3)`` BGR on white. A caption wider than its column is cut there.
    """
    columns = max(len(row) for row in rows)
    widths = [
        max(row[i].image.shape[1] for row in rows if i < len(row))
        for i in range(columns)
    ]
    heights = [
        max(tile.image.shape[0] + _LINE * len(tile.caption) for tile in row)
        for row in rows
    ]
    size = (sum(widths) + GAP * (columns + 1), sum(heights) + GAP * (len(rows) + 1))
    sheet = np.full((size[1], size[0], 3), _PAPER, np.uint8)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        left = GAP
        for tile, width in zip(row, widths, strict=False):
            sheet[top : top + height, left : left + width] = _cell(tile, height, width)
            left += width + GAP
        top += height + GAP
    return sheet


def fit(image: np.ndarray, width: int, height: int) -> tuple[np.ndarray, float]:
    """Resize an image into a frame, its aspect kept.

    Args:
        image: Grey or BGR.
        width: Largest width, px.
        height: Largest height, px.

    Returns:
        The image as BGR and the scale it was resized by.
    """
    scale = min(width / image.shape[1], height / image.shape[0])
    size = [max(1, round(side * scale)) for side in (image.shape[1], image.shape[0])]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(image, size, interpolation=how)
    if resized.ndim == 2:
        resized = cv2.cvtColor(resized, cv2.COLOR_GRAY2BGR)
    return resized, scale


def write_image(path: str | Path, image: np.ndarray, compression: int = 6) -> Path:
    """Write an image as PNG, whole or not at all.

    Args:
        path: The file.
        image: ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8.
        compression: 0 to 9: small files take time.

    Raises:
        SpondyloError: If the file cannot be written.
    """
    how = [cv2.IMWRITE_PNG_COMPRESSION, compression]
    encoded = cv2.imencode('.png', image, how)[1]
    with atomic_file(path) as temporary:
        temporary.write_bytes(encoded.tobytes())
    return Path(path)


def _cell(tile: Tile, height: int, width: int) -> np.ndarray:
    cell = np.full((height, width, 3), _PAPER, np.uint8)
    image = tile.image if tile.image.ndim == 3 else tile.image[..., None]
    cell[: image.shape[0], : image.shape[1]] = image
    if tile.caption:
        canvas = Image.fromarray(cell)
        pen = ImageDraw.Draw(canvas)
        for i, line in enumerate(tile.caption):
            pen.text((1, image.shape[0] + 2 + i * _LINE), line, _INK, font())
        # Grey ink on white: the order of the channels does not matter to it.
        cell = np.asarray(canvas)
    return cell


@cache
def font(size: int = 12, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font that Matplotlib brings along, which has more signs than OpenCV's."""
    name = 'DejaVuSans-Bold.ttf' if bold else 'DejaVuSans.ttf'
    return ImageFont.truetype(
        str(Path(mpl.get_data_path()) / 'fonts' / 'ttf' / name), size
    )
