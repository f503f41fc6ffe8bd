"""Runs another program on films; the interpreter that has it runs this file alone.

Nothing of this package is imported here, and nothing here by this package:
``PYTHON peer_script.py NAME ASKED.json TOLD.json``.
"""

import copy
import importlib.metadata
import importlib.util
import json
import os
import re
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
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
    """A YOLO of poses with random weights and four points, on whole films.

    Args:
        asked: ``films``, ``folder`` (for a file), ``size`` px, ``threads``, ``model``:
            name of the YOLO.
    """
    import torch
    import yaml
    from ultralytics import YOLO
    from ultralytics.nn.tasks import yaml_model_load

    without = _stand_in_for_torchvision()
    name = f'{asked["model"]}.yaml'
    settings = yaml_model_load(name)
    settings.update(kpt_shape=[4, 2], nc=1)
    path = Path(asked['folder']) / name
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
        'without': without,
    }


def _stand_in_for_torchvision() -> str | None:
    """Let it run where torchvision's kernels are of another build than torch.

    It imports torchvision whatever its network needs; of it, it wants the suppression
    of overlaps alone, which it has one of its own for.

    Returns:
        What is missing.
    """
    try:
        import torchvision  # noqa: F401
    except Exception:  # Of another build it may raise anything.
        from ultralytics.utils.nms import TorchNMS

        for module in [one for one in sys.modules if one.startswith('torchvision')]:
            del sys.modules[module]
        stand_in: Any = ModuleType('torchvision')
        stand_in.ops = SimpleNamespace(nms=TorchNMS.nms)
        sys.modules['torchvision'] = stand_in
        return 'torchvision'
    return None


def _multiply_adds(network: Any, size: int) -> float | None:
    """As the program itself counts them, which calls twice their number FLOPs."""
    import torch

    try:
        import thop
    except ImportError:
        return None
    # It changes what it counts.
    counted = thop.profile(
        copy.deepcopy(network), inputs=(torch.zeros(1, 3, size, size),), verbose=False
    )
    return float(counted[0])


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
        without = answer.pop('without', None)
        version = importlib.metadata.version(name)
        answer['version'] = f'{version}, without {without}' if without else version
        answer['peak_mib'] = _peak_mib()
    Path(told).write_text(json.dumps(answer))


if __name__ == '__main__':
    main(*sys.argv[1:])
