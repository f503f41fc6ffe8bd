"""How long a step of training takes: ours, MMPose's own, and a plain loop."""

import contextlib
import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from spondylo_mmpose.benchmarks.spread import ratios, spread_of
from spondylo_mmpose.benchmarks.training_turns import take_turns
from spondylo_mmpose.benchmarks.training_variants import (
    FAMILIES,
    PAIRS,
    Family,
    Variant,
    variants_of,
)
from spondylo_mmpose.errors import SpondyloError

WARM_UP = 1
"""Steps before those that count: the first one sets up memory and kernels."""

NOTES = (
    'a step: batch to the network, forward, loss, backward, optimiser, and all hooks '
    'of the run; batches lie in memory (waiting for data is measured apart)',
    'variants take turns, one step each, in processes of their own; ratios are of '
    'steps of the same turn',
    "stock: MMPose's config; changed are the number of keypoints, the data set, the "
    'batch size, no pretrained weights, and the crop where the name says so',
    'ours differs from stock, apart from what the columns show, in augmentation and '
    'codec, which are no part of a step, and in hooks',
    'plain loop: the network, loss and optimiser of ours on tensors that are '
    'normalised already, without mmengine',
)


def measure_training_step(
    root: str | Path,
    families: Sequence[str] = tuple(FAMILIES),
    batch_size: int = 8,
    rounds: int = 5,
    threads: int = 1,
) -> dict[str, Any]:
    """Let the variants of networks train step by step, in turns.

    Args:
        root: Converted data set; its training split is used.
        families: Names in :data:`.FAMILIES`.
        batch_size: Crops in a batch, for all.
        rounds: Steps of each that count.
        threads: Of torch, for each.

    Returns:
        For a JSON file: ``batch_size``, ``threads``, ``notes`` and for each of
        ``families`` its ``variants`` with their ``seconds`` and ``crops_per_second``,
        and the ratios of ``pairs``.

    Raises:
        SpondyloError: If a family is unknown, or a variant cannot train.
    """
    unknown = set(families) - FAMILIES.keys()
    if unknown:
        raise SpondyloError(
            f'{", ".join(sorted(unknown))}: no such family; there are '
            f'{", ".join(FAMILIES)}'
        )
    measured = [
        _measure(FAMILIES[name], root, batch_size, rounds, threads) for name in families
    ]
    return {
        'batch_size': batch_size,
        'threads': threads,
        'notes': list(NOTES),
        'families': measured,
    }


def _measure(
    family: Family, root: str | Path, batch_size: int, rounds: int, threads: int
) -> dict[str, Any]:
    variants = variants_of(family)
    times: dict[str, list[float]] = {one.name: [] for one in variants}
    rows: dict[str, dict[str, Any]] = {}
    with contextlib.ExitStack() as stack:
        ends = {}
        for one in variants:
            # One after another: two that start at once take memory for both.
            ends[one.name] = stack.enter_context(
                _process(one, root, batch_size, threads)
            )
            rows[one.name] = {'name': one.name, **_heard(ends[one.name])}
        steps = tqdm(range(WARM_UP + rounds), family.name, disable=None)
        for step in steps:
            for name, end in ends.items():
                end.send(True)
                told = _heard(end)
                rows[name]['layout'] = told['layout']
                if step >= WARM_UP:
                    times[name].append(told['seconds'])
        for name, end in ends.items():
            end.send(False)
            rows[name]['peak_mib'] = _heard(end)
    return {'family': family.name, **summarise(rows, times, batch_size)}


def summarise(
    rows: dict[str, dict[str, Any]], times: dict[str, list[float]], batch_size: int
) -> dict[str, Any]:
    """Add spreads to variants, and divide pairs.

    Args:
        rows: What is known of each variant, by its name.
        times: Seconds of its steps, in the order of turns.
        batch_size: Crops in a step.
    """
    told = [
        {
            **rows[name],
            'seconds': spread_of(seconds).as_json(),
            'crops_per_second': batch_size / spread_of(seconds).median,
        }
        for name, seconds in times.items()
    ]
    pairs = [
        {
            'pair': title,
            'slow': slow,
            'fast': fast,
            'ratio': ratios(times[slow], times[fast]).as_json(),
        }
        for title, slow, fast in PAIRS
        if {slow, fast} <= times.keys()
    ]
    return {'variants': told, 'pairs': pairs}


@contextlib.contextmanager
def _process(
    variant: Variant, root: str | Path, batch_size: int, threads: int
) -> Iterator[Any]:
    context = multiprocessing.get_context('spawn')
    here, there = context.Pipe()
    process = context.Process(
        target=take_turns,
        args=(there, variant, str(root), batch_size, threads),
        daemon=True,
    )
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()


def _heard(end: Any) -> Any:
    try:
        told = end.recv()
    except EOFError as error:
        raise SpondyloError(
            'a training ended without a word; is there enough memory?'
        ) from error
    if isinstance(told, dict) and 'error' in told:
        raise SpondyloError(told['error'])
    return told
