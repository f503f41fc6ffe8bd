"""Test pipelines that the runtime knows; others are refused, not guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmengine.config import Config

from spondylo_mmpose.engine.end_to_end import tested_pipeline
from spondylo_mmpose.engine.recipe import DETECTOR, TOP_DOWN, WHOLE_FILM
from spondylo_mmpose.errors import SpondyloError

# Without steps that load labels or pack, which change no pixel.
_KNOWN = {
    TOP_DOWN: ['LoadRadiograph', 'GetBBoxCenterScale', 'TopdownAffine'],
    WHOLE_FILM: ['LoadRadiograph', 'FilmAffine'],
    DETECTOR: ['LoadRadiograph', 'Resize', 'Pad'],
}
_IDLE = ('PackPoseInputs', 'PackDetInputs', 'HullBoxes', 'LoadAnnotations')
_STOCK_PADDING = 1.25  # of GetBBoxCenterScale


@dataclass(frozen=True)
class PreparedInput:
    """What a network is given in a test.

    Attributes:
        size: ``(width, height)`` px.
        crop: ``padding`` and ``udp`` of a crop; empty for whole films.
        beside: Grey values, BGR, beside a film that a detector is given.
    """

    size: tuple[int, int]
    crop: Mapping[str, Any] = field(default_factory=dict)
    beside: tuple[int, ...] = (0, 0, 0)


def prepared_input(config: Config, kind: str) -> PreparedInput:
    """Read the test pipeline of a recipe.

    Args:
        config: The recipe.
        kind: Its kind.

    Raises:
        SpondyloError: If the runtime does not know one of its steps or settings.
    """
    steps = {
        step['type'].rpartition('.')[2]: {k: v for k, v in step.items() if k != 'type'}
        for step in tested_pipeline(config)
    }
    for name in _IDLE:
        steps.pop(name, None)
    if list(steps) != _KNOWN[kind]:
        raise SpondyloError(
            f"{config.filename}: the runtime prepares a {kind} model's input by "
            f'{", ".join(_KNOWN[kind])}, and this recipe tests with '
            f'{", ".join(steps)}; such a model is not exported'
        )
    if kind == TOP_DOWN:
        _only(config, 'GetBBoxCenterScale', steps, ('padding',))
        _only(config, 'TopdownAffine', steps, ('input_size', 'use_udp'))
        padding = steps['GetBBoxCenterScale'].get('padding', _STOCK_PADDING)
        affine = steps['TopdownAffine']
        crop = {'padding': float(padding), 'udp': bool(affine.get('use_udp', False))}
        return PreparedInput(_size(affine['input_size']), crop)
    if kind == WHOLE_FILM:
        _only(config, 'FilmAffine', steps, ('input_size',))
        return PreparedInput(_size(steps['FilmAffine']['input_size']))
    _only(config, 'Resize', steps, ('scale', 'keep_ratio'))
    _only(config, 'Pad', steps, ('size', 'pad_val'))
    size, resize = _size(steps['Pad']['size']), steps['Resize']
    beside = steps['Pad'].get('pad_val', 0)
    beside = beside.get('img', 0) if isinstance(beside, Mapping) else beside
    if (
        not resize.get('keep_ratio')
        or _size(resize['scale']) != size
        or size[0] != size[1]
    ):
        raise SpondyloError(
            f'{config.filename}: films are brought into a square with their aspect '
            f'kept, not by {resize}; such a detector is not exported'
        )
    values = tuple(beside) if isinstance(beside, Sequence) else (beside,) * 3
    return PreparedInput(size, beside=values)


def _size(value: Sequence[int]) -> tuple[int, int]:
    return int(value[0]), int(value[1])


def _only(
    config: Config, name: str, steps: Mapping[str, dict], known: Sequence[str]
) -> None:
    others = sorted(steps[name].keys() - set(known))
    if others:
        raise SpondyloError(
            f'{config.filename}: the runtime does not know {others[0]} of {name}; '
            'such a model is not exported'
        )
