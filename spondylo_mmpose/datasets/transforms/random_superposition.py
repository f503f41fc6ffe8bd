"""What lies before and behind the spine on a radiograph, drawn at random."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]

COARSER = 4
"""Smooth fields are made on a grid so many times coarser than the image."""

FINEST = 2
"""Of that grid's px in a cell of the finest octave."""


@TRANSFORMS.register_module()
class RandomSuperposition(BaseTransform):
    """Lay random tissue, gas, haze, edges and glare over an image.

    A radiograph adds up everything between tube and detector. Networks that learn from
    drawings or from few films take a clean picture of the vertebra for granted; here
    they see vertebrae through something else every time. Nothing moves.

    In this order, each drawn anew for every sample: tissue (smooth fields of all sizes
    that let more or less through), gas (dark patches with soft edges), haze (patches in
    which contrast is lost), edges (curves, brighter or darker), glare (one side
    overexposed), grain (correlated noise).

    Required Keys:

        - img: ``(H, W, C)`` uint8, a crop or a film

    Modified Keys:

        - img

    Args:
        probability: Share of the samples that are changed.
        tissue: Largest standard deviation of the logarithm of what is let through.
        gas: Largest share of light that gas takes away from bone.
        haze: Largest share of contrast that is lost.
        edges: Largest number of curves.
        edge_strength: Largest change of brightness at a curve, of the full range.
        glare: Largest brightness added on one side, of the full range.
        grain: Largest standard deviation of the grain, of the full range.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        probability: float = 0.8,
        tissue: float = 0.3,
        gas: float = 0.6,
        haze: float = 0.8,
        edges: int = 6,
        edge_strength: float = 0.12,
        glare: float = 0.5,
        grain: float = 0.05,
    ) -> None:
        shares = {'probability': probability, 'gas': gas, 'haze': haze}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(f'{name} must be within 0 and 1, not {share}')
        if min(tissue, edges, edge_strength, glare, grain) < 0:
            raise ValueError('strengths must not be negative')
        self.probability = probability
        self.tissue = tissue
        self.gas = gas
        self.haze = haze
        self.edges = edges
        self.edge_strength = edge_strength
        self.glare = glare
        self.grain = grain

    def transform(self, results: dict) -> dict:
        """Change a copy of ``results['img']``."""
        if np.random.uniform() >= self.probability:
            return results
        image = results['img'].astype(np.float32) / 255.0
        shape = image.shape[:2]
        small = max(shape[0] // COARSER, 2), max(shape[1] // COARSER, 2)
        through = np.exp(self.tissue * _part() * _field(small))
        if np.random.uniform() < 0.5:
            patches = _patches(small, np.random.uniform(0.8, 2.2), edge=0.15)
            through = through * (1 - self.gas * _part() * patches)
        image = image * _enlarged(through, shape)
        if np.random.uniform() < 0.5:
            image = self._lose_contrast(image, small)
        image = image + (self._curves(shape) + self._glare(shape))[..., None]
        image = image + self._grain(image.mean(-1))[..., None]
        results['img'] = (image.clip(0, 1) * 255.0 + 0.5).astype(np.uint8)
        return results

    def _lose_contrast(self, image: FloatImage, small: tuple[int, int]) -> FloatImage:
        share = self.haze * _part() * _patches(small, 0.3, edge=0.6)
        shape = image.shape[0], image.shape[1]
        coarse = cv2.resize(image, small[::-1], interpolation=cv2.INTER_AREA)
        coarse = cv2.GaussianBlur(coarse, (0, 0), min(small) / 20)
        coarse = cv2.resize(coarse, shape[::-1]).reshape(image.shape)
        return np.asarray(image + _enlarged(share, shape) * (coarse - image))

    def _curves(self, shape: tuple[int, int]) -> FloatImage:
        """Brightness along random arcs, blurred to various degrees."""
        height, width = shape
        drawn = np.zeros(shape, np.float32)
        for _ in range(np.random.randint(0, self.edges + 1)):
            ink = np.zeros(shape, np.float32)
            start, middle, end = np.random.uniform(-0.3, 1.3, (3, 2)) * (width, height)
            t = np.linspace(0, 1, 24)[:, None]
            points = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
            thick = int(np.random.randint(1, max(2, min(shape) // 80) + 1))
            arc = np.rint(points).astype(np.int32)
            cv2.polylines(ink, [arc], False, (1.0,), thick)
            soft = cv2.GaussianBlur(ink, (0, 0), np.random.uniform(0.5, 2.5))
            drawn += np.float32(np.random.uniform(-0.5, 1) * self.edge_strength) * soft
        return drawn

    def _glare(self, shape: tuple[int, int]) -> FloatImage:
        """Brightness that grows to one side."""
        if np.random.uniform() >= 0.3:
            return np.zeros(shape, np.float32)
        y, x = np.ogrid[: shape[0], : shape[1]]
        angle = np.random.uniform(0, 2 * np.pi)
        ramp = (x / shape[1] - 0.5) * np.cos(angle)
        ramp = ramp + (y / shape[0] - 0.5) * np.sin(angle)
        start, steep = np.random.uniform(0, 0.5), np.random.uniform(4, 15)
        glare = self.glare * _part() / (1 + np.exp(-steep * (ramp - start)))
        return np.asarray(glare, np.float32)

    def _grain(self, brightness: FloatImage) -> FloatImage:
        """Noise of neighbouring px that grows with the light, as photons' does."""
        white = np.random.standard_normal(brightness.shape).astype(np.float32)
        noise = cv2.GaussianBlur(white, (0, 0), np.random.uniform(0.3, 1.2))
        strength = self.grain * _part() / max(float(noise.std()), 1e-6)
        grain = strength * noise * np.sqrt(brightness.clip(0.02, 1))
        return np.asarray(grain, np.float32)

    def __repr__(self) -> str:
        told = ', '.join(f'{name}={value}' for name, value in vars(self).items())
        return f'{type(self).__name__}({told})'


def _part() -> np.float32:
    return np.float32(np.random.uniform())


def _enlarged(field: FloatImage, shape: tuple[int, int]) -> FloatImage:
    """``(H, W, 1)`` of a coarser field."""
    whole = cv2.resize(field, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole, np.float32)[..., None]


def _field(shape: tuple[int, int], first: int = 2, falloff: float = 1.0) -> FloatImage:
    """Smooth noise of all sizes, mean 0 and standard deviation 1.

    Args:
        shape: Height and width, px.
        first: Cells of the coarsest octave along the shorter side.
        falloff: Octave of cells of size ``s`` has amplitude ``s ** falloff``.
    """
    height, width = shape
    total = np.zeros(shape, np.float32)
    cells = first
    while cells <= max(first, min(shape) // FINEST):
        grid = np.random.standard_normal(
            (
                max(2, round(cells * height / min(shape))) + 1,
                max(2, round(cells * width / min(shape))) + 1,
            )
        ).astype(np.float32)
        octave = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        total += np.float32((first / cells) ** falloff) * np.asarray(octave)
        cells *= 2
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6))


def _patches(shape: tuple[int, int], above: float, edge: float) -> FloatImage:
    """Random patches, 1 within and 0 without.

    Args:
        shape: Height and width, px.
        above: Deviations above the mean of the field where patches begin.
        edge: How soft their edges are, in deviations.
    """
    first = int(np.random.choice([2, 4, 8]))
    field = _field(shape, first=first, falloff=1.5)
    patches: FloatImage = ((field - np.float32(above)) / edge + 0.5).clip(0, 1)
    return patches
