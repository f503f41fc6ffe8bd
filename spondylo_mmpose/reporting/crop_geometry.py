"""From a network's crop back to the film it was cut from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class CropGeometry:
    """How a crop lies on its film.

    Written down anew from the definition of MMPose's ``TopdownAffine`` instead of
    inverting its matrix, so that it can check what the pipeline did.

    Attributes:
        size: ``(width, height)`` of the crop, px.
        centre: Its centre on the film, mirrored or not, px.
        scale: ``(width, height)`` of the crop on that film, px.
        rotation: As in ``bbox_rotation``, degrees.
        use_udp: Whether the crop spans from the first to the last pixel centre
            (unbiased data processing, Huang et al., CVPR 2020) or from edge to edge.
        film_size: ``(width, height)`` of the film, px.
        flip: ``'horizontal'``, ``'vertical'``, ``'diagonal'`` or ``None``: how the film
            was mirrored before it was cropped.
    """

    size: tuple[int, int]
    centre: FloatArray
    scale: FloatArray
    rotation: float
    use_udp: bool
    film_size: tuple[int, int]
    flip: str | None

    @classmethod
    def from_meta(cls, meta: Mapping[str, Any], use_udp: bool) -> 'CropGeometry':
        """Read it from the meta information of a packed sample.

        Args:
            meta: Needs ``input_size``, ``input_center``, ``input_scale``,
                ``img_shape``; ``bbox_rotation`` and ``flip`` when they were drawn.
            use_udp: As in the config's ``TopdownAffine``.

        Raises:
            KeyError: If the sample is no crop.
        """
        height, width = meta['img_shape'][:2]
        rotation = np.ravel(meta.get('bbox_rotation', 0.0))
        return cls(
            size=(int(meta['input_size'][0]), int(meta['input_size'][1])),
            centre=np.asarray(meta['input_center'], np.float64).reshape(2),
            scale=np.asarray(meta['input_scale'], np.float64).reshape(2),
            rotation=float(rotation[0]),
            use_udp=use_udp,
            film_size=(int(width), int(height)),
            flip=meta.get('flip_direction') if meta.get('flip') else None,
        )

    @property
    def swaps_corners(self) -> bool:
        """Whether MMPose swapped left and right corners when it mirrored the film."""
        return self.flip in ('horizontal', 'vertical')

    def to_film(self, points: FloatArray) -> FloatArray:
        """Map points of the crop to the film as it is stored.

        Args:
            points: ``(..., 2)``, px of the crop.

        Returns:
            ``(..., 2)``, px of the film. Points keep their order: whoever mirrored
            named corners has to swap their names.
        """
        size = np.array(self.size, dtype=np.float64)
        if self.use_udp:
            offset = (points - (size - 1) / 2) * self.scale / (size - 1)
        else:
            # One scale for both axes, as the crop has the aspect of its frame.
            offset = (points - size / 2) * self.scale[0] / size[0]
        # The two kinds of crop turn in opposite directions.
        angle = np.deg2rad(-self.rotation if self.use_udp else self.rotation)
        turn = np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        film = self.centre + offset @ turn.T
        width, height = self.film_size
        if self.flip in ('horizontal', 'diagonal'):
            film[..., 0] = width - 1 - film[..., 0]
        if self.flip in ('vertical', 'diagonal'):
            film[..., 1] = height - 1 - film[..., 1]
        return film

    def outline(self) -> FloatArray:
        """Corners of the crop on the film, ``(4, 2)`` px, in the order of a quad."""
        right, bottom = self.size[0] - 1, self.size[1] - 1
        corners = [[0, 0], [right, 0], [0, bottom], [right, bottom]]
        return self.to_film(np.array(corners, dtype=np.float64))
