"""What an exported network tells of itself: a JSON text among the file's metadata."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from spondylo_mmpose.errors import SpondyloError

FORMAT = 1
"""Of the text; a runtime reads those up to its own."""

ENTRY = 'spondylo_mmpose'
"""Name of the text among the metadata."""

Kind = Literal['top-down', 'whole film', 'detector']


@dataclass(frozen=True)
class ExportedFacts:
    """All that the runtime needs besides the graph.

    Attributes:
        kind: Kind of the recipe: corners in given boxes, corners on a film, or boxes.
        input_size: ``(width, height)`` of the network's input, px.
        mean, std: Of the channels, in the order that the network wants. The graph
            subtracts and divides itself; they are here to be read.
        rgb: Whether the graph exchanges red and blue, which it is given as BGR.
        keypoints: Names of the corners in their order.
        reading: How outputs become corners or boxes; ``name`` is ``heatmaps``,
            ``simcc``, ``slots`` or ``boxes``, the rest are its settings.
        crop: ``padding`` and ``udp`` of a top-down model; empty for others.
        flip_test: Whether the graph looks at the mirrored picture too.
        counts_upward: Whether slots are counted from S1, ``None`` without slots.
        config: File name of the recipe.
        config_sha256: Digest of its text, as in published weights.
        weights: File name of the checkpoint.
        weights_sha256: Its digest.
        package_version: That exported.
        passes: How often a top-down model looks where boxes are found, see
            :class:`.DetectThenPose`.
        format: See :data:`FORMAT`.
    """

    kind: Kind
    input_size: tuple[int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    rgb: bool
    keypoints: tuple[str, ...]
    reading: Mapping[str, Any]
    crop: Mapping[str, Any]
    flip_test: bool
    counts_upward: bool | None
    config: str
    config_sha256: str
    weights: str
    weights_sha256: str
    package_version: str
    passes: int = 1
    format: int = FORMAT

    def to_text(self) -> str:
        """JSON; the same facts give the same text."""
        return json.dumps(asdict(self), sort_keys=True, allow_nan=False)


def read_facts(path: object, metadata: Mapping[str, str]) -> ExportedFacts:
    """Read the facts of a file.

    Args:
        path: The file, for messages.
        metadata: Its texts by name.

    Raises:
        SpondyloError: If it was exported by others, or by a later version.
    """
    if ENTRY not in metadata:
        raise SpondyloError(
            f'{path}: is an ONNX file, but none of ours; export it with tools/export.py'
        )
    try:
        told = dict(json.loads(metadata[ENTRY]))
        number = int(told['format'])
        if number <= FORMAT:
            for name in ('input_size', 'mean', 'std', 'keypoints'):
                told[name] = tuple(told[name])
            told.setdefault('passes', 1)  # files of earlier versions look once
            names = {field.name for field in fields(ExportedFacts)}
            return ExportedFacts(**{name: told[name] for name in names})
    except (ValueError, TypeError, KeyError) as error:
        raise SpondyloError(
            f'{path}: its description is damaged ({error}); export the model again'
        ) from error
    raise SpondyloError(
        f'{path}: was exported by version {told.get("package_version")} in format '
        f'{number}, and this version reads {FORMAT}; update spondylo_mmpose'
    )
