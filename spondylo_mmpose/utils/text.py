"""Plain texts and tables for the terminal."""

from collections.abc import Iterable


def counted(number: int, what: str) -> str:
    """A number of things, e.g. ``1 film``, ``3 films``."""
    return f'{number} {what}{"" if number == 1 else "s"}'


def aligned(*blocks: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Lines of a name and a text, the texts of all blocks below each other.

    Args:
        *blocks: Names and texts.

    Returns:
        The lines of each block.
    """
    rows = [list(block) for block in blocks]
    width = max((len(name) for block in rows for name, _ in block), default=0)
    return [[f'{name:<{width}}  {text}' for name, text in block] for block in rows]
