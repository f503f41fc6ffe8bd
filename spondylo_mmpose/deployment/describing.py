"""Which recipes can be exported, as what, and what their files tell of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from mmengine.config import Config
from torch import nn

import spondylo_mmpose
from spondylo_mmpose.decoding.joint_corners import candidates_of
from spondylo_mmpose.deployment.facts import ExportedFacts, Kind
from spondylo_mmpose.deployment.graphs import (
    BoxGraph,
    FilmGraph,
    HeatmapGraph,
    SimCCGraph,
    SlotGraph,
)
from spondylo_mmpose.deployment.pipelines import PreparedInput, prepared_input
from spondylo_mmpose.engine.end_to_end import KEPT_SCORE, passes_of
from spondylo_mmpose.engine.recipe import DETECTOR, counts_upward, recipe_kind
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.models.heads.slot_head import SlotHead
from spondylo_mmpose.models.pose_estimators.detect_then_pose import MOST_VERTEBRAE
from spondylo_mmpose.spine.anatomy import CORNERS
from spondylo_mmpose.utils.io import file_digest
from spondylo_mmpose.zoo.published_config import published_text

# Presence that MAHT-Net's head asks for where a recipe says nothing.
_PRESENCE = 0.3


@dataclass(frozen=True)
class Described:
    """A network ready to be exported.

    Attributes:
        graph: What goes into the file.
        facts: What the file tells of it.
    """

    graph: FilmGraph
    facts: ExportedFacts


def describe(config: Config, network: nn.Module, checkpoint: str | Path) -> Described:
    """Find out how a network is exported.

    Args:
        config: Its recipe.
        network: With its weights, in evaluation mode.
        checkpoint: Where they are from.

    Raises:
        SpondyloError: If networks of its kind are not exported.
    """
    kind = recipe_kind(config)
    given = prepared_input(config, kind)
    reads = _detector if kind == DETECTOR else _pose
    graph, reading = reads(config, network, given)
    preparation: Any = network.data_preprocessor
    has_mean = preparation._enable_normalize
    facts = ExportedFacts(
        kind=cast(Kind, kind),
        input_size=given.size,
        mean=tuple(preparation.mean.flatten().tolist()) if has_mean else (0.0,) * 3,
        std=tuple(preparation.std.flatten().tolist()) if has_mean else (1.0,) * 3,
        rgb=bool(preparation._channel_conversion),
        keypoints=CORNERS,
        reading=reading,
        crop=given.crop,
        flip_test=graph.flip_test is not None,
        counts_upward=counts_upward(config) if reading['name'] == 'slots' else None,
        config=Path(config.filename).name,
        config_sha256=hashlib.sha256(published_text(config).encode()).hexdigest(),
        weights=Path(checkpoint).name,
        weights_sha256=file_digest(Path(checkpoint)),
        package_version=spondylo_mmpose.__version__,
        passes=passes_of(config),
    )
    return Described(graph, facts)


def _pose(
    config: Config, network: Any, given: PreparedInput
) -> tuple[FilmGraph, dict[str, Any]]:
    head: Any = getattr(network, 'head', None)
    settings = getattr(network, 'test_cfg', None) or {}
    for name in ('mc_dropout', 'uncertainty'):
        if settings.get(name):
            raise SpondyloError(
                f'{config.filename}: test_cfg.{name} is not exported; leave it out, '
                'the deviations are then those that the network learned'
            )
    mirror: dict[str, Any] | None = {} if settings.get('flip_test', False) else None
    decoder: Any = getattr(head, 'decoder', None)
    if isinstance(head, SlotHead):
        return SlotGraph(network, mirror), {
            'name': 'slots',
            'stride': head.stride,
            'subpixel': bool(settings.get('subpixel', True)),
            'candidates': candidates_of(settings),
            'presence_threshold': float(settings.get('presence_threshold', _PRESENCE)),
            'has_presence': head.tells_presence,
        }
    if type(decoder).__name__ == 'GaussianFitHeatmap':
        if mirror is not None:
            mirror = {
                'flip_mode': settings.get('flip_mode', 'heatmap'),
                'shift_heatmap': settings.get('shift_heatmap', False),
            }
        return HeatmapGraph(network, mirror), {
            'name': 'heatmaps',
            'sigma': float(decoder.sigma),
        }
    if type(decoder).__name__ == 'SubpixelSimCC':
        return SimCCGraph(network, mirror), {
            'name': 'simcc',
            'sigma': [float(one) for one in decoder.sigma],
            'split_ratio': float(decoder.simcc_split_ratio),
        }
    # The part that is not known: a codec, else a head, else the whole.
    part = next(one for one in (decoder, head, network) if one is not None)
    raise _refused(config, type(part).__name__)


def _detector(
    config: Config, network: Any, given: PreparedInput
) -> tuple[FilmGraph, dict[str, Any]]:
    head: Any = getattr(network, 'bbox_head', None)
    if not type(head).__name__.startswith('RTMDet'):
        raise _refused(config, type(network).__name__)
    if head.cls_out_channels != 1:
        raise SpondyloError(
            f'{config.filename}: its detector has {head.cls_out_channels} classes; '
            'detectors of vertebrae alone are exported'
        )
    told: Mapping[str, Any] = head.test_cfg
    nms = dict(told['nms'])
    if nms.pop('type', 'nms') != 'nms' or nms.keys() != {'iou_threshold'}:
        raise _refused(config, f'nms={dict(told["nms"])}')
    return BoxGraph(network), {
        'name': 'boxes',
        'beside': list(given.beside),
        'score_threshold': float(told.get('score_thr', 0)),
        'overlap': float(nms['iou_threshold']),
        'most_kept': int(told['max_per_img']),
        # As tests from film to corners have them.
        'least_score': KEPT_SCORE,
        'most': MOST_VERTEBRAE,
    }


def _refused(config: Config, part: str) -> SpondyloError:
    return SpondyloError(
        f'{config.filename}: {part} is not exported; heatmap and SimCC models with the '
        "project's codecs, MAHT-Net and RTMDet are (docs/onnx.md)"
    )
