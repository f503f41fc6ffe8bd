"""``split.json``: reading it, and holding annotation files against it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.film_groups import labelled_images
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.assignment import Assignment, assignment_from_json
from spondylo_mmpose.utils.io import file_digest, read_json

SPLIT_FILE = 'split.json'

FORMAT_VERSION = '1.0'
"""Version of its fields; readers check the part before the dot."""

_MEND = 'make the split again with tools/split_dataset.py and --force'

_FOLD = re.compile(r'fold(\d+)')


@dataclass(frozen=True)
class SplitFile:
    """A split as it was written.

    Attributes:
        path: ``split.json``.
        name: Name of the split.
        method: How it was made.
        digest: Of the assignment, as the file says.
        assignment: Which film stands where.
        together: Lists of films that were kept together on request.
        sources: SHA-256 of the annotation files that were divided, by name.
        files: SHA-256 of the split's own annotation files, by path in its folder.
    """

    path: Path
    name: str
    method: str
    digest: str
    assignment: Assignment
    together: Sequence[Sequence[str]]
    sources: Mapping[str, str]
    files: Mapping[str, str]


def read_split_file(path: Path) -> SplitFile:
    """Read ``split.json`` and check its digest.

    Raises:
        SpondyloError: If it is missing, malformed, of a later format, or was edited.
    """
    content = read_json(path)
    try:
        version = str(content['format_version'])
        if version.split('.')[0] != FORMAT_VERSION.split('.')[0]:
            raise SpondyloError(
                f'{path}: has format version {version}, this program reads '
                f'{FORMAT_VERSION}; {_MEND}'
            )
        split = SplitFile(
            path=path,
            name=str(content['name']),
            method=str(content['method']),
            digest=str(content['digest']),
            assignment=assignment_from_json(content),
            together=[list(names) for names in content['together']],
            sources=dict(content['sources']),
            files=dict(content['files']),
        )
        digest = split.assignment.digest
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SpondyloError(f'{path}: is no file of a split; {_MEND}') from error
    if digest != split.digest:
        raise SpondyloError(
            f'{path}: its films do not fit its digest, it was edited; {_MEND}'
        )
    return split


def split_file_of(ann_file: Path) -> Path | None:
    """Find the ``split.json`` that an annotation file must agree with.

    Args:
        ann_file: Annotation file of a data set.

    Returns:
        The file, ``None`` where the folder is no split's.
    """
    folder = ann_file.parent
    candidates = [folder / SPLIT_FILE]
    if _FOLD.fullmatch(folder.name):
        candidates.append(folder.parent / SPLIT_FILE)
    return next((path for path in candidates if path.is_file()), None)


def check_member(ann_file: Path, content: Mapping[str, Any]) -> SplitFile | None:
    """Hold an annotation file against the split that it belongs to.

    Args:
        ann_file: The file.
        content: What is in it.

    Returns:
        The split, ``None`` where the file belongs to none.

    Raises:
        SpondyloError: If the file was edited, does not belong where it stands, or its
            split's file is missing or was edited.
    """
    mark = content.get('info')
    mark = mark.get('split') if isinstance(mark, dict) else None
    path = split_file_of(ann_file)
    if path is None:
        if mark is None:
            return None
        raise SpondyloError(
            f'{ann_file}: belongs to a split whose {SPLIT_FILE} is not beside it; keep '
            f'the folder of the split whole, or {_MEND}'
        )
    split = read_split_file(path)
    name = ann_file.relative_to(path.parent).as_posix()
    parts = {
        f'{part}.json': names for part, names in split.assignment.named_parts().items()
    }
    if name not in parts or name not in split.files:
        raise SpondyloError(f'{ann_file}: is no part of the split in {path}; {_MEND}')
    labelled = sorted(image['file_name'] for image in labelled_images(content))
    if (
        not isinstance(mark, dict)
        or mark.get('digest') != split.digest
        or labelled != list(parts[name])
        or file_digest(ann_file) != split.files[name]
    ):
        raise SpondyloError(
            f'{ann_file}: is not as the split was written; correct labels in the data '
            f'set that was divided and {_MEND}'
        )
    return split
