"""Lead letters, electrodes, rulers and screws that lie over the bone."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

LETTERS = ('L', 'R', 'LT', 'RT')
WHITE = (255.0,)


@TRANSFORMS.register_module()
class RandomMarkerOcclusion(BaseTransform):
    """Lay bright things over the image; they may hide a corner, which stays labelled.

    A network then has to find the corner from what is around it. Drawn are a letter, a
    disc (electrode, button), a bar (ruler, zip) or a plate (a boxed side marker).

    Required Keys:

        - img: ``(H, W, C)`` uint8, a crop or a film

    Modified Keys:

        - img

    Args:
        probability: Share of the samples that are changed.
        number: Most things on one image.
        size: Smallest and largest extent of a thing as a share of the shorter side.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        probability: float = 0.2,
        number: int = 2,
        size: tuple[float, float] = (0.05, 0.25),
    ) -> None:
        if not 0 <= probability <= 1:
            raise ValueError(f'probability must be within 0 and 1, not {probability}')
        if number < 1:
            raise ValueError(f'number must be 1 or more, not {number}')
        if not 0 < size[0] <= size[1] <= 1:
            raise ValueError(f'size must be two rising shares, not {size}')
        self.probability = probability
        self.number = number
        self.size = tuple(size)

    def transform(self, results: dict) -> dict:
        """Draw on a copy of ``results['img']``."""
        if np.random.uniform() >= self.probability:
            return results
        image = results['img'].copy()
        for _ in range(np.random.randint(1, self.number + 1)):
            ink = np.zeros(image.shape[:2], np.uint8)
            self._draw(ink)
            # Lead lets nothing through; a button lets some.
            strength = np.random.uniform(0.6, 1.0) * ink[..., None] / 255.0
            white = np.random.uniform(200, 255)
            image = (image + strength * np.maximum(white - image, 0) + 0.5).astype(
                image.dtype
            )
        results['img'] = image
        return results

    def _draw(self, ink: np.ndarray) -> None:
        """Draw one thing as a mask of 0 to 255."""
        height, width = ink.shape
        extent = max(
            2,
            round(
                float(np.random.uniform(self.size[0], self.size[1]))
                * min(height, width)
            ),
        )
        x, y = np.random.randint(0, width), np.random.randint(0, height)
        thick = max(1, extent // 8)
        kind = np.random.randint(4)
        if kind == 0:
            text = LETTERS[np.random.randint(len(LETTERS))]
            # Letters of OpenCV's font are 22 px high at scale 1.
            cv2.putText(
                ink, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, extent / 22, WHITE, thick,
                cv2.LINE_AA,
            )  # fmt: skip
        elif kind == 1:
            cv2.circle(ink, (x, y), max(1, extent // 2), WHITE, -1, cv2.LINE_AA)
        elif kind == 2:
            angle = np.random.uniform(0, np.pi)
            end = (int(x + extent * np.cos(angle)), int(y + extent * np.sin(angle)))
            cv2.line(ink, (x, y), end, WHITE, thick, cv2.LINE_AA)
        else:
            end = (x + extent, y + max(2, int(extent * np.random.uniform(0.3, 0.8))))
            cv2.rectangle(ink, (x, y), end, WHITE, -1)

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(probability={self.probability}, '
            f'number={self.number}, size={self.size})'
        )
