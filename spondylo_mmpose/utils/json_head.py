"""The head that JSON files of the project have: what they are, and their version."""

from typing import Any


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
