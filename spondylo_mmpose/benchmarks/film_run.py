"""One process that reports on films, as a program does that uses the package.

Nothing is imported before it is needed: what is imported is part of what is measured.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def run_films(
    model: dict[str, Any],
    films: str,
    started: float,
    backend: str = 'torch',
    contiguous: bool = False,
    bf16: bool = False,
    compiled: bool = False,
    batch_size: int = 4,
) -> dict[str, Any]:
    """Report on films, one by one and in batches.

    Args:
        model: ``config``, ``checkpoint``, ``detector`` (both of it, or ``None``) and
            further settings of :class:`.SpineInferencer`.
        films: File of :func:`.draw_films`.
        started: ``time.time()`` when the process was started.
        backend: ``'torch'`` or ``'onnx'``.
        contiguous: Whether torch's weights have the layout that they are saved with.
        bf16: Whether torch computes in bfloat16.
        compiled: Whether torch compiles backbones and necks.
        batch_size: Films at once.

    Returns:
        ``ready_seconds`` and ``first_report_seconds`` since the start of the process,
        ``seconds`` of each film but the first, ``parts``: those of its parts,
        ``films_per_second`` in batches, mean numbers of ``vertebrae`` and of
        ``measured`` films (those that the screen did not refuse).
    """
    from spondylo_mmpose.apis.inferencer import SpineInferencer

    detector = model.pop('detector', None)
    inferencer = SpineInferencer(
        model.pop('config'),
        model.pop('checkpoint'),
        tuple(detector) if detector else None,
        backend=backend,  # type: ignore[arg-type]
        batch_size=batch_size,
        **model,
    )
    if backend == 'torch':
        _prepare(inferencer.model.network, contiguous, compiled)  # type: ignore[attr-defined]
    ready = time.time() - started
    pictures = list(np.load(films))
    clocks = watch(inferencer)
    with _bfloat16(inferencer) if bf16 else contextlib.nullcontext():
        inferencer(pictures[0])
        first = time.time() - started
        seconds, parts, reports = _one_by_one(inferencer, pictures, clocks)
        start = time.perf_counter()
        inferencer(pictures)
        rate = len(pictures) / (time.perf_counter() - start)
    return {
        'ready_seconds': ready,
        'first_report_seconds': first,
        'seconds': seconds,
        'parts': parts,
        'films_per_second': rate,
        'vertebrae': float(np.mean([len(one.vertebrae) for one in reports])),
        'measured': float(np.mean([not one.refused for one in reports])),
    }


def watch(inferencer: Any) -> dict[str, 'Clock']:
    """Put clocks into an inferencer.

    Returns:
        ``find`` (all that the model does), ``boxes`` (that of the detector, a part of
        it; only with one) and ``screen`` (only with one).
    """
    model = inferencer.model
    places: dict[str, tuple[Any, str]] = {'find': (model, 'find')}
    whole = getattr(model, 'network', None)
    exported = getattr(model, 'model', None)
    if getattr(whole, 'detector', None) is not None:
        places['boxes'] = (whole.detector, 'find')  # type: ignore[union-attr]
    elif getattr(exported, 'detector', None) is not None:
        places['boxes'] = (exported.detector, 'worth_a_look')  # type: ignore[union-attr]
    if inferencer.screen:
        places['screen'] = (inferencer.screen, 'screen')
    clocks = {}
    for name, (owner, method) in places.items():
        clocks[name] = Clock(getattr(owner, method))
        setattr(owner, method, clocks[name])
    return clocks


class Clock:
    """A function that adds up the time it takes.

    Args:
        function: What it does.

    Attributes:
        seconds: Sum of its calls.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.seconds = 0.0
        self._function = function

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Call it."""
        start = time.perf_counter()
        try:
            return self._function(*given, **named)
        finally:
            self.seconds += time.perf_counter() - start


def _one_by_one(
    inferencer: Any, pictures: Sequence[Any], clocks: dict[str, Clock]
) -> tuple[list[float], dict[str, list[float]], list[Any]]:
    seconds: list[float] = []
    parts: dict[str, list[float]] = {name: [] for name in (*clocks, 'rest')}
    reports = []
    for picture in pictures[1:]:
        before = {name: clock.seconds for name, clock in clocks.items()}
        start = time.perf_counter()
        reports.append(inferencer(picture))
        seconds.append(time.perf_counter() - start)
        spent = {name: clock.seconds - before[name] for name, clock in clocks.items()}
        for name, value in spent.items():
            parts[name].append(value)
        # The boxes are found within the rest of the model's work.
        parts['rest'].append(
            seconds[-1] - spent.get('find', 0.0) - spent.get('screen', 0.0)
        )
    return seconds, parts, reports


def _prepare(network: Any, contiguous: bool, compiled: bool) -> None:
    import torch

    if contiguous:
        network.to(memory_format=torch.contiguous_format)
    if compiled:
        for name, part in network.named_modules():
            if name.rpartition('.')[2] in ('backbone', 'neck'):
                part.compile()


def _bfloat16(inferencer: Any) -> contextlib.AbstractContextManager[None]:
    # Torch comes with it.
    from spondylo_mmpose.benchmarks.bfloat16 import bfloat16

    return bfloat16(inferencer.model.network)
