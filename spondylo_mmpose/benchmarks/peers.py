"""Other programs beside ours on the same films, where they are installed."""

import json
import os
import subprocess
import tempfile
import warnings
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

import spondylo_mmpose
from spondylo_mmpose.benchmarks import peer_script
from spondylo_mmpose.benchmarks.fresh_process import in_fresh_process, last_line
from spondylo_mmpose.benchmarks.random_weights import write_random
from spondylo_mmpose.benchmarks.spread import spread_of
from spondylo_mmpose.deployment.exporting import OPSET, export_model
from spondylo_mmpose.engine.checkpoint import load_weights
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network, input_size, measure_recipe
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.spine.anatomy import hull_boxes
from spondylo_mmpose.utils.io import read_json

CONFIGS = Path(__file__).parents[2] / 'configs'
POSE = CONFIGS / 'rtmpose_s_spondylo.py'
FILM = CONFIGS / 'maht_net_t_spondylo.py'
BOXES = 6
"""On each film."""

YOLO_SIZE = 640
YOLOS = ('yolo26n-pose', 'yolov8n-pose')
"""The newest small one and the one that most others are compared with."""

IN_BOXES = f'corners in {BOXES} given boxes'
ON_FILMS = 'vertebrae and corners of a film'

NOTES = (
    'random weights throughout; times are of one film after another, from the picture '
    'in memory to corners in its px, without reports; each in a process of its own',
    'in given boxes: RTMPose-s of the same weights without the mirrored crop, by '
    'onnxruntime on either side; rtmlib takes boxes one by one, ours a film at once',
    'of a film: networks of different size and kind, each at its own input; with '
    'random weights a YOLO keeps hardly any box, so that suppressing overlaps costs '
    'nothing (yolo26 never does), and ours gives six vertebrae',
    'multiply-adds of a film; parameters and multiply-adds of RTMPose-s are those of '
    'our recipe',
)


def measure_peers(
    python: str | Path, films: int = 20, threads: int = 1
) -> dict[str, Any]:
    """Measure others and ours.

    Args:
        python: Interpreter that has rtmlib and ultralytics, or one of them.
        films: Phantoms; one more warms up.
        threads: Of torch.

    Returns:
        For a JSON file: ``notes`` and ``rows``; that of a program that is not
        installed, or failed, has a ``reason``.

    Raises:
        SpondyloError: If there is no such interpreter.
    """
    if not Path(python).is_file():
        raise SpondyloError(
            f'{python}: no such interpreter; name the bin/python of an environment'
        )
    with tempfile.TemporaryDirectory() as place:
        work = _Work(Path(place), str(python), films, threads)
        yolos = [partial(work.ultralytics, name) for name in YOLOS]
        steps = (work.rtmlib, work.boxes, *yolos, work.torch, work.onnx)
        rows = [step() for step in tqdm(steps, 'programs', disable=None)]
    return {'films': films, 'threads': threads, 'notes': list(NOTES), 'rows': rows}


class _Work:
    def __init__(self, folder: Path, python: str, films: int, threads: int) -> None:
        self.folder, self.python, self.threads = folder, python, threads
        drawn = [make_phantom(0, index) for index in range(films + 1)]
        # So many boxes on each: those of the lowest, the last one again if need be.
        boxes = [hull_boxes(one.truth.corners) for one in drawn]
        places = [np.minimum(np.arange(BOXES), len(one) - 1) for one in boxes]
        self.films, self.places = folder / 'films.npy', folder / 'boxes.npy'
        np.save(self.films, np.stack([one.image for one in drawn]))
        chosen = [one[place] for one, place in zip(boxes, places, strict=True)]
        np.save(self.places, np.stack(chosen).astype(np.float32))
        self.pose = self._one_look()
        self.pose_weights = write_random(folder / 'pose.pth', self.pose)
        self.film_weights = write_random(folder / 'film.pth', FILM)

    def rtmlib(self) -> dict[str, Any]:
        network = self.folder / 'plain.onnx'
        size = export_plain(self.pose, self.pose_weights, network)
        asked = {
            'films': str(self.films),
            'boxes': str(self.places),
            'network': str(network),
            'size': size,
        }
        return self._other('rtmlib', IN_BOXES, asked, _facts(self.pose, BOXES))

    def ultralytics(self, model: str) -> dict[str, Any]:
        asked = {
            'model': model,
            'films': str(self.films),
            'folder': str(self.folder),
            'size': YOLO_SIZE,
            'threads': self.threads,
        }
        facts = {'input': f'{YOLO_SIZE}x{YOLO_SIZE}'}
        told = self._other('ultralytics', ON_FILMS, asked, facts)
        return {**told, 'name': f'ultralytics, {model}'}

    def boxes(self) -> dict[str, Any]:
        network = self.folder / 'pose.onnx'
        export_model(self.pose, self.pose_weights, network)
        given = {'boxes': str(self.places), 'network': str(network)}
        facts = _facts(self.pose, BOXES)
        return self._ours('onnx_in_boxes', 'onnxruntime', IN_BOXES, given, facts)

    def torch(self) -> dict[str, Any]:
        given = {'config': str(FILM), 'checkpoint': str(self.film_weights)}
        return self._ours('torch_films', 'torch', ON_FILMS, given, _facts(FILM))

    def onnx(self) -> dict[str, Any]:
        network = self.folder / 'film.onnx'
        export_model(FILM, self.film_weights, network)
        given = {'network': str(network)}
        return self._ours('onnx_films', 'onnxruntime', ON_FILMS, given, _facts(FILM))

    def _one_look(self) -> Path:
        """The recipe of RTMPose, looking once, as rtmlib does."""
        path = self.folder / POSE.name
        path.write_text(
            f"_base_ = '{POSE}'\nmodel = dict(test_cfg=dict(flip_test=False))\n"
        )
        return path

    def _ours(
        self,
        function: str,
        backend: str,
        task: str,
        given: Mapping[str, str],
        facts: Mapping[str, Any],
    ) -> dict[str, Any]:
        done = in_fresh_process(
            f'spondylo_mmpose.benchmarks.peer_ours:{function}',
            {'films': str(self.films), **given},
            OMP_NUM_THREADS=str(self.threads),
        )
        return {
            'name': f'ours, {backend}',
            'version': spondylo_mmpose.__version__,
            'task': task,
            **facts,
            'seconds': spread_of(done.value['seconds']).as_json(),
            'peak_mib': done.peak_mib,
        }

    def _other(
        self,
        name: str,
        task: str,
        asked: Mapping[str, Any],
        facts: Mapping[str, Any],
    ) -> dict[str, Any]:
        try:
            told = run_peer(self.python, name, asked, self.folder, self.threads)
        except SpondyloError as error:
            return {'name': name, 'task': task, 'reason': str(error)}
        if told is None:
            return {'name': name, 'task': task, 'reason': 'not installed'}
        seconds = spread_of(told.pop('seconds')).as_json()
        return {'name': name, 'task': task, **facts, **told, 'seconds': seconds}


def run_peer(
    python: str,
    name: str,
    asked: Mapping[str, Any],
    folder: Path,
    threads: int = 1,
) -> dict[str, Any] | None:
    """Run another program by the interpreter that has it.

    Args:
        python: The interpreter.
        name: Of :data:`.peer_script.PEERS`.
        asked: What it gets.
        folder: For files.
        threads: Of OpenMP.

    Returns:
        What it tells; ``None`` if it is not installed.

    Raises:
        SpondyloError: If it fails.
    """
    question, answer = folder / f'{name}_asked.json', folder / f'{name}_told.json'
    question.write_text(json.dumps(dict(asked)))
    done = subprocess.run(
        [python, peer_script.__file__, name, str(question), str(answer)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            'OMP_NUM_THREADS': str(threads),
            'YOLO_CONFIG_DIR': str(folder),
        },
        cwd=folder,
    )
    if done.returncode or not answer.is_file():
        raise SpondyloError(f'failed: {last_line(done.stderr)}')
    told: dict[str, Any] | None = read_json(answer)
    return told


def export_plain(
    config_path: str | Path, checkpoint: str | Path, out: str | Path
) -> tuple[int, int]:
    """Write the mere network of a top-down recipe, as rtmlib wants it.

    Args:
        config_path: The recipe.
        checkpoint: Its weights.
        out: ONNX file: normalised crops ``(B, 3, H, W)`` in, the head's outputs out.

    Returns:
        ``(width, height)`` of crops.
    """
    config = load_config(config_path)
    network: Any = build_network(config, 'cpu').eval()
    load_weights(checkpoint, network)
    size = input_size(config)
    assert size is not None

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, crops: torch.Tensor) -> Any:
            return self.network.head(self.network.extract_feat(crops))

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        program = torch.onnx.export(
            Plain().eval(),
            (torch.zeros(2, 3, size[1], size[0]),),
            input_names=['input'],
            dynamic_shapes=({0: torch.export.Dim('batch')},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    Path(out).write_bytes(program.model_proto.SerializeToString())
    return size


def _facts(config_path: str | Path, times: int = 1) -> dict[str, Any]:
    _, facts = measure_recipe(config_path)
    size = facts.input_size
    return {
        'input': None if size is None else f'{size[0]}x{size[1]}',
        'parameters': facts.parameters,
        'flops': None if facts.flops is None else facts.flops * times,
    }
