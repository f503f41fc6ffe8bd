"""Change single steps of a pipeline by name: for ablations and command lines."""

from collections.abc import Mapping, Sequence
from typing import Any

from spondylo_mmpose.errors import SpondyloError


def change_pipeline(
    pipeline: Sequence[Any], changes: Mapping[str, Mapping[str, Any] | None]
) -> list[Any]:
    """Switch steps off or give them other arguments.

    Args:
        pipeline: Configs of transforms, or transforms themselves, which are kept.
        changes: By the type of a step, without its scope: ``None`` leaves every such
            step out, a mapping replaces the arguments it names.

    Returns:
        The changed pipeline; what was given is left alone.

    Raises:
        SpondyloError: If no step has a type that ``changes`` names.
    """
    steps = [
        (
            str(step.get('type')).rpartition('.')[2] if isinstance(step, dict) else '',
            step,
        )
        for step in pipeline
    ]
    unknown = sorted(set(changes) - {kind for kind, _ in steps})
    if unknown:
        known = ', '.join(kind for kind, _ in steps if kind)
        raise SpondyloError(
            f'pipeline_changes: {unknown[0]}: the pipeline has no such step; it has '
            f'{known}'
        )
    changed: list[Any] = []
    for kind, step in steps:
        change = changes.get(kind, {})
        if change is not None:
            changed.append({**step, **change} if change else step)
    return changed


def pipeline_of(dataset: Mapping[str, Any]) -> list[Any]:
    """The pipeline that a data set of this config goes through.

    Args:
        dataset: Config with ``pipeline`` and maybe ``pipeline_changes``.

    Raises:
        SpondyloError: As :func:`change_pipeline`.
    """
    steps = dataset.get('pipeline') or ()
    return change_pipeline(steps, dataset.get('pipeline_changes') or {})
