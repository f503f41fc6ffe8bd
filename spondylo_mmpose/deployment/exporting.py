"""A trained network as one ONNX file."""

import contextlib
import importlib
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spondylo_mmpose.deployment.checking import Difference, checked_difference
from spondylo_mmpose.deployment.describing import Described, describe
from spondylo_mmpose.deployment.facts import ENTRY, ExportedFacts
from spondylo_mmpose.deployment.session import INPUT, LOOKS
from spondylo_mmpose.engine.checkpoint import load_checkpoint_file, load_weights
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.utils.io import atomic_file, check_writable

OPSET = 18
"""Of the ONNX operators: that torch writes; others are converted to, if they can."""


@dataclass(frozen=True)
class Exported:
    """A written file.

    Attributes:
        path: Where it is.
        facts: What it tells of itself.
        difference: From torch on phantoms; ``None`` where it was not asked for.
    """

    path: Path
    facts: ExportedFacts
    difference: Difference | None


def export_model(
    config_path: str | Path,
    checkpoint: str | Path,
    out: str | Path,
    opset: int = OPSET,
    check: bool = False,
) -> Exported:
    """Export a trained network.

    Args:
        config_path: Its recipe.
        checkpoint: Its weights.
        out: The file to write.
        opset: Version of the ONNX operators.
        check: Compare the file with torch on phantoms before it gets its name.

    Raises:
        SpondyloError: If a file is missing or does not fit, networks of the kind are
            not exported, a package is missing, the file cannot be written or differs
            from torch.
    """
    for package in ('onnx', 'onnxscript'):
        _need(package)
    check_writable(out)
    config = load_config(config_path)
    content = load_checkpoint_file(checkpoint)
    network = build_network(config, 'cpu').eval()
    load_weights(checkpoint, network, content)
    described = describe(config, network, checkpoint)
    model = _to_onnx(described, config_path, opset)
    _strip(model)
    entry = model.metadata_props.add()
    entry.key, entry.value = ENTRY, described.facts.to_text()
    difference = None
    with atomic_file(out) as temporary:
        temporary.write_bytes(model.SerializeToString())
        if check:
            with _quietly():
                difference = checked_difference(config, network, temporary, out)
    return Exported(Path(out), described.facts, difference)


def _to_onnx(described: Described, config_path: str | Path, opset: int) -> Any:
    width, height = described.facts.input_size
    # Two of them: torch takes a single one for a constant.
    films = torch.zeros(2, height, width, 3, dtype=torch.uint8)
    inputs = {INPUT: (films, {0: torch.export.Dim('batch')})}
    if described.facts.flip_test:
        looks = torch.zeros(3, dtype=torch.uint8)
        inputs[LOOKS] = (looks, {0: torch.export.Dim(LOOKS)})
    with _quietly(), torch.no_grad():
        try:
            program = torch.onnx.export(
                described.graph,
                tuple(example for example, _ in inputs.values()),
                input_names=list(inputs),
                output_names=list(described.graph.outputs),
                dynamic_shapes=tuple(free for _, free in inputs.values()),
                opset_version=opset,
                dynamo=True,
                verbose=False,
            )
        # It raises whatever its parts raise.
        except Exception as error:
            raise SpondyloError(
                f'{config_path}: torch cannot export it with opset {opset} '
                f'({one_line(error)})'
            ) from error
    assert program is not None
    model = program.model_proto
    if LOOKS in inputs:
        _make_optional(model, LOOKS, np.zeros(2, np.uint8))
    (written,) = (one.version for one in model.opset_import if not one.domain)
    if written != opset:
        raise SpondyloError(
            f'--opset {opset}: torch cannot bring this model to it; {OPSET} always '
            'works'
        )
    return model


def _make_optional(model: Any, name: str, value: np.ndarray) -> None:
    """Give an input the value that it has where it is not fed."""
    from onnx import numpy_helper

    model.graph.initializer.append(numpy_helper.from_array(value, name))


def _strip(model: Any) -> None:
    """Leave out where in which file on which machine each node came from."""
    graph = model.graph
    parts = (*graph.node, *graph.value_info, *graph.initializer)
    for part in (model, graph, *graph.input, *graph.output, *parts):
        del part.metadata_props[:]
        part.ClearField('doc_string')


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep torch and layers of others from telling users about their own parts."""
    loggers = [logging.getLogger(name) for name in ('torch.onnx', 'onnxscript')]
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter('ignore')
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


def _need(package: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise SpondyloError(
            f'{package} cannot be imported ({error}); '
            'pip install "spondylo_mmpose[onnx]"'
        ) from error
