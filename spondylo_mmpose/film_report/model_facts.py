"""Which model made a report: names and digests, so that it can be found again."""

from dataclasses import dataclass, field
from typing import Literal

from spondylo_mmpose.film_report.dataclass_json import LATER


@dataclass(frozen=True)
class ModelPart:
    """One trained network.

    Attributes:
        role: ``'film'`` finds vertebrae with their corners on a whole film,
            ``'detector'`` finds boxes, ``'pose'`` finds corners in boxes.
        config: Name of the recipe.
        config_sha256: Digest of its network and test pipeline, whatever file they
            stand in; of an exported network that of the recipe's text.
        weights: Name of the file of the weights, without its folder.
        weights_sha256: Digest of that file.
    """

    role: Literal['film', 'detector', 'pose']
    config: str
    config_sha256: str
    weights: str
    weights_sha256: str


@dataclass(frozen=True)
class ModelFacts:
    """A model as a report names it.

    Attributes:
        name: What it was asked for by, or the recipe's name.
        parts: Its networks.
        passes: How often a pose model looked, see :class:`.DetectThenPose`.
        calibration_sha256: Digest of the calibration of its standard deviations,
            ``None`` without.
        screen: What tells films of another kind: ``'rules'`` with their version, the
            SHA-256 of a file, ``None`` without.
    """

    name: str
    parts: tuple[ModelPart, ...]
    passes: int = 1
    calibration_sha256: str | None = None
    screen: str | None = field(default=None, metadata=LATER)
