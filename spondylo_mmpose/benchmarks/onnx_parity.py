"""An exported model against torch on many phantoms: how far apart, how fast."""

import math
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from spondylo_mmpose.deployment.checking import by_torch, difference_of, file_reader
from spondylo_mmpose.engine.checkpoint import load_weights
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.spine.anatomy import hull_boxes
from spondylo_mmpose.utils.machine import torch_threads


@dataclass(frozen=True)
class Parity:
    """What was found.

    Attributes:
        films: That both looked at.
        vertebrae: That both found; a film with other counts adds none.
        other_counts: Films on which one found more vertebrae than the other.
        largest_px: Largest difference of a coordinate, px of the film; NaN without
            vertebrae.
        torch_seconds: Median time of a film, its preparation included.
        onnx_seconds: The same by the exported file.
        threads: That either used.
    """

    films: int
    vertebrae: int
    other_counts: int
    largest_px: float
    torch_seconds: float
    onnx_seconds: float
    threads: int

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def measure_onnx_parity(
    config_path: str | Path,
    checkpoint: str | Path,
    exported: str | Path,
    films: int = 100,
    seed: int = 100,
    threads: int = 1,
) -> Parity:
    """Look at the same phantoms with torch and with an exported file.

    Args:
        config_path: The recipe.
        checkpoint: Its weights.
        exported: What was exported of them.
        films: How many phantoms.
        seed: Of the phantoms; top-down models get their true boxes.
        threads: For either.

    Raises:
        SpondyloError: If a file is missing or does not fit.
    """
    config = load_config(config_path)
    network = build_network(config, 'cpu').eval()
    load_weights(checkpoint, network)
    by_file = file_reader(exported, threads)
    differences, times = [], []
    with torch_threads(threads):
        for index in tqdm(range(films), 'films', disable=None):
            phantom = make_phantom(seed, index)
            given = [phantom.image], [hull_boxes(phantom.truth.corners)]
            start = time.perf_counter()
            wanted = by_torch(config, network, *given)
            middle = time.perf_counter()
            found = by_file(*given)
            times.append((middle - start, time.perf_counter() - middle))
            differences.append(difference_of(wanted, found))
    alike = [one for one in differences if not math.isinf(one.largest)]
    return Parity(
        films=films,
        vertebrae=sum(one.vertebrae for one in alike),
        other_counts=len(differences) - len(alike),
        largest_px=float(np.fmax.reduce([np.nan, *(one.largest for one in alike)])),
        torch_seconds=statistics.median(one for one, _ in times),
        onnx_seconds=statistics.median(other for _, other in times),
        threads=threads,
    )
