"""How near the border of a crop a codec still gives back the corners it encoded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.codecs import UDPHeatmap

from spondylo_mmpose.codecs import GaussianFitHeatmap

SHAPES = ((128, 32, 1.5), (256, 64, 2.0))
"""Crop in px, heatmap in cells, sigma in cells."""

CODECS = (UDPHeatmap, GaussianFitHeatmap)


def measure_codec_border(
    distances: Sequence[int] = (0, 1, 2, 3, 4, 6), number: int = 200, seed: int = 0
) -> list[dict[str, Any]]:
    """Encode and decode corners beside the left border.

    Args:
        distances: Cells; corners lie between each and the next whole number.
        number: Corners for each distance.
        seed: Of their places.

    Returns:
        For each distance and shape ``distance``, ``crop``, ``cells``, ``sigma`` and for
        each codec's name the worst error along an axis, px of the crop.
    """
    random = np.random.default_rng(seed)
    rows = []
    for crop, cells, sigma in SHAPES:
        for distance in distances:
            places = np.stack(
                [
                    random.uniform(distance, distance + 1, number),
                    random.uniform(10, cells - 11, number),
                ],
                axis=1,
            )
            errors = {}
            for kind in CODECS:
                codec = kind((crop, crop), (cells, cells), sigma=sigma)
                worst = 0.0
                for place in places:
                    corner = (place * codec.scale_factor)[None, None]
                    decoded, _ = codec.decode(codec.encode(corner)['heatmaps'])
                    # MMPose decodes to a size one px larger than it encodes.
                    decoded = decoded * (crop - 1) / crop
                    worst = max(worst, float(np.abs(decoded - corner).max()))
                errors[kind.__name__] = worst
            rows.append(
                dict(distance=distance, crop=crop, cells=cells, sigma=sigma, **errors)
            )
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The result as a table in Markdown."""
    names = [kind.__name__ for kind in CODECS]
    lines = [['cells from the border', 'crop px', 'heatmap', 'sigma', *names]]
    lines.append(['---'] * len(lines[0]))
    for row in rows:
        lines.append(
            [
                f'{row["distance"]} to {row["distance"] + 1}',
                str(row['crop']),
                str(row['cells']),
                f'{row["sigma"]:g}',
                *(f'{row[name]:.2f}' for name in names),
            ]
        )
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)
