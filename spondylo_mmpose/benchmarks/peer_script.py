"""Runs another program on films; the interpreter that has it runs this file alone.

Nothing of this package is imported here, and nothing here by this package:
``PYTHON peer_script.py NAME ASKED.json TOLD.json``.
"""

import importlib.metadata
import importlib.util
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def rtmlib(asked: dict[str, Any]) -> dict[str, Any]:
    """RTMPose in given boxes by rtmlib, which takes one box after another.

    Args:
        asked: ``films`` and ``boxes`` (files of arrays), ``network`` (ONNX), ``size``.
    """
    from rtmlib import RTMPose

    pose = RTMPose(
        asked['network'],
        model_input_size=tuple(asked['size']),
        to_openpose=False,
        backend='onnxruntime',
        device='cpu',
    )
    films = _in_colour(np.load(asked['films']))
    boxes = np.load(asked['boxes'])
    seconds = _timed(
        lambda number: pose(films[number], bboxes=boxes[number].tolist()), len(films)
    )
    corners = pose(films[0], bboxes=boxes[0].tolist())[0]
    return {'seconds': seconds, 'found': list(np.shape(corners))}


def ultralytics(asked: dict[str, Any]) -> dict[str, Any]:
    """YOLOv8n-pose with random weights and four points, on whole films.

    Args:
        asked: ``films``, ``folder`` (for a file), ``size`` px, ``threads``.
    """
    import torch
    import yaml
    from ultralytics import YOLO
    from ultralytics.nn.tasks import yaml_model_load

    settings = yaml_model_load('yolov8n-pose.yaml')
    settings.update(kpt_shape=[4, 2], nc=1)
    path = Path(asked['folder']) / 'yolov8n-pose.yaml'
    path.write_text(yaml.safe_dump(settings))
    model = YOLO(str(path), task='pose')
    films = _in_colour(np.load(asked['films']))

    def predict(number: int) -> None:
        model.predict(films[number], imgsz=asked['size'], device='cpu', verbose=False)

    # It takes all cores but one for itself when it is first used.
    predict(0)
    torch.set_num_threads(asked['threads'])
    seconds = _timed(predict, len(films))
    network = model.model
    return {
        'seconds': seconds,
        'parameters': sum(weight.numel() for weight in network.parameters()),
        'flops': _multiply_adds(network, asked['size']),
        'threads': torch.get_num_threads(),
    }


def _multiply_adds(network: Any, size: int) -> float | None:
    import torch

    try:
        import thop
    except ImportError:
        try:
            from ultralytics.utils import torch_utils
        except ImportError:
            return None
        thop = getattr(torch_utils, 'thop', None)
        if thop is None:
            flops = torch_utils.get_flops(network, size)
            return 1e9 * flops / 2 if flops else None
    import copy

    # On a copy, which it changes.
    inputs = (torch.zeros(1, 3, size, size),)
    return float(thop.profile(copy.deepcopy(network), inputs=inputs, verbose=False)[0])


def _in_colour(films: np.ndarray) -> list[np.ndarray]:
    return [np.repeat(film[:, :, None], 3, 2) for film in films]


def _timed(work: Any, number: int) -> list[float]:
    """Seconds of each film but the first, which warms up."""
    seconds = []
    for index in range(number):
        start = time.perf_counter()
        work(index)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def _peak_mib() -> float | None:
    try:
        found = re.search(r'VmHWM:\s*(\d+) kB', Path('/proc/self/status').read_text())
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None


PEERS = {'rtmlib': rtmlib, 'ultralytics': ultralytics}


def main(name: str, asked: str, told: str) -> None:
    """Measure one program.

    Args:
        name: Of :data:`PEERS`, which are names of packages.
        asked: File with what it gets.
        told: File to write; ``null`` where the package is not installed.
    """
    answer = None
    if importlib.util.find_spec(name) is not None:
        os.environ.setdefault('YOLO_OFFLINE', 'true')
        answer = PEERS[name](json.loads(Path(asked).read_text()))
        answer['version'] = importlib.metadata.version(name)
        answer['peak_mib'] = _peak_mib()
    Path(told).write_text(json.dumps(answer))


if __name__ == '__main__':
    main(*sys.argv[1:])
