"""What a screen measured on a film: is it a lateral film of a lumbar spine at all?"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SignalFacts:
    """A number that tells films of another kind.

    Attributes:
        value: The larger, the less the film is like those that the model is for;
            ``None`` where there was nothing to measure it on.
        caution: A larger value is told of; ``None`` where the signal does not caution.
        refusal: Of a film with a larger value nothing is measured; ``None`` where the
            signal alone refuses none.
    """

    value: float | None
    caution: float | None
    refusal: float | None


@dataclass(frozen=True)
class ScreenFacts:
    """What a screen found.

    Attributes:
        by: ``'rules'`` that come with the package, or ``'file'``.
        signals: By name, see :data:`.SIGNALS`.
    """

    by: str
    signals: Mapping[str, SignalFacts]
