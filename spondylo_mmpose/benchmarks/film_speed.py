"""Films a second from picture to report, memory, and the wait for the first report."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.benchmarks.fresh_process import in_fresh_process, last_line
from spondylo_mmpose.benchmarks.random_weights import (
    VERTEBRAE,
    draw_films,
    write_random,
)
from spondylo_mmpose.benchmarks.spread import spread_of
from spondylo_mmpose.deployment.exporting import export_model
from spondylo_mmpose.engine.optim.cpu_amp_optim_wrapper import cpu_has_bf16
from spondylo_mmpose.errors import SpondyloError

NOTES = (
    'phantoms of 640 x 640 px in memory, reports with slips and screen, no files; one '
    'film after another, and in batches',
    'each in a process of its own, whose peak of memory contains Python, all imports '
    'and the batch',
    'model: preparing the picture, network, decoding; boxes: what the detector takes '
    'of that; rest: reading the array, naming, measuring',
    'first report of the command: from the start of "spondylo predict" on one file to '
    'its JSON; whole: to the end of the process (picture and pages too)',
)
COMPILED_NOTE = (
    'compiled: a number of films or crops that was not there before compiles anew, '
    'within the time measured'
)

RANDOM_NOTE = (
    f'random weights, set so that the lowest {VERTEBRAE} slots are present: corners '
    'lie by chance; of those on each other one is told, the screen refuses films, and '
    'reports measure less than those of trained weights'
)


@dataclass(frozen=True)
class Way:
    """How films go through a model.

    Attributes:
        name: As tables tell it.
        backend: ``'torch'`` or ``'onnx'``.
        contiguous: Whether torch's weights have the layout that they are saved with.
        bf16: Whether torch computes in bfloat16.
        compiled: Whether torch compiles.
    """

    name: str
    backend: str = 'torch'
    contiguous: bool = False
    bf16: bool = False
    compiled: bool = False

    def why_not(self) -> str | None:
        """What speaks against measuring it here."""
        if self.bf16 and not cpu_has_bf16():
            return 'this processor has no bfloat16 instructions'
        return None


FILM = 'film'

WAYS = (
    Way('torch fp32'),
    Way('torch fp32, not channels_last', contiguous=True),
    Way('torch bf16', bf16=True),
    Way('onnxruntime', backend='onnx'),
)
COMPILED = Way('torch fp32, compiled', compiled=True)


def measure_film_speed(
    models: Sequence[ModelFiles],
    films: int = 20,
    threads: int = 1,
    batch_size: int = 4,
    starts: int = 3,
    compiled: bool = False,
) -> dict[str, Any]:
    """Measure models end to end.

    Args:
        models: Of whole films, or top-down with a ``detector``; ``weights`` that are
            empty are drawn at random.
        films: Phantoms; the first warms up.
        threads: Of torch and of onnxruntime.
        batch_size: Films at once, where they go through in batches.
        starts: How often the command is started; 0 leaves it out.
        compiled: Whether to compile with torch as well.

    Returns:
        For a JSON file: the settings, ``notes`` and for each of ``models`` its ``ways``
        and ``starts``. A way that could not be measured has a ``reason``.

    Raises:
        SpondyloError: If a file is missing or no such thing.
    """
    ways = [*WAYS, *([COMPILED] if compiled else [])]
    measured = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        pictures = draw_films(folder / 'films.npy', films + 1)
        networks = _Networks(folder)
        bar = tqdm(total=len(models) * (len(ways) + 2), desc='ways', disable=None)
        for number, model in enumerate(models):
            own = folder / str(number)
            own.mkdir()
            ready = _Ready(model, own, networks)
            rows = []
            for way in ways:
                rows.append(ready.measure(way, pictures, threads, batch_size))
                bar.update()
            told = [
                ready.start(backend, pictures, threads, starts)
                for backend in ('torch', 'onnx')
                if starts
            ]
            bar.update(2)
            measured.append(
                {
                    'name': ready.name,
                    'weights': RANDOM_NOTE if ready.is_random else 'trained',
                    'ways': rows,
                    'starts': told,
                }
            )
        bar.close()
    return {
        'films': films,
        'threads': threads,
        'batch_size': batch_size,
        'notes': [*NOTES, *([COMPILED_NOTE] if compiled else [])],
        'models': measured,
    }


class _Networks:
    """Checkpoints and what was exported of them; each is made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._weights: dict[str, str] = {}
        self._exported: dict[tuple[str, str], str | SpondyloError] = {}

    def weights(self, model: ModelFiles) -> str:
        """The checkpoint of a model; of random weights if it has none."""
        if str(model.weights):
            return str(model.weights)
        config = str(model.config)
        if config not in self._weights:
            path = self.folder / f'{len(self._weights)}.pth'
            self._weights[config] = str(write_random(path, config))
        return self._weights[config]

    def exported(self, config: str, weights: str) -> str:
        """The exported file; raises what exporting raised."""
        key = config, weights
        if key not in self._exported:
            path = self.folder / f'{len(self._exported)}_{Path(config).stem}.onnx'
            try:
                self._exported[key] = str(export_model(config, weights, path).path)
            except SpondyloError as error:
                self._exported[key] = error
        found = self._exported[key]
        if isinstance(found, SpondyloError):
            raise found
        return found


class _Ready:
    """A model with weights, and exported."""

    def __init__(self, model: ModelFiles, folder: Path, networks: _Networks) -> None:
        self.folder = folder
        parts = [model, *([model.detector] if model.detector else [])]
        self.name = ' + '.join(one.own_name for one in reversed(parts))
        self.is_random = any(not str(one.weights) for one in parts)
        self.parts = [(str(one.config), networks.weights(one)) for one in parts]
        told = {'calibration': model.calibration, 'screen': model.screen}
        self.settings = {key: str(value) for key, value in told.items() if value}
        self.exported: list[str] = []
        self.no_export: str | None = None
        try:
            self.exported = [networks.exported(*one) for one in self.parts]
        except SpondyloError as error:
            self.no_export = str(error)

    def files(self, backend: str) -> dict[str, Any]:
        """What :func:`.run_films` wants to know."""
        if backend == 'onnx':
            parts: list[tuple[str | None, str]] = [(None, p) for p in self.exported]
        else:
            parts = list(self.parts)
        (config, weights), *detector = parts
        return {
            'config': config,
            'checkpoint': weights,
            'detector': detector[0] if detector else None,
            **self.settings,
        }

    def measure(
        self, way: Way, films: Path, threads: int, batch_size: int
    ) -> dict[str, Any]:
        """Measure one way, or tell why not."""
        reason = way.why_not() or (self.no_export if way.backend == 'onnx' else None)
        if reason:
            return {'name': way.name, 'reason': reason}
        how = asdict(way)
        del how['name']
        try:
            done = in_fresh_process(
                'spondylo_mmpose.benchmarks.film_run:run_films',
                {
                    'model': self.files(way.backend),
                    'films': str(films),
                    'started': time.time(),
                    'batch_size': batch_size,
                    **how,
                },
                **_environment(threads),
            )
        except SpondyloError as error:
            return {'name': way.name, 'reason': str(error)}
        told = done.value
        return {
            **told,
            'name': way.name,
            'seconds': spread_of(told['seconds']).as_json(),
            'parts': {
                name: spread_of(seconds).as_json()
                for name, seconds in told['parts'].items()
            },
            'peak_mib': done.peak_mib,
        }

    def start(
        self, backend: str, films: Path, threads: int, starts: int
    ) -> dict[str, Any]:
        """Start the command on a film, several times."""
        if backend == 'onnx' and self.no_export:
            return {'backend': backend, 'reason': self.no_export}
        film = self.folder / f'{FILM}.png'
        cv2.imwrite(str(film), np.load(films)[0])
        files = self.files(backend)
        words = ['--checkpoint', files['checkpoint']]
        words += ['--config', files['config']] if files['config'] else []
        if files['detector']:
            words += ['--detector', *filter(None, files['detector'])]
        words += [w for key in self.settings for w in (f'--{key}', files[key])]
        try:
            pairs = [
                time_command(
                    [str(film), *words],
                    self.folder / f'{backend}_{number}',
                    _environment(threads),
                )
                # The first one may find files that are not in memory yet.
                for number in range(starts + 1)
            ][1:]
        except SpondyloError as error:
            return {'backend': backend, 'reason': str(error)}
        return {
            'backend': backend,
            'first_report': spread_of([first for first, _ in pairs]).as_json(),
            'whole': spread_of([whole for _, whole in pairs]).as_json(),
        }


def time_command(
    words: Sequence[str], out: Path, environment: dict[str, str]
) -> tuple[float, float]:
    """Run ``spondylo predict``.

    Args:
        words: A film of the name :data:`FILM`, and options.
        out: Folder for its reports, not there yet.
        environment: Variables beside those of this process.

    Returns:
        Seconds to the first report (JSON) in the folder, and to the end.

    Raises:
        SpondyloError: If it fails or reports nothing.
    """
    code = 'from spondylo_mmpose.cli.main import main; main()'
    command = [sys.executable, '-c', code, 'predict', *words, '--out', str(out)]
    report = out / f'{FILM}.json'
    start, first = time.perf_counter(), None
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    while process.poll() is None:
        if first is None and report.is_file():
            first = time.perf_counter() - start
        time.sleep(0.005)
    whole = time.perf_counter() - start
    _, errors = process.communicate()
    if process.returncode or not report.is_file():
        raise SpondyloError(f'spondylo predict: {last_line(errors)}')
    return whole if first is None else first, whole


def _environment(threads: int) -> dict[str, str]:
    return {'OMP_NUM_THREADS': str(threads), 'OMP_WAIT_POLICY': 'PASSIVE'}
