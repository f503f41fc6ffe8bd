"""What the pictures of a report share: colours, sizes and how they become PNG."""

import io

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = {'model': '#1f6feb', 'mean shape': '#b26a00', 'box corners': '#8a8f98'}
"""Of the curves of a model and of its floors."""

FOUND, MISSED, INVENTED = '#1f6feb', '#e07b00', '#c2379b'
"""Of vertebrae that were found, were missed, or are not there."""

DPI = 150
"""Of the PNGs. A page shows them at less than their size, so they stay sharp."""

_PLACES = (
    '#1f6feb', '#d1242f', '#2da44e', '#8250df', '#bf8700', '#0a9396', '#c2379b',
    '#57606a', '#6f4e37', '#90b400',
)  # fmt: skip
_MARKERS = 'osD^vP*Xhd'


def make_figure(width: float, height: float) -> Figure:
    """Make a figure without pyplot, which would keep it in memory.

    Args:
        width: Inches.
        height: Inches.
    """
    return Figure(figsize=(width, height), layout='constrained')


def to_png(figure: Figure) -> bytes:
    """Render a figure."""
    buffer = io.BytesIO()
    with mpl.rc_context({'figure.facecolor': 'white'}):
        figure.savefig(buffer, format='png', dpi=DPI, bbox_inches='tight')
    return buffer.getvalue()


def place_style(index: int) -> tuple[str, str]:
    """Colour and marker of the ``index``-th level or pair of levels from below.

    Both differ, so that the levels can be told apart without colour.
    """
    return _PLACES[index % len(_PLACES)], _MARKERS[index % len(_MARKERS)]


def nothing_here(axes: Axes) -> None:
    """Say in an empty plot that there is nothing to see."""
    axes.text(
        0.5,
        0.5,
        'nothing was measured',
        ha='center',
        va='center',
        transform=axes.transAxes,
        color='grey',
    )
