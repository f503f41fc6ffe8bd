"""A process that trains one step whenever it is its turn."""

import contextlib
import copy
import io
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import islice
from typing import Any, Protocol

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch import nn

from spondylo_mmpose.benchmarks.fresh_process import peak_mib
from spondylo_mmpose.benchmarks.short_training import quietly
from spondylo_mmpose.benchmarks.training_variants import Variant, prepare, told_of
from spondylo_mmpose.engine.launch import build_runner
from spondylo_mmpose.engine.optim.cpu_amp_optim_wrapper import cpu_has_bf16
from spondylo_mmpose.engine.recipe import build_network, count_parameters
from spondylo_mmpose.errors import one_line

BATCHES = 2
"""Different ones, by turns; they are in memory, as waiting for data is not measured."""


class Ends(Protocol):
    """What a process needs of a connection."""

    def send(self, told: Any) -> None:
        """Tell the other end."""

    def recv(self) -> Any:
        """Wait for what the other end tells."""


class _Enough(Exception):  # noqa: N818  (nothing has failed)
    """No more turns."""


def take_turns(
    ends: Ends, variant: Variant, root: str, batch_size: int, threads: int
) -> None:
    """Be the process: train, one step for each ``True`` that comes.

    Told are: what the variant is once it is ready, the seconds of each step, and at the
    end the peak of the memory, MiB. Or ``{'error': line}`` instead of any.

    Args:
        ends: Where turns come from and times go to.
        variant: What to train.
        root: Converted data set.
        batch_size: Crops in a batch.
        threads: Of torch.
    """
    torch.set_num_threads(threads)
    try:
        import_module('spondylo_mmpose.datasets')
        config = prepare(variant, root, batch_size)
        with tempfile.TemporaryDirectory() as folder:
            config.work_dir = folder
            # mmengine keeps loggers and visualizers by name, for good.
            config.experiment_name = config.visualizer.name = folder
            if variant.loop == 'runner':
                _by_runner(ends, config, variant)
            else:
                _by_hand(ends, config, variant)
        ends.send(peak_mib())
    # Whatever it is, the other end waits for a word.
    except Exception as error:
        ends.send({'error': f'{variant.name}: {one_line(error)}'})


def _by_runner(ends: Ends, config: Config, variant: Variant) -> None:
    with quietly():
        runner = build_runner(config)
        loop = runner.train_loop
        loop.dataloader = _Kept(loop.dataloader)
    facts = _facts(runner.model, config, variant)
    clock = _Clock(ends, facts, runner.model)
    runner.register_hook(_Begin(clock), 'HIGHEST')
    runner.register_hook(_End(clock), 'LOWEST')
    with contextlib.suppress(_Enough), contextlib.redirect_stdout(io.StringIO()):
        runner.train()


class _Kept:
    """A loader whose first batches are given again and again."""

    def __init__(self, loader: Any) -> None:
        self.dataset = loader.dataset
        self._batches = list(islice(loader, BATCHES))
        self._length = len(loader)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        while True:
            for batch in self._batches:
                yield copy.deepcopy(batch)


class _Clock:
    """Waits for turns and tells how long they took."""

    def __init__(self, ends: Ends, facts: dict[str, Any], model: nn.Module) -> None:
        self._ends, self._facts, self._model = ends, facts, model
        self._start = 0.0
        self._steps = 0

    def begin(self) -> None:
        if not self._steps:
            self._ends.send(self._facts)
        if not self._ends.recv():
            raise _Enough
        self._steps += 1
        self._start = time.perf_counter()

    def end(self) -> None:
        seconds = time.perf_counter() - self._start
        self._ends.send({'seconds': seconds, 'layout': _layout(self._model)})


class _Begin(Hook):
    """Wait before the first of the others hears of the step."""

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock

    def before_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        self.clock.begin()


class _End(Hook):
    """Stop the clock when the last of the others is done."""

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        self.clock.end()


def _by_hand(ends: Ends, config: Config, variant: Variant) -> None:
    """The same network, loss and optimiser, in the loop that tutorials show."""
    init_default_scope('mmpose')
    with quietly():
        loader = Runner.build_dataloader(config.train_dataloader, seed=0)
        model: Any = build_network(config, 'cpu').train()
        batches = [_tensors(model, batch) for batch in islice(loader, BATCHES)]
    settings = dict(config.optim_wrapper.optimizer)
    settings.pop('_scope_', None)
    kind = getattr(torch.optim, settings.pop('type'))
    optimizer = kind(model.parameters(), **settings)
    clock = _Clock(ends, _facts(model, config, variant), model)
    step = 0
    with contextlib.suppress(_Enough):
        while True:
            inputs, targets, weights = batches[step % len(batches)]
            step += 1
            clock.begin()
            optimizer.zero_grad()
            heatmaps = model.head(model.backbone(inputs))
            loss = model.head.loss_module(heatmaps, targets, weights)
            loss.backward()
            optimizer.step()
            loss.item()
            clock.end()


def _tensors(model: Any, batch: dict) -> Sequence[torch.Tensor]:
    """Normalised crops, heatmaps and weights, as a data set of one's own gives them."""
    ready = model.data_preprocessor(batch, training=True)
    samples = ready['data_samples']
    return (
        ready['inputs'],
        torch.stack([one.gt_fields.heatmaps for one in samples]),
        torch.cat([one.gt_instance_labels.keypoint_weights for one in samples]),
    )


def _facts(model: nn.Module, config: Config, variant: Variant) -> dict[str, Any]:
    facts = told_of(config, variant)
    half = config.optim_wrapper.get('type') == 'CpuAmpOptimWrapper'
    facts['precision'] = 'bfloat16' if half and cpu_has_bf16() else 'float32'
    facts['parameters'] = count_parameters(model)
    return facts


def _layout(model: nn.Module) -> str:
    """How the weights of convolutions lie in memory, ``'mixed'`` if not all alike."""
    weights = [p for p in model.parameters() if p.dim() == 4 and max(p.shape[2:]) > 1]
    last = {p.is_contiguous(memory_format=torch.channels_last) for p in weights}
    if last == {True}:
        return 'channels_last'
    return 'mixed' if len(last) > 1 else 'contiguous'
