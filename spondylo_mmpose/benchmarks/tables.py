"""The page on speed: its tables come from the files that the benchmarks wrote."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spondylo_mmpose.benchmarks.speed_tables import TABLES
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import atomic_file, read_json, write_json

MISSING = 'Not measured yet.'
"""Stands where no benchmark has written a file."""

_PLACE = re.compile(
    r'(?P<begin><!-- table: (?P<name>\w+) -->\n).*?(?P<end><!-- end of table -->)', re.S
)
_FOLDERS = re.compile(r'(?<![\w.~:/-])(?:/[\w.+-]+)+/')


def fill_page(text: str, folder: str | Path) -> str:
    """Put tables between the marks of a page.

    Marks are ``<!-- table: NAME -->`` and ``<!-- end of table -->``, each on a line of
    its own; whatever stands between them is replaced.

    Args:
        text: The page, in Markdown.
        folder: Where ``NAME.json`` are.

    Returns:
        The page with the tables of :data:`.TABLES`, or :data:`MISSING`.

    Raises:
        SpondyloError: If a mark names no table, a page has none, or a file does not
            hold what its benchmark writes.
    """
    if not _PLACE.search(text):
        raise SpondyloError(
            'the page has no place for a table; write <!-- table: decoding --> and '
            '<!-- end of table --> where one shall be'
        )

    def filled(place: re.Match[str]) -> str:
        lines = _lines(place['name'], Path(folder))
        return '\n'.join([f'{place["begin"]}', *lines, '', place['end']])

    return _PLACE.sub(filled, text)


def _lines(name: str, folder: Path) -> list[str]:
    if name not in TABLES:
        raise SpondyloError(
            f'{name}: no such table; there are {", ".join(sorted(TABLES))}'
        )
    path = folder / f'{name}.json'
    if not path.is_file():
        return [MISSING]
    result = read_json(path)
    try:
        return TABLES[name](result)
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise SpondyloError(
            f'{path}: is not what tools/benchmarks/{name}.py writes ({error!r}); '
            'measure again'
        ) from error


def update_page(
    page: str | Path, kept: str | Path, measured: str | Path | None = None
) -> list[Path]:
    """Rewrite the page's tables.

    Args:
        page: File in Markdown.
        kept: Folder of the files that the tables come from.
        measured: Folder of newer ones, which are copied there first.

    Returns:
        The files written.

    Raises:
        SpondyloError: See :func:`fill_page`; or a file is missing or cannot be written.
            The page is then as it was.
    """
    written = []
    if measured is not None:
        if not Path(measured).is_dir():
            raise SpondyloError(f'{measured}: no such folder; "make bench" makes it')
        found = [Path(measured) / f'{name}.json' for name in TABLES]
        contents = {path: read_json(path) for path in found if path.is_file()}
        if not contents:
            raise SpondyloError(f'{measured}: holds no result; "make bench" makes them')
        written = [
            write_json(Path(kept) / path.name, without_folders(content))
            for path, content in contents.items()
        ]
    try:
        text = Path(page).read_text(encoding='utf-8')
    except OSError as error:
        raise SpondyloError(f'{page}: cannot be read ({error.strerror})') from error
    try:
        filled = fill_page(text, kept)
    except SpondyloError as error:
        raise SpondyloError(f'{page}: {error}') from error
    with atomic_file(page) as temporary:
        temporary.write_text(filled, encoding='utf-8')
    return [*written, Path(page)]


def without_folders(value: Any) -> Any:
    """Leave the folders of absolute paths out of all texts in a value."""
    if isinstance(value, str):
        return _FOLDERS.sub('', value)
    if isinstance(value, Mapping):
        return {key: without_folders(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_folders(one) for one in value]
    return value
