"""The head that JSON files of the project have: what they are, and their version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json

Decoded = TypeVar('Decoded')


def checked_head(content: Any, form: str, version: str) -> dict[str, Any]:
    """Make sure that a file is of a kind and of a version that can be read.

    Args:
        content: Decoded JSON.
        form: What ``format`` must say.
        version: Of this program; the part before the dot must be the same.

    Returns:
        The content, an object.

    Raises:
        ValueError: If it is of another kind or version; one line without the file.
    """
    if not isinstance(content, dict) or content.get('format') != form:
        raise ValueError(f'needs "format": "{form}"')
    told = content.get('format_version')
    if not isinstance(told, str) or told.split('.')[0] != version.split('.')[0]:
        raise ValueError(
            f'has format_version {told!r:.40}, this program reads {version!r}'
        )
    return content


def decoded_file(
    path: str | Path, decode: Callable[[Any], Decoded], mend: str
) -> Decoded:
    """Read a JSON file and decode it.

    Args:
        path: The file.
        decode: Makes something of the content, or raises a ``ValueError`` that says in
            one line, without the file, what is wrong.
        mend: What to do about it.

    Raises:
        SpondyloError: One line that names the file, what is wrong, and the mend.
    """
    content = read_json(path)
    try:
        return decode(content)
    except ValueError as error:
        raise SpondyloError(f'{path}: {error}; {mend}') from error
