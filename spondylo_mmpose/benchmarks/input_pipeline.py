"""Speed of everything between the disk and the network."""

import contextlib
import io
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS

from spondylo_mmpose.benchmarks.data_time import measure_data_time
from spondylo_mmpose.benchmarks.film_formats import encode_film
from spondylo_mmpose.datasets.film_cache import DEFAULT_MIB
from spondylo_mmpose.engine.launch import dataset_nodes, load_config
from spondylo_mmpose.imaging import read_radiograph
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.utils.machine import describe_machine, torch_threads

ACCEPTED_SHARE = 0.05
"""More waiting than that and the data, not the network, sets the pace."""

SIZES = {'export': (640, 640), 'hospital': (2048, 2500)}
"""Width and height in px: an exported film, one as a detector gives it."""


def measure_input_pipeline(
    config: str | Path,
    films: int = 64,
    seconds: float = 0.5,
    training: bool = True,
) -> dict[str, Any]:
    """Measure decoding, crops and the wait for data, on phantoms.

    Args:
        config: Recipe whose pipeline and training are measured.
        films: Number of phantoms to train on.
        seconds: Processor time that each decoder gets; a pipeline gets four times it.
        training: Whether to train two epochs with the cache and two without.

    Returns:
        For a JSON file: ``machine``, ``films_per_second`` by size and format,
        ``crops_per_second`` and ``training`` with the cache and without.

    Raises:
        SpondyloError: If the config is none.
    """
    load_config(config)  # complain before the work
    result: dict[str, Any] = {
        'machine': describe_machine(),
        'config': str(config),
        'films_per_second': {name: _decoders(*SIZES[name], seconds) for name in SIZES},
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / 'phantoms'
        with contextlib.redirect_stdout(io.StringIO()):
            write_phantoms(root, films, 0, 'coco')

        def recipe() -> Config:
            return load_config(config, {'data_root': str(root)})

        caches = {'with_cache': float(DEFAULT_MIB), 'without_cache': 0.0}
        with contextlib.redirect_stdout(io.StringIO()):
            with _threads_of_a_worker():
                result['crops_per_second'] = {
                    name: _crops(recipe(), mib, seconds) for name, mib in caches.items()
                }
            if training:
                result['training'] = {
                    name: measure_data_time(recipe(), mib)
                    for name, mib in caches.items()
                }
    return result


def rate(work: Callable[[], Any], seconds: float) -> float:
    """Calls per second of processor time, whatever else the machine is doing.

    Args:
        work: What is measured; the first call does not count.
        seconds: Processor time to spend at least.
    """
    work()
    calls, start = 0, _processor_time()
    while (passed := _processor_time() - start) < seconds or not calls:
        work()
        calls += 1
    return calls / passed


def _processor_time() -> float:
    """Seconds that this process and its ended children have computed."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _decoders(width: int, height: int, seconds: float) -> dict[str, float]:
    phantom = make_phantom(0, 0).image
    film = np.asarray(
        cv2.resize(phantom, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    return {
        name: rate(lambda content=content: read_radiograph(content), seconds)  # type: ignore[misc]
        for name, content in encode_film(film).items()
    }


@contextlib.contextmanager
def _threads_of_a_worker() -> Iterator[None]:
    """One thread each: the number of workers fills the processor, not theirs."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(0)
    try:
        with torch_threads(1):
            yield
    finally:
        cv2.setNumThreads(before)


def _crops(config: Config, film_cache_mib: float, seconds: float) -> float:
    """Samples per second of one worker, in random order as in training."""
    for node in dataset_nodes(config.train_dataloader.dataset):
        node['film_cache_mib'] = film_cache_mib
    init_default_scope('mmpose')
    dataset = DATASETS.build(config.train_dataloader.dataset)
    order = iter(np.random.default_rng(0).integers(len(dataset), size=10_000_000))
    if film_cache_mib:
        for index in range(len(dataset)):
            dataset[index]
    return rate(lambda: dataset[int(next(order))], 4 * seconds)


def table(result: dict[str, Any]) -> str:
    """The result as text for a terminal."""
    machine = result['machine']
    sizes = result['films_per_second']
    width = 30
    head = [f'{name} {SIZES[name][0]}x{SIZES[name][1]}' for name in sizes]
    lines = [
        f'{machine["processor"]}, {machine["cores"]} cores, '
        f'load {machine["load_average_1_min"]:.1f}',
        '',
        f'{"films decoded/s by one core":{width}}' + ''.join(f'{h:>22}' for h in head),
    ]
    for kind in next(iter(sizes.values())):
        speeds = ''.join(f'{sizes[name][kind]:22.0f}' for name in sizes)
        lines.append(f'{kind:{width}}{speeds}')
    lines += ['', f'{"":{width}}{"with cache":>22}{"without":>22}']

    def row(title: str, values: dict[str, float], form: str) -> str:
        cells = (format(values[name], form) for name in ('with_cache', 'without_cache'))
        return f'{title:{width}}' + ''.join(f'{cell:>22}' for cell in cells)

    lines.append(row('crops/s by one core', result['crops_per_second'], '.0f'))
    if 'training' in result:
        training = result['training']
        shares = {name: run['share'] for name, run in training.items()}
        seconds = {name: run['seconds'] for name, run in training.items()}
        lines.append(row('second epoch, s', seconds, '.2f'))
        lines.append(row('share of it waiting', shares, '.2%'))
        verdict = 'below' if shares['with_cache'] < ACCEPTED_SHARE else 'NOT below'
        lines.append(f'waiting for data is {verdict} {ACCEPTED_SHARE:.0%}')
    return '\n'.join(lines)
