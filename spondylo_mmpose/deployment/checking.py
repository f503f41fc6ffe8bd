"""An exported file against the network that it was exported from."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from numpy.typing import ArrayLike, NDArray
from torch import nn

from spondylo_mmpose.datasets.metainfo import vertebra_metainfo
from spondylo_mmpose.deployment.detector import OnnxDetector
from spondylo_mmpose.deployment.runtime import OnnxSpineModel
from spondylo_mmpose.deployment.session import OnnxSession
from spondylo_mmpose.engine.end_to_end import KEPT_SCORE, tested_pipeline
from spondylo_mmpose.engine.recipe import DETECTOR, TOP_DOWN, recipe_kind
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.channels import three_channels
from spondylo_mmpose.models.pose_estimators.detect_then_pose import MOST_VERTEBRAE
from spondylo_mmpose.models.pose_estimators.film_boxes import FilmBoxes, LoadedFilm
from spondylo_mmpose.models.pose_estimators.film_detector import FilmDetector
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.spine.anatomy import hull_boxes

LIMIT = 0.05
"""Largest difference that a check lets pass, px of the film."""

PHANTOMS = 3
"""That a check looks at."""


Reader = Callable[
    [Sequence[NDArray[np.uint8]], Sequence[ArrayLike]], list[NDArray[np.float32]]
]


class Difference(NamedTuple):
    """How far two results are apart.

    Attributes:
        largest: Largest difference of a coordinate, px of the film: of a corner, or of
            a detector's box. Infinite where one found more vertebrae than the other,
            NaN where neither found any.
        vertebrae: So many were compared.
    """

    largest: float
    vertebrae: int


def checked_difference(
    config: Config, network: nn.Module, path: Path, name: str | Path
) -> Difference:
    """Compare a file with torch on phantoms.

    Args:
        config: The recipe.
        network: With its weights, in evaluation mode.
        path: The file.
        name: What it is to be called.

    Raises:
        SpondyloError: If they are farther apart than :data:`LIMIT`.
    """
    phantoms = [make_phantom(1, index) for index in range(PHANTOMS)]
    films = [one.image for one in phantoms]
    boxes = [hull_boxes(one.truth.corners) for one in phantoms]
    wanted = by_torch(config, network, films, boxes)
    difference = difference_of(wanted, file_reader(path)(films, boxes))
    if difference.largest > LIMIT:
        raise SpondyloError(
            f'{name}: its results differ from those of torch by '
            f'{difference.largest:.3g} px on phantoms; nothing was written'
        )
    return difference


def file_reader(path: str | Path, threads: int | None = None) -> Reader:
    """Run an exported model of any kind.

    Args:
        path: The file.
        threads: For one run.

    Returns:
        Of films and their boxes, which a top-down model gets, corners ``(N, 4, 2)`` of
        each film, or the boxes ``(N, 4)`` that would get corners, from the topmost
        down, where the model is a detector.

    Raises:
        SpondyloError: If it is no such file.
    """
    session = OnnxSession(path, threads)
    if session.facts.kind == DETECTOR:
        detector = OnnxDetector(session)
        return lambda films, boxes: [
            _downward(one) for one in detector.worth_a_look(films)
        ]
    model = OnnxSpineModel(path, threads=threads)
    is_given = model.facts.kind == TOP_DOWN
    return lambda films, boxes: [
        one.keypoints for one in model.find(films, boxes if is_given else None)
    ]


def by_torch(
    config: Config,
    network: Any,
    films: Sequence[NDArray[np.uint8]],
    boxes: Sequence[ArrayLike],
) -> list[NDArray[np.float32]]:
    """The same as a :func:`file_reader` by torch, through the recipe's test pipeline.

    Args:
        config: The recipe.
        network: With its weights, in evaluation mode.
        films: ``(H, W)``.
        boxes: ``(N, 4)`` of each film, px.
    """
    shown = [three_channels(film) for film in films]
    kind, scope = recipe_kind(config), config.get('default_scope', 'mmpose')
    with DefaultScope.overwrite_default_scope(scope), torch.inference_mode():
        if kind == DETECTOR:
            source = FilmDetector(config.model, tested_pipeline(config), scope)
            source.model = network
            loaded = [LoadedFilm(film, i, None) for i, film in enumerate(shown)]
            kept = (
                one.best(KEPT_SCORE, MOST_VERTEBRAE, (film.shape[1], film.shape[0]))
                for one, film in zip(source.find(loaded), films, strict=True)
            )
            return [_downward(one) for one in kept]
        pipeline = Compose(deepcopy(tested_pipeline(config)))
        found = []
        for number, (film, given) in enumerate(zip(shown, boxes, strict=True)):
            base = {'img': film, 'img_path': None, 'img_id': number, **_META}
            inputs: list[dict[str, Any]] = [base]
            if kind == TOP_DOWN:
                inputs = [
                    {**base, 'bbox': box[None], 'bbox_score': np.ones(1, np.float32)}
                    for box in np.asarray(given, np.float32)
                ]
            batch = [pipeline(deepcopy(one)) for one in inputs]
            samples = network.test_step(pseudo_collate(batch))
            corners = [sample.pred_instances.keypoints for sample in samples]
            found.append(np.concatenate(corners).astype(np.float32))
    return found


def difference_of(
    some: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32]]
) -> Difference:
    """Compare what was found on the same films.

    Args:
        some: ``(N, ...)`` of each film.
        others: The same from elsewhere.
    """
    largest = [np.nan]
    for one, other in zip(some, others, strict=True):
        if one.shape != other.shape:
            largest.append(np.inf)
        elif one.size:
            largest.append(float(np.abs(one - other).max()))
    return Difference(float(np.fmax.reduce(largest)), sum(map(len, some)))


def _downward(found: FilmBoxes) -> NDArray[np.float32]:
    """Boxes in an order that does not hang on the last digits of their scores."""
    return found.boxes[np.argsort(found.boxes[:, 1::2].sum(1))]


_META = {
    name: value
    for name, value in parse_pose_metainfo(vertebra_metainfo()).items()
    if name in ('dataset_name', 'flip_indices', 'flip_pairs')
    or name in ('upper_body_ids', 'lower_body_ids')
}
