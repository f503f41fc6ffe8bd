"""What our side of a comparison does, in a process of its own."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np


def onnx_in_boxes(films: str, boxes: str, network: str) -> dict[str, Any]:
    """RTMPose in given boxes, all of a film at once.

    Args:
        films: File of films, ``(N, H, W)``.
        boxes: File of boxes, ``(N, B, 4)`` px.
        network: What ``tools/export.py`` wrote.
    """
    from spondylo_mmpose.deployment import OnnxSpineModel

    model = OnnxSpineModel(network)
    pictures, places = np.load(films), np.load(boxes)
    return _timed(
        lambda i: model.find([pictures[i]], [places[i]]),
        len(pictures),
    )


def onnx_films(films: str, network: str) -> dict[str, Any]:
    """A model of whole films by onnxruntime; see :func:`onnx_in_boxes`."""
    from spondylo_mmpose.deployment import OnnxSpineModel

    model, pictures = OnnxSpineModel(network), np.load(films)
    return _timed(lambda i: model.find([pictures[i]]), len(pictures))


def torch_films(films: str, config: str, checkpoint: str) -> dict[str, Any]:
    """A model of whole films by torch; see :func:`onnx_in_boxes`."""
    from spondylo_mmpose.apis.model_files import ModelFiles
    from spondylo_mmpose.apis.network import FilmNetwork

    model, pictures = FilmNetwork(ModelFiles(config, checkpoint)), np.load(films)
    return _timed(lambda i: model.find([pictures[i]]), len(pictures))


def _timed(work: Callable[[int], Any], number: int) -> dict[str, Any]:
    seconds = []
    for index in range(number):
        start = time.perf_counter()
        work(index)
        seconds.append(time.perf_counter() - start)
    # The first one warms up.
    return {'seconds': seconds[1:]}
