"""From the recipe of a top-down pose model to a test on whole films."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn

from spondylo_mmpose.datasets.pipeline_changes import pipeline_of
from spondylo_mmpose.engine.checkpoint import (
    load_checkpoint_file,
    load_weights,
    unwrapped,
)
from spondylo_mmpose.engine.launch import (
    dataset_nodes,
    explain_config_errors,
    forget_pretrained,
    load_config,
)
from spondylo_mmpose.engine.recipe import TOP_DOWN, recipe_kind
from spondylo_mmpose.errors import SpondyloError

KEPT_SCORE = 0.05
"""Least score of a box that gets corners; metrics and readers of a dump set their own.

Higher than theirs it would cut the average precision short.
"""

END_TO_END_FOLDER = 'end_to_end'
"""In a run's folder: results lie beside those with given boxes, not over them."""

_KEPT_HOOKS = ('TrainedFilmsHook', 'EvaluationReportHook')

_FILM_PIPELINE = [
    {'type': 'LoadRadiograph'},
    {
        'type': 'PackPoseInputs',
        'meta_keys': (
            *('id', 'img_id', 'img_path', 'ori_shape', 'img_shape'),
            *('raw_ann_info', 'film', 'vertebra'),
        ),
    },
]


@dataclass(frozen=True)
class Detector:
    """A trained detector, or model of whole films that finds boxes for another.

    Attributes:
        config: Its recipe.
        path: Its checkpoint.
        content: What :func:`.load_checkpoint_file` gave for it.
    """

    config: Config
    path: str
    content: Mapping[str, Any]


def load_detector(config_path: str, checkpoint: str) -> Detector:
    """Read what ``--detector`` names: a detector, or a model of whole films.

    Raises:
        SpondyloError: If one of the files is no such thing.
    """
    content = load_checkpoint_file(checkpoint)
    config = load_config(config_path)
    if recipe_kind(config) == TOP_DOWN:
        raise SpondyloError(
            f'{config_path}: sees one vertebra at a time and finds none; name a '
            'detector or a model of whole films'
        )
    forget_pretrained(config)
    return Detector(config, checkpoint, content)


def passes_of(config: Config) -> int:
    """How often the pose model of a recipe looks where boxes are found.

    Args:
        config: Its ``passes``, or 1.

    Raises:
        SpondyloError: If that is no number of looks.
    """
    told = config.get('passes', 1)
    if not isinstance(told, int) or told < 1:
        raise SpondyloError(f'{config.filename}: passes={told!r}: is to be 1 or more')
    return told


def look_for_boxes(
    config: Config,
    detector: Detector | None = None,
    box_file: str | None = None,
    passes: int | None = None,
) -> None:
    """Have the boxes found instead of given.

    Args:
        config: Recipe of a top-down pose model, changed in place.
        detector: What finds the boxes.
        box_file: COCO detection results instead of it.
        passes: See :class:`.DetectThenPose`; by default :func:`passes_of` the recipe.

    Raises:
        SpondyloError: If the recipe is of another kind, or the detector's has no test
            pipeline.
    """
    # Registers the model.
    import spondylo_mmpose.models.pose_estimators  # noqa: F401

    nodes = list(dataset_nodes(config.test_dataloader.dataset))
    if not nodes or any(n.get('data_mode', 'topdown') != 'topdown' for n in nodes):
        raise SpondyloError(
            f'{config.filename}: is no recipe of a top-down pose model; boxes are '
            'nothing to it'
        )
    pose_pipeline = pipeline_of(nodes[0])
    if detector is not None:
        source = {
            'type': 'FilmDetector',
            'model': detector.config.model,
            'pipeline': tested_pipeline(detector.config),
            'scope': detector.config.get('default_scope', 'mmdet'),
        }
    else:
        annotations = [str(Path(n['data_root'] or '') / n['ann_file']) for n in nodes]
        source = {'type': 'FileBoxes', 'path': box_file, 'annotations': annotations}
    config.model = {
        'type': 'DetectThenPose',
        'detector': source,
        'pose': config.model,
        'pose_pipeline': pose_pipeline,
        'score_threshold': KEPT_SCORE,
        'passes': passes_of(config) if passes is None else passes,
    }
    for node in nodes:
        node.update(data_mode='bottomup', pipeline=deepcopy(_FILM_PIPELINE))
        node.pop('pipeline_changes', None)  # pose_pipeline has them
    config.test_dataloader.batch_size = 4
    config.test_evaluator = [
        {'type': 'SpineDetectionMetric', 'intervals': True},
        {'type': 'FilmClinicalMetric', 'intervals': True},
        {'type': 'PublishedSlotMetric'},
        # Of frontal films that tell their angles; of others nothing.
        {'type': 'FilmCobbMetric', 'intervals': True},
    ]
    config.custom_hooks = [
        hook for hook in config.get('custom_hooks', ()) if hook['type'] in _KEPT_HOOKS
    ]


def load_parts(
    runner: Runner,
    checkpoint: str,
    content: Mapping[str, Any],
    detector: Detector | None = None,
) -> None:
    """Give both models their weights.

    Args:
        runner: Of a config that :func:`look_for_boxes` made.
        checkpoint: File of the pose model.
        content: What :func:`.load_checkpoint_file` gave for it.
        detector: What finds the boxes, unless they come from a file.

    Raises:
        SpondyloError: If weights are missing or do not fit.
    """
    model = unwrapped(runner.model)
    for weights in weigh_parts(model, checkpoint, content, detector):
        # The films that either model was trained on are told of.
        runner.call_hook('after_load_checkpoint', checkpoint=dict(weights))


def weigh_parts(
    model: nn.Module,
    checkpoint: str,
    content: Mapping[str, Any],
    detector: Detector | None = None,
) -> list[Mapping[str, Any]]:
    """Give the parts of a :class:`.DetectThenPose` their weights.

    Args:
        model: The whole of it.
        checkpoint: File of the pose model.
        content: What :func:`.load_checkpoint_file` gave for it.
        detector: What finds the boxes, unless they come from a file.

    Returns:
        The contents of the checkpoints.

    Raises:
        SpondyloError: If weights are missing or do not fit.
    """
    whole: Any = model
    load_weights(checkpoint, whole.pose, content)
    if detector is None:
        return [content]
    load_weights(detector.path, whole.detector.model, detector.content)
    return [content, detector.content]


def tested_pipeline(config: Config) -> list[dict]:
    """Transforms that a recipe tests with.

    Raises:
        SpondyloError: If it has none.
    """
    with explain_config_errors(config):
        dataset = config.test_dataloader.dataset
        while 'pipeline' not in dataset:
            dataset = (dataset.get('datasets') or [dataset['dataset']])[0]
        return pipeline_of(dataset)
