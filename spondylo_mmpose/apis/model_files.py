"""Where a trained network is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ModelFiles:
    """Files of a trained network.

    Attributes:
        config: Its recipe. A config is a program: take it from those you trust only.
        weights: Checkpoint or published weights, which hold no code.
        calibration: What validation says of its errors, if that is known.
        name: What reports call it; the recipe's name when left out.
        detector: What finds the vertebrae for it, if it is a top-down model.
        screen: Limits that tell films of another kind, if some were learned.
    """

    config: str | Path
    weights: str | Path
    calibration: str | Path | None = None
    name: str | None = None
    detector: 'ModelFiles | None' = None
    screen: str | Path | None = None

    @property
    def own_name(self) -> str:
        """What reports call it."""
        return self.name or Path(self.config).stem
