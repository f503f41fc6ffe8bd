"""Recipes and tools, which lie in the installed package or in a checkout around it."""

from pathlib import Path

PACKAGE = Path(__file__).parent.parent

RECIPES, TOOLS = 'configs', 'tools'


def shipped(*parts: str) -> Path | None:
    """A file or folder of recipes or tools.

    Args:
        *parts: Of its path, from :data:`RECIPES` or :data:`TOOLS` on.

    Returns:
        ``None`` where it came with neither.
    """
    # Beside an installed package lie the folders of others.
    for root in (PACKAGE / '.mim', PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    return None
