"""Making a split as ``tools/split_dataset.py`` does it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits import methods
from spondylo_mmpose.splits.assignment import Assignment
from spondylo_mmpose.splits.source import SplitSource, read_source
from spondylo_mmpose.splits.summary import part_counts, summary
from spondylo_mmpose.splits.writing import split_folder, write_split
from spondylo_mmpose.utils.io import read_json

METHODS: dict[str, Callable[..., Assignment]] = {
    'official': methods.official,
    'ratio': methods.ratio,
    'kfold': methods.kfold,
    'manual': methods.manual,
}
"""Ways of dividing by the name on the command line."""


def make_split(
    root: str | Path,
    method: str,
    name: str | None = None,
    together: str | Path | None = None,
    force: bool = False,
    **arguments: Any,
) -> list[str]:
    """Divide a converted data set and write the split.

    Args:
        root: The data set.
        method: One of :data:`METHODS`.
        name: Name of the split; the method's when left out.
        together: JSON file with lists of film names that belong together.
        force: Whether a split of that name may be replaced.
        arguments: For the method.

    Returns:
        Lines that say how it was divided and where it is.

    Raises:
        SpondyloError: If the data set cannot be divided so, or the name is taken.
    """
    name = name or method
    # Before the work.
    split_folder(root, name, force)
    source = read_source(root)
    lists = [] if together is None else read_together(together, source)
    assignment = METHODS[method](source, together=lists, **arguments)
    folder = write_split(source, assignment, name, method, arguments, lists, force)
    lines = [summary(part_counts(source, assignment, lists))]
    if source.unlabelled:
        lines.append(
            f'{len(source.unlabelled)} unlabelled films are not divided; split.json '
            'lists them'
        )
    first = 'fold0/train' if assignment.numbered else next(iter(assignment.folds[0]))
    use = f'{name}/fold0' if assignment.numbered else name
    return [
        *lines,
        f'digest {assignment.digest}',
        f'written to {folder}',
        f'train on it with SPONDYLO_SPLIT={use} in the environment, or name '
        f'annotations/{name}/{first}.json and its like as ann_file',
    ]


def read_together(path: str | Path, source: SplitSource) -> list[list[str]]:
    """Read lists of films that belong together, as a search for duplicates finds them.

    Args:
        path: JSON: ``[["train/a.jpg", "val/b.jpg"], ...]``, file names as in the
            annotation files.
        source: The data set.

    Raises:
        SpondyloError: If it is no such file or names no film of the data set.
    """
    lists = read_json(path)
    if not isinstance(lists, list) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names)
        for names in lists
    ):
        raise SpondyloError(
            f'{path}: is no list of lists of file names, as '
            '[["train/a.jpg", "val/b.jpg"]]'
        )
    known = {film.name for film in source.films} | set(source.unlabelled)
    if unknown := {name for names in lists for name in names} - known:
        raise SpondyloError(
            f'{path}: {len(unknown)} of its names are no films of {source.root}, the '
            f'first is {min(unknown)}; names are those of the annotation files'
        )
    return [sorted(set(names)) for names in lists]


def named_ratios(values: Sequence[str]) -> dict[str, str]:
    """Shares of train, val and test from the command line.

    Raises:
        SpondyloError: If there are more or fewer than two or three.
    """
    if len(values) not in (2, 3):
        raise SpondyloError(
            f'--ratios {" ".join(values)}: give shares of train and val, or of train, '
            'val and test'
        )
    return dict(zip(SPLITS, values, strict=False))


def read_patients(values: Sequence[str]) -> list[str]:
    """Patients from the command line; ``@FILE`` stands for a file, one a line.

    Raises:
        SpondyloError: If a file cannot be read.
    """
    patients: list[str] = []
    for value in values:
        if not value.startswith('@'):
            patients.append(value)
            continue
        try:
            text = Path(value[1:]).read_text(encoding='utf-8-sig')
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, 'strerror', None) or 'is no UTF-8 text'
            raise SpondyloError(
                f'{value[1:]}: cannot be read as a list of patients ({reason})'
            ) from error
        patients += [line.strip() for line in text.splitlines() if line.strip()]
    return patients
