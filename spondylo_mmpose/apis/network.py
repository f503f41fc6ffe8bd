"""A trained network with the test pipeline of its recipe, run by torch."""

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope
from numpy.typing import NDArray

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.engine.checkpoint import load_checkpoint_file, load_weights
from spondylo_mmpose.engine.device import torch_device
from spondylo_mmpose.engine.end_to_end import (
    Detector,
    load_detector,
    look_for_boxes,
    tested_pipeline,
    weigh_parts,
)
from spondylo_mmpose.engine.launch import (
    explain_config_errors,
    forget_pretrained,
    load_config,
)
from spondylo_mmpose.engine.recipe import (
    DETECTOR,
    TOP_DOWN,
    build_network,
    recipe_kind,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_samples import as_array
from spondylo_mmpose.film_report.disputes import disputed_corners
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.model_facts import ModelFacts, ModelPart
from spondylo_mmpose.models.pose_estimators.detect_then_pose import (
    DetectThenPose,
    not_mirrored,
)
from spondylo_mmpose.uncertainty.calibration import LEARNED
from spondylo_mmpose.utils.io import file_digest
from spondylo_mmpose.utils.silence import no_warnings

_ALONE = threading.Lock()
"""One network at a time: how a network looks and mmengine's scope are not a thread's
own, and torch divides the work among the cores by itself."""


class FilmNetwork:
    """Finds the vertebrae of films. Any thread may call it; they wait for each other.

    Args:
        files: A model of whole films, or with a detector a top-down pose model.
        detector: What finds the boxes: a detector, or a model of whole films.
        device: One of :data:`.device.DEVICES`.
        passes: How often a pose model looks, see :class:`.DetectThenPose`; as its
            recipe says by default.

    Raises:
        SpondyloError: If a file is missing or no such thing, the two do not fit, or
            there is no such device.
    """

    def __init__(
        self,
        files: ModelFiles,
        detector: ModelFiles | None = None,
        device: str = 'auto',
        passes: int | None = None,
    ) -> None:
        self.device = torch_device(device)
        content = load_checkpoint_file(files.weights)
        config = load_config(files.config)
        forget_pretrained(config)
        _check_kind(config, files, detector)
        parts = [_part('film' if detector is None else 'pose', files, config)]
        found: Detector | None = None
        if detector is not None:
            found = load_detector(str(detector.config), str(detector.weights))
            parts.append(_part('detector', detector, found.config))
            look_for_boxes(config, found, passes=passes)
        self.network = build_network(config, 'cpu')
        if found is None:
            load_weights(files.weights, self.network, content)
        else:
            weigh_parts(self.network, str(files.weights), content, found)
        self.network.to(self.device).eval()
        if self.device.type == 'cpu':
            # A quarter faster there.
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        whole: Any = self.network
        finder = whole if found is None else whole.detector.model
        head = getattr(finder, 'head', None)
        self._tells_presence = getattr(head, 'tells_presence', False)
        self._scope = config.get('default_scope', 'mmpose')
        with (
            DefaultScope.overwrite_default_scope(self._scope),
            explain_config_errors(config),
        ):
            self.pipeline = Compose(tested_pipeline(config))
        looks = 1 if found is None else whole.passes
        self.facts = ModelFacts(files.own_name, tuple(parts), looks)

    def find(
        self, films: Sequence[NDArray[np.uint8]], quick: bool = False
    ) -> list[FoundVertebrae]:
        """Find the vertebrae of each film; see :class:`.FilmModel`."""
        with (
            _ALONE,
            _looking_once(self.network) if quick else nullcontext(),
            DefaultScope.overwrite_default_scope(self._scope),
            torch.inference_mode(),
            # What layers of others will have to change is nothing to who uses them.
            no_warnings(),
        ):
            batch = [
                self.pipeline(
                    {
                        'img': cv2.cvtColor(film, cv2.COLOR_GRAY2BGR),
                        'img_path': None,
                        'img_id': number,
                    }
                )
                for number, film in enumerate(films)
            ]
            samples = self.network.test_step(pseudo_collate(batch))  # type: ignore[operator]
        return [self._vertebrae(sample) for sample in samples]

    def _vertebrae(self, sample: Any) -> FoundVertebrae:
        instances = sample.pred_instances
        corners = as_array(instances.keypoints).reshape(-1, 4, 2)
        told: dict[str, Any] = {
            'corner_scores': as_array(instances.keypoint_scores).reshape(-1, 4)
        }
        scores = as_array(instances.bbox_scores).reshape(-1)
        if 'keypoint_stds' in instances:
            stds = as_array(instances.keypoint_stds).reshape(-1, 4)
            # NaN where the network did not learn them.
            if np.isfinite(stds).all():
                told['corner_std'] = stds
                told['std_origin'] = sample.get('std_origin', LEARNED)
        if 'slots' in instances:
            told['slots'] = as_array(instances.slots).astype(np.intp)
        if self._tells_presence:
            told['presence'] = scores
        if 'finder_keypoints' in instances:
            others = as_array(instances.finder_keypoints).reshape(-1, 4, 2)
            told['disputed'] = disputed_corners(corners, others)
            told['finder_corners'] = others
        return FoundVertebrae(corners, scores, **told)


@contextmanager
def _looking_once(network: Any) -> Iterator[None]:
    """Have a model of crops look once, and not at the mirrored ones."""
    if not isinstance(network, DetectThenPose):
        yield
        return
    before, network.passes = network.passes, 1
    try:
        with not_mirrored(network.pose):
            yield
    finally:
        network.passes = before


def _check_kind(config: Config, files: ModelFiles, detector: ModelFiles | None) -> None:
    kind = recipe_kind(config)
    if kind == DETECTOR:
        raise SpondyloError(
            f'{files.config}: finds boxes and no corners; name it as the detector of a '
            'top-down pose model'
        )
    if kind == TOP_DOWN and detector is None:
        raise SpondyloError(
            f'{files.config}: sees one vertebra at a time and needs a detector that '
            'finds them; name its config and checkpoint too'
        )
    if kind != TOP_DOWN and detector is not None:
        raise SpondyloError(
            f'{files.config}: finds vertebrae itself; leave the detector out'
        )


def _part(role: Any, files: ModelFiles, config: Config) -> ModelPart:
    # Neither data nor folders: the same model elsewhere is the same.
    told = {'model': config.model.to_dict(), 'pipeline': tested_pipeline(config)}
    text = json.dumps(told, sort_keys=True, default=str)
    return ModelPart(
        role=role,
        config=Path(files.config).name,
        config_sha256=hashlib.sha256(text.encode()).hexdigest(),
        weights=Path(files.weights).name,
        weights_sha256=file_digest(Path(files.weights)),
    )
