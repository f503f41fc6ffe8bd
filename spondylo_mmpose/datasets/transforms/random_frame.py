"""Pictures that hold more than the film: borders, pages, windows of a viewer."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

WORDS = ('L', 'R', 'LAT', 'L SPINE LAT', 'W 2048 L 1024', 'Zoom 1.3', 'Im: 1/2')
MOST_THINGS = 25


@TRANSFORMS.register_module()
class RandomFrame(BaseTransform):
    """Set the film into a larger picture, as scans, slides and screenshots do.

    Each side grows by its own width. The frame is black, white or of one grey; some
    frames hold what a viewer's window holds: bars, buttons, lines and words. The film's
    own px are kept, its corners move along.

    For whole films, before they are fitted into the input: a network that never saw one
    takes a white border for the film's brightest part, and buttons for vertebrae.

    Required Keys:

        - img: ``(H, W, C)`` uint8
        - keypoints (optional): ``(N, K, 2)`` px of it

    Modified Keys:

        - img
        - keypoints

    Args:
        probability: Share of the films that are framed.
        width: Greatest width of a side as a share of the film's longer side.
        furniture: Share of the frames that hold more than one grey.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self, probability: float = 0.25, width: float = 0.4, furniture: float = 0.4
    ) -> None:
        for name, value in (
            ('probability', probability),
            ('width', width),
            ('furniture', furniture),
        ):
            if not 0 <= value <= 1:
                raise ValueError(f'{name} must be within 0 and 1, not {value}')
        self.probability = probability
        self.width = width
        self.furniture = furniture

    def transform(self, results: dict) -> dict:
        """Frame ``results['img']``."""
        if np.random.uniform() >= self.probability:
            return results
        film = results['img']
        height, width = film.shape[:2]
        most = self.width * max(height, width)
        # Pages and windows leave some sides bare.
        sides = np.random.uniform(0, most, 4) * (np.random.uniform(size=4) < 0.7)
        left, top, right, bottom = (int(side) for side in sides)
        frame = self._frame(height + top + bottom, width + left + right)
        picture = np.repeat(frame[..., None], film.shape[2], axis=2)
        picture[top : top + height, left : left + width] = film
        results['img'] = picture
        if 'keypoints' in results:
            moved = results['keypoints'] + np.array([left, top])
            results['keypoints'] = moved.astype(results['keypoints'].dtype)
        return results

    def _frame(self, height: int, width: int) -> np.ndarray:
        """What lies behind the film, ``(H, W)`` uint8."""
        level = (0, 255, np.random.randint(256))[np.random.randint(3)]
        frame = np.full((height, width), level, np.uint8)
        if np.random.uniform() >= self.furniture:
            return frame
        for _ in range(np.random.randint(3, MOST_THINGS)):
            _draw(frame)
        return frame

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(probability={self.probability}, '
            f'width={self.width}, furniture={self.furniture})'
        )


def _draw(frame: np.ndarray) -> None:
    """Draw a bar, a button, a line or a word."""
    uniform, whole = np.random.uniform, np.random.randint
    height, width = frame.shape
    extent = max(height, width)
    x, y, ink, thick = whole(width), whole(height), (whole(256),), whole(1, 4)
    upright = uniform() < 0.5
    kind = whole(4)
    if kind < 2:  # a bar from side to side, or a button
        wide = int(uniform(0.01, 0.06 if kind == 0 else 0.12) * extent)
        if kind == 1:
            start, end = (x, y), (x + wide, y + int(wide * uniform(0.3, 1.2)))
        elif upright:
            start, end = (x, 0), (x + wide, height)
        else:
            start, end = (0, y), (width, y + wide)
        cv2.rectangle(frame, start, end, ink, -1)
    elif kind == 2:
        cv2.line(frame, (x, y), (x, height) if upright else (width, y), ink, thick)
    else:
        word, size = WORDS[whole(len(WORDS))], uniform(0.3, 2) * extent / 1000
        cv2.putText(frame, word, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, ink, thick)
