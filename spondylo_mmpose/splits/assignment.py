"""What a split is: which film stands where, and its digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Files = Mapping[str, tuple[str, ...]]
"""Sorted file names of each of train, val and test that has any."""


@dataclass(frozen=True)
class Assignment:
    """The films of a split.

    Attributes:
        folds: One entry, or one for each fold of a cross-validation.
        numbered: Whether they are folds of a cross-validation.
        left_out: Labelled films that stand nowhere, sorted.
    """

    folds: tuple[Files, ...]
    numbered: bool = False
    left_out: tuple[str, ...] = field(default=())

    def parts(self) -> list[tuple[int | None, str, tuple[str, ...]]]:
        """Fold (``None`` where they are not numbered), split and files of each part."""
        return [
            (number if self.numbered else None, split, names)
            for number, files in enumerate(self.folds)
            for split, names in files.items()
        ]

    def named_parts(self) -> dict[str, tuple[str, ...]]:
        """Files of each part by the path of its annotation file, without suffix."""
        return {
            split if fold is None else f'fold{fold}/{split}': names
            for fold, split, names in self.parts()
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 over which film stands where; the same on every machine."""
        text = json.dumps(self.named_parts(), sort_keys=True, separators=(',', ':'))
        return hashlib.sha256(text.encode('ascii')).hexdigest()


def files(named: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Sort the names of each split and drop the splits that have none."""
    found = {split: tuple(sorted(names)) for split, names in named.items()}
    return {split: names for split, names in found.items() if names}


def assignment_to_json(assignment: Assignment) -> dict[str, Any]:
    """Encode for ``split.json``."""
    folds = [
        {'fold': number if assignment.numbered else None, 'files': dict(named)}
        for number, named in enumerate(assignment.folds)
    ]
    return {'folds': folds, 'left_out': list(assignment.left_out)}


def assignment_from_json(content: Mapping[str, Any]) -> Assignment:
    """Decode what :func:`assignment_to_json` wrote.

    Raises:
        KeyError, TypeError, AttributeError: If it is malformed.
    """
    folds = content['folds']
    return Assignment(
        folds=tuple(files(fold['files']) for fold in folds),
        numbered=any(fold['fold'] is not None for fold in folds),
        left_out=tuple(content['left_out']),
    )
