"""What a network is asked to give for a crop, as a picture and as corners."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class CropTarget:
    """The target of one crop with four corners.

    Attributes:
        heat: ``(H, W)`` 0 to 1 over the crop, all corners together; ``None`` where the
            pipeline makes no target.
        decoded: ``(4, 2)`` px of the crop, where the codec finds the corners in the
            target; NaN where it cannot.
        counts: ``(4,)`` whether a corner has a weight in the loss.
    """

    heat: np.ndarray | None
    decoded: FloatArray
    counts: np.ndarray


def read_target(
    sample: Any, codec: Any, size: tuple[int, int], use_udp: bool
) -> CropTarget:
    """Take the target out of a packed sample: heatmaps or SimCC vectors.

    Args:
        sample: ``PoseDataSample`` of one vertebra.
        codec: The codec that made the target, ``None`` where there is none.
        size: ``(width, height)`` of the crop, px.
        use_udp: As in the pipeline's ``TopdownAffine``.
    """
    labels, fields = sample.get('gt_instance_labels'), sample.get('gt_fields')
    counts = np.ones(4, bool)
    if labels is not None and 'keypoint_weights' in labels:
        counts = labels.keypoint_weights.numpy().reshape(-1)[-4:] > 0
    nowhere = np.full((4, 2), np.nan)
    if fields is not None and 'heatmaps' in fields:
        maps = fields.heatmaps.numpy()
        encoded: tuple[np.ndarray, ...] = (maps.copy(),)
        step = getattr(codec, 'scale_factor', None)
    elif labels is not None and 'keypoint_x_labels' in labels:
        encoded = tuple(
            labels[f'keypoint_{axis}_labels'].numpy().reshape(4, -1) for axis in 'xy'
        )
        maps = encoded[1][:, :, None] * encoded[0][:, None, :]
        step = 1.0 / codec.simcc_split_ratio
    else:
        return CropTarget(None, nowhere, counts)
    if step is None:
        step = np.array(size) / maps.shape[:0:-1]
    decoded = nowhere
    if len(maps) == 4:
        # The target of a corner that does not count is empty; codecs divide by its sum.
        with np.errstate(invalid='ignore', divide='ignore'):
            decoded = np.asarray(codec.decode(*encoded)[0], np.float64).reshape(4, 2)
        decoded[~counts] = np.nan
        if use_udp:
            # MMPose decodes to coordinates in which the crop is as wide as its frame
            # on the film; a UDP crop is one pixel narrower than that.
            decoded = decoded * (np.array(size) - 1) / size
    return CropTarget(_over_crop(maps.max(0), step, size), decoded, counts)


def _over_crop(heat: np.ndarray, step: Any, size: tuple[int, int]) -> np.ndarray:
    """Lay a map over the crop: its entry ``i`` stands at ``i * step``."""
    across, down = np.broadcast_to(step, 2)
    matrix = np.array([[across, 0, 0], [0, down, 0]], dtype=np.float64)
    laid = cv2.warpAffine(heat.astype(np.float32), matrix, size)
    top = float(laid.max())
    return laid / top if top > 0 else laid
