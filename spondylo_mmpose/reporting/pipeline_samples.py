"""Samples of a config's data set as the network gets them, and a check of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from mmpose.registry import DATASETS, KEYPOINT_CODECS

from spondylo_mmpose.converters.coco_reader import corners_of
from spondylo_mmpose.engine.launch import explain_config_errors
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.crop_geometry import CropGeometry
from spondylo_mmpose.reporting.crop_target import read_target
from spondylo_mmpose.spine.anatomy import FloatArray

_META = (
    'transformed_keypoints', 'bbox_rotation', 'input_size', 'input_center',
    'input_scale', 'img_shape', 'img_path', 'id', 'flip', 'flip_direction',
    'flip_indices', 'raw_ann_info', 'film', 'vertebra',
)  # fmt: skip


@dataclass(frozen=True)
class PipelineSample:
    """One crop after all transforms.

    Attributes:
        film_path: The film.
        level: Level of the vertebra or ``None``.
        source: Source of the film or ``None``.
        pixels: ``(H, W, 3)`` uint8, what the network gets before normalisation.
        corners: ``(4, 2)`` px of the crop, the target's corners; NaN where one is not
            labelled.
        true: ``(4, 2)`` px of the film, as labelled.
        geometry: How the crop lies on the film.
        back_error: Largest distance in px of the film between a labelled corner and
            the crop's corner mapped back; NaN where none is labelled.
        target: ``(H, W)`` 0 to 1, the target of all corners, as large as the crop;
            ``None`` where the pipeline makes none.
        target_error: Largest distance in px of the crop between a corner that counts
            and the place that the target decodes to; NaN where there is none.
        outside: Number of labelled corners that lie outside the crop.
    """

    film_path: str
    level: str | None
    source: str | None
    pixels: np.ndarray
    corners: FloatArray
    true: FloatArray
    geometry: CropGeometry
    back_error: float
    target: np.ndarray | None
    target_error: float
    outside: int


class PipelineSamples:
    """Draws samples from one of a config's data sets.

    Args:
        config: The config; left as it is.
        subset: ``'train'``, ``'val'`` or ``'test'``.

    Raises:
        SpondyloError: If the config has no such data set, its pipeline makes no crops,
            or it cannot be built.
    """

    def __init__(self, config: Config, subset: str) -> None:
        loader = config.get(f'{subset}_dataloader')
        if not loader:
            raise SpondyloError(f'{config.filename}: has no {subset}_dataloader')
        self._name = f'{config.filename}: {subset}_dataloader'
        node = _copied(loader['dataset'])
        for packer in _transforms(node, 'PackPoseInputs'):
            packer['meta_keys'] = tuple({*packer.get('meta_keys', ()), *_META})
        udp = [t.get('use_udp', False) for t in _transforms(node, 'TopdownAffine')]
        if not udp:
            raise SpondyloError(
                f'{self._name}: cuts no crops with TopdownAffine; only recipes for '
                'crops of vertebrae can be browsed'
            )
        if len(set(udp)) > 1:
            raise SpondyloError(
                f'{self._name}: mixes crops with and without use_udp; give all of its '
                'data sets one kind'
            )
        self._use_udp = bool(udp[0])
        init_default_scope(config.get('default_scope') or 'mmpose')
        encoders = [t.get('encoder') for t in _transforms(node, 'GenerateTarget')]
        with explain_config_errors(config):
            self._codec = KEYPOINT_CODECS.build(encoders[0]) if encoders else None
            self._dataset = DATASETS.build(node)

    def choose(self, number: int, seed: int) -> list[int]:
        """Draw indices of so many different vertebrae, fewer where there are fewer."""
        order = np.random.default_rng(seed).permutation(len(self._dataset))
        chosen: dict[tuple[str, int], int] = {}
        for index in order:
            if len(chosen) == number:
                break
            info = self._dataset.get_data_info(int(index))
            chosen.setdefault((info['img_path'], info['id']), int(index))
        return list(chosen.values())

    def draw(self, index: int, seed: int, repeat: int) -> PipelineSample:
        """Run the pipeline once.

        Args:
            index: Index into the data set.
            seed: Seed of all draws.
            repeat: Number of the draw; each has its own random state, whatever was
                drawn before.

        Raises:
            SpondyloError: If the film cannot be read or the sample is no crop of one
                vertebra.
        """
        state = np.random.SeedSequence([seed, index, repeat]).generate_state(1)
        set_random_seed(int(state[0]))
        packed = self._dataset[index]
        sample, pixels = packed['data_samples'], packed['inputs']
        meta = sample.metainfo
        try:
            geometry = CropGeometry.from_meta(meta, self._use_udp)
            corners = np.asarray(meta['transformed_keypoints'], np.float64)
            corners = corners.reshape(4, 2)
            true = corners_of([meta['raw_ann_info']])[0]
            swap = (
                list(meta['flip_indices']) if geometry.swaps_corners else [0, 1, 2, 3]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SpondyloError(
                f'{self._name}: a sample is no crop of one vertebra ({error!r})'
            ) from error
        # The crop's corner i is the film's corner swap[i].
        back = geometry.to_film(corners)
        distance = np.linalg.norm(back - true[list(swap)], axis=1)
        known = np.isfinite(distance)
        corners = np.where(known[:, None], corners, np.nan)
        target = read_target(sample, self._codec, geometry.size, self._use_udp)
        within = (corners > -0.5) & (corners < np.array(geometry.size) - 0.5)
        inside = within.all(1)
        off = np.linalg.norm(target.decoded - corners, axis=1)
        off = off[known & inside]
        return PipelineSample(
            film_path=str(meta['img_path']),
            level=(meta.get('vertebra') or {}).get('level'),
            source=(meta.get('film') or {}).get('source'),
            pixels=_as_image(pixels.numpy()),
            corners=corners,
            true=true,
            geometry=geometry,
            back_error=float(distance[known].max()) if known.any() else np.nan,
            target=target.heat,
            target_error=float(np.nanmax(off)) if np.isfinite(off).any() else np.nan,
            outside=int((known & ~inside).sum()),
        )


def _as_image(pixels: np.ndarray) -> np.ndarray:
    """``(C, H, W)`` of the network as ``(H, W, 3)`` uint8."""
    image = np.moveaxis(pixels[-3:], 0, -1)
    if image.dtype != np.uint8:
        low, high = float(image.min()), float(image.max())
        image = (255 * (image - low) / max(high - low, 1e-9)).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3)))


def _copied(node: Any) -> Any:
    """A copy whose dictionaries and lists can be changed."""
    if isinstance(node, dict):
        return ConfigDict({key: _copied(value) for key, value in node.items()})
    if isinstance(node, (list, tuple)):
        return type(node)(_copied(value) for value in node)
    return node


def _transforms(node: Any, kind: str) -> Iterator[dict]:
    """All transforms of a kind in the pipelines below a data set's config."""
    if isinstance(node, dict):
        name = node.get('type')
        name = name if isinstance(name, str) else getattr(name, '__name__', '')
        if name.rpartition('.')[2] == kind:
            yield node
        for child in node.values():
            yield from _transforms(child, kind)
    elif isinstance(node, (list, tuple)):
        for child in node:
            yield from _transforms(child, kind)
