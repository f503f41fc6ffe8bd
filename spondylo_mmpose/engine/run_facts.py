"""What a test run was: written beside its metrics, read by reports and tables.

Files are told by name and digest alone: the folders above them may name people.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.runner import Runner

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.converters.film_groups import labelled_images
from spondylo_mmpose.engine.checkpoint import unwrapped
from spondylo_mmpose.engine.launch import dataset_nodes
from spondylo_mmpose.engine.model_facts import ModelFacts, model_facts
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import named_digest, read_json, write_json
from spondylo_mmpose.utils.machine import describe_machine

RUN_FACTS = Path('evaluation', 'test', 'run.json')
"""Where a work directory keeps the facts of its last test."""

FORMAT = 'spondylo_mmpose run'
_LIBRARIES = ('spondylo_mmpose', 'torch', 'mmengine', 'mmpose', 'mmdet', 'numpy')


@dataclass(frozen=True)
class NamedDigest:
    """A file as it is told of.

    Attributes:
        name: Without folders.
        sha256: In hexadecimal.
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, path: str | Path) -> 'NamedDigest':
        """Name and digest of a file."""
        return cls(**named_digest(path))


@dataclass(frozen=True)
class TrainingFacts:
    """How a checkpoint was trained, ``None`` for what is not known.

    Attributes:
        epochs: Epochs behind the checkpoint.
        iterations: Steps behind it.
        seed: Of the training.
        films: Labelled films of the training set that the test's config names.
        vertebrae: Vertebrae on them.
    """

    epochs: int | None
    iterations: int | None
    seed: int | None
    films: int | None
    vertebrae: int | None


@dataclass(frozen=True)
class RunFacts:
    """One test of one checkpoint.

    Attributes:
        config: The config with all options applied, as it lies in the work directory.
        checkpoint: The weights.
        annotations: What was tested on.
        predictions: The dump, ``None`` where none was asked for.
        model: The network.
        training: How the checkpoint came about.
        seed: Of the test.
        versions: Of this package and those that it stands on.
        device: Name of the accelerator or processor.
        created: UTC, ISO 8601.
        boxes: End to end, the detector's weights or the file of boxes; ``None`` where
            the model finds vertebrae itself or is given them.
    """

    config: NamedDigest
    checkpoint: NamedDigest
    annotations: Sequence[NamedDigest]
    predictions: NamedDigest | None
    model: ModelFacts
    training: TrainingFacts
    seed: int | None
    versions: Mapping[str, str]
    device: str
    created: str
    boxes: NamedDigest | None = None


def collect_facts(
    runner: Runner,
    checkpoint: str | Path,
    content: Mapping[str, Any],
    dump: str | Path | None = None,
    boxes: str | Path | None = None,
) -> RunFacts:
    """Gather the facts of a test that is over.

    Args:
        runner: What tested.
        checkpoint: File of the weights.
        content: What :func:`.load_checkpoint_file` gave for it.
        dump: File of the predictions, complete.
        boxes: Where the boxes came from, end to end.

    Raises:
        OSError: If one of the files is gone.
    """
    config: Config = runner.cfg
    model = unwrapped(runner.model)
    text = config.pretty_text.encode('utf-8')
    weight = next(model.parameters(), torch.zeros(0))
    return RunFacts(
        config=NamedDigest(
            Path(config.filename or 'config.py').name, hashlib.sha256(text).hexdigest()
        ),
        checkpoint=NamedDigest.of(checkpoint),
        annotations=[
            NamedDigest.of(path) for path in annotation_paths(config, 'test_dataloader')
        ],
        predictions=NamedDigest.of(dump) if dump else None,
        model=model_facts(model, _first_input(runner)),
        training=_training_facts(config, content.get('meta')),
        seed=runner.seed,
        versions=_versions(),
        device=torch.cuda.get_device_name(weight.device)
        if weight.is_cuda
        else describe_machine()['processor'],
        created=datetime.now(timezone.utc).isoformat(timespec='seconds'),
        boxes=NamedDigest.of(boxes) if boxes else None,
    )


def write_facts(path: str | Path, facts: RunFacts) -> Path:
    """Write facts as JSON, atomically.

    Raises:
        SpondyloError: If the file cannot be written.
    """
    return write_json(path, {'format': FORMAT, **asdict(facts)})


def read_facts(path: str | Path) -> RunFacts:
    """Read what :func:`write_facts` wrote.

    Raises:
        SpondyloError: If the file is missing, damaged or something else.
    """
    value = read_json(path)
    try:
        if value.pop('format') != FORMAT:
            raise ValueError('format')
        model = dict(value.pop('model'))
        size = model['input_size']
        model['input_size'] = None if size is None else (int(size[0]), int(size[1]))
        predictions = value.pop('predictions')
        boxes = value.pop('boxes', None)
        return RunFacts(
            config=NamedDigest(**value.pop('config')),
            checkpoint=NamedDigest(**value.pop('checkpoint')),
            annotations=[NamedDigest(**one) for one in value.pop('annotations')],
            predictions=None if predictions is None else NamedDigest(**predictions),
            model=ModelFacts(**model),
            training=TrainingFacts(**value.pop('training')),
            boxes=None if boxes is None else NamedDigest(**boxes),
            **value,
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise SpondyloError(
            f'{path}: does not tell the facts of a test run; remove it or run '
            'tools/test.py again'
        ) from error


def annotation_paths(config: Config, loader: str) -> list[Path]:
    """Annotation files of a loader's data sets that are there, each once.

    Args:
        config: Of the run.
        loader: Name of the loader in it.
    """
    dataset = (config.get(loader) or {}).get('dataset') or {}
    paths = [
        Path(node['data_root'] or '') / node['ann_file']
        for node in dataset_nodes(dataset)
    ]
    return [path for path in dict.fromkeys(paths) if path.is_file()]


def _first_input(runner: Runner) -> torch.Tensor | None:
    """The first input of the test set as the pipeline packs it."""
    sample = runner.test_dataloader.dataset[0]
    inputs = sample.get('inputs') if isinstance(sample, dict) else None
    is_image = isinstance(inputs, torch.Tensor) and inputs.ndim == 3
    return inputs if is_image else None


def _training_facts(config: Config, meta: Any) -> TrainingFacts:
    meta = meta if isinstance(meta, Mapping) else {}
    films = vertebrae = None
    try:
        contents = [
            read_annotation_file(path)
            for path in annotation_paths(config, 'train_dataloader')
        ]
    except SpondyloError:
        contents = []  # A test does not need the training set.
    if contents:
        films = sum(len(labelled_images(content)) for content in contents)
        vertebrae = sum(len(content['annotations']) for content in contents)
    numbers = {
        name: meta[name] if isinstance(meta.get(name), int) else None
        for name in ('epoch', 'iter', 'seed')
    }
    return TrainingFacts(
        epochs=numbers['epoch'],
        iterations=numbers['iter'],
        seed=numbers['seed'],
        films=films,
        vertebrae=vertebrae,
    )


def _versions() -> dict[str, str]:
    versions = {}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
