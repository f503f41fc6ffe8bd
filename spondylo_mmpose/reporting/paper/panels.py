"""What the panels of a paper's figures share."""

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase


def short(name: str, width: int = 28) -> str:
    """A name that fits its place."""
    return name if len(name) <= width else f'{name[: width - 1]}…'


def plain(name: str) -> str:
    """A name that matplotlib takes for no formula, and that legends do not hide.

    For texts whose ``parse_math`` can't be switched off.
    """
    escaped = name.replace('$', r'\$')
    return f' {escaped}' if escaped.startswith('_') else escaped


def add_letter(axes: Axes, letter: str, up: float = 7) -> None:
    """Write a panel's letter at its upper left corner.

    Args:
        axes: The panel.
        letter: Without brackets.
        up: Distance from the upper edge, pt; above a title that stands there.
    """
    axes.annotate(
        f'({letter})', (0, 1), (-24, up), xycoords='axes fraction',
        textcoords='offset points', fontsize=9, weight='bold',
    )  # fmt: skip


def legend(figure: FigureBase, axes: Axes) -> None:
    """Name the runs of a panel above everything, where no curve is hidden."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc='outside upper center', ncols=4, fontsize=7, frameon=False
    )
