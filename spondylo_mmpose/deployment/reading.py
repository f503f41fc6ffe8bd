"""From a network's outputs to corners, by the functions that its codec calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.decoding.heatmaps import (
    cells_to_px,
    decode_heatmaps,
    find_candidates,
    find_logit_peaks,
)
from spondylo_mmpose.decoding.joint_corners import choose_cells
from spondylo_mmpose.decoding.simcc import decode_simcc
from spondylo_mmpose.deployment.facts import ExportedFacts

Outputs = Sequence[NDArray[np.float32]]
Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class InputCorners:
    """What a batch of inputs shows; ``S`` vertebrae in each, one in a crop.

    Attributes:
        corners: ``(B, S, 4, 2)`` px of the input.
        scores: ``(B, S, 4)``.
        stds: ``(B, S, 4)`` px of the input, where they are told.
        presence: ``(B, S)`` in [0, 1], where it is told.
    """

    corners: Floats
    scores: Floats
    stds: Floats | None = None
    presence: Floats | None = None


def read_outputs(outputs: Outputs, facts: ExportedFacts) -> InputCorners:
    """Read corners off the outputs of a pose model.

    Args:
        outputs: In the order of the graph.
        facts: Of the model.
    """
    return _READERS[facts.reading['name']](outputs, facts.reading, facts.input_size)


def _heatmaps(
    outputs: Outputs, told: Mapping[str, Any], input_size: tuple[int, int]
) -> InputCorners:
    maps = outputs[0]
    corners, scores = decode_heatmaps(
        maps.reshape(-1, *maps.shape[2:]), told['sigma'], input_size
    )
    return InputCorners(
        corners.reshape(len(maps), 1, -1, 2), scores.reshape(len(maps), 1, -1)
    )


def _simcc(
    outputs: Outputs, told: Mapping[str, Any], input_size: tuple[int, int]
) -> InputCorners:
    across, down = outputs
    corners, scores = decode_simcc(across, down, told['sigma'], told['split_ratio'])
    return InputCorners(corners[:, None], scores[:, None])


def _slots(
    outputs: Outputs, told: Mapping[str, Any], input_size: tuple[int, int]
) -> InputCorners:
    heatmaps, presence, stds = outputs
    at = None
    # Models that were exported before this choice do without.
    count = told.get('candidates', 1)
    if count > 1:
        at = choose_cells(
            find_candidates(heatmaps, count),
            heatmaps.shape[-1],
            presence,
        )
    peaks = find_logit_peaks(heatmaps, subpixel=told['subpixel'], at=at)
    return InputCorners(
        corners=cells_to_px(peaks.cells, told['stride']),
        scores=peaks.mass,
        stds=stds,
        # Without a presence of its own a vertebra is as present as its corners.
        presence=presence if told['has_presence'] else peaks.mass.mean(-1),
    )


_READERS = {'heatmaps': _heatmaps, 'simcc': _simcc, 'slots': _slots}
