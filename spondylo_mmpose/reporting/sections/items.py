"""What a part of a page is made of; the template knows how each kind looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from matplotlib.figure import Figure

from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.presentation.html import data_url

_SHRINK = 1.7  # Figures are rendered so much larger than shown, to be sharp.


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more.

    Attributes:
        text: Plain text.
        style: ``''`` or ``'caution'``.
    """

    kind: ClassVar[str] = 'paragraph'
    text: str
    style: str = ''


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        caption: Above it.
        columns: Headings but that of the first column.
        groups: Rows by the heading of their group, which may be empty; a row is its
            name and its cells.
        corner: Heading of the first column.
        shares: Darkness of cells, 0 to 1, by row (counted over all groups) and column.
        name: Class of the table on the page.
    """

    kind: ClassVar[str] = 'grid'
    caption: str
    columns: Sequence[str]
    groups: Mapping[str, Sequence[tuple[str, Sequence[str]]]]
    corner: str = ''
    shares: Mapping[tuple[int, int], float] = field(default_factory=dict)
    name: str = 'values'


@dataclass(frozen=True)
class Picture:
    """A picture that travels inside the page.

    Attributes:
        source: Its address, which is its content.
        alt: What it shows, for those who cannot see it.
        caption: Below it; may be empty.
        width: px on the page, ``None`` to fill its column.
    """

    source: str
    alt: str
    caption: str = ''
    width: int | None = None

    @classmethod
    def of(cls, figure: Figure, alt: str, caption: str = '') -> 'Picture':
        """Render a figure."""
        content = to_png(figure)
        # The header of a PNG holds its width at a fixed place.
        width = int.from_bytes(content[16:20], 'big')
        return cls(data_url(content), alt, caption, round(width / _SHRINK))


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side, as many as fit.

    Attributes:
        pictures: They.
        style: ``'figures'``, each in its own width, or ``'films'``, all in equal width.
    """

    kind: ClassVar[str] = 'pictures'
    pictures: Sequence[Picture]
    style: str = 'figures'


@dataclass(frozen=True)
class Legend:
    """What the colours of overlays mean.

    Attributes:
        entries: Class of the colour on the page, and its meaning.
    """

    kind: ClassVar[str] = 'legend'
    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Terms:
    """Words and what they mean, folded away.

    Attributes:
        summary: What is seen of them folded.
        entries: Word and meaning.
    """

    kind: ClassVar[str] = 'terms'
    summary: str
    entries: Sequence[tuple[str, str]]


Item = Paragraph | Grid | Pictures | Legend | Terms


@dataclass(frozen=True)
class Part:
    """A part of a run's section, which can be folded.

    Attributes:
        title: Its heading.
        items: What it holds.
        is_open: Whether it is unfolded at first.
    """

    title: str
    items: Sequence[Item]
    is_open: bool = True


@dataclass(frozen=True)
class KeyNumber:
    """A number that stands out at the head of a run.

    Attributes:
        label: What it is.
        value: It, with its unit.
        interval: Its 95 % interval; may be empty.
    """

    label: str
    value: str
    interval: str = ''
