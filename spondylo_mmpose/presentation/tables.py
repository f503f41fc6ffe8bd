r"""Tables of numbers as CSV, Markdown, LaTeX and pictures, all from one description.

The best value of a column is marked by what a reader sees: rows that show the same
text are equally good, whatever digits follow. NaN ("not measured") and infinity are
never best, and nothing is where fewer than two rows were measured.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from spondylo_mmpose.presentation.cells import (
    NOT_MEASURED,
    Cell,
    Column,
    interval_texts,
    number_text,
    raw_text,
)
from spondylo_mmpose.presentation.escaping import (
    MINUS,
    csv_text,
    latex_text,
    markdown_text,
    one_line,
)

_FITTED = r'\ifdim\width>\textwidth\textwidth\else\width\fi'

_NOT_MEASURED_NOTE = f'{NOT_MEASURED}: not measured'


@dataclass(frozen=True)
class Table:
    """A table of numbers.

    Attributes:
        title: What it shows.
        columns: Its columns.
        rows: One entry for each column: a cell, or its mere value.
        notes: Sentences below it.
        sources: Lines that say where the numbers come from (runs, digests). Below the
            notes in Markdown, comments in LaTeX, left out of pictures.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | float | str | None]]
    notes: Sequence[str] = ()
    sources: Sequence[str] = ()

    def __post_init__(self) -> None:
        names = [column.csv_name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError(f'{self.title}: columns of one name: {names}')
        if any(len(row) != len(names) for row in self.rows):
            raise ValueError(f'{self.title}: each row needs {len(names)} cells')

    @property
    def cells(self) -> list[list[Cell]]:
        """All cells, row by row."""
        return [[c if isinstance(c, Cell) else Cell(c) for c in r] for r in self.rows]

    def best(self) -> set[tuple[int, int]]:
        """Row and column of the best cell of each column, several where equal."""
        cells = self.cells
        found: set[tuple[int, int]] = set()
        for j, column in enumerate(self.columns):
            values = {i: row[j].number for i, row in enumerate(cells)}
            values = {i: v for i, v in values.items() if not math.isnan(v)}
            finite = [v for v in values.values() if math.isfinite(v)]
            if not (column.ranked and column.better) or len(values) < 2 or not finite:
                continue
            best = min(finite) if column.better == 'low' else max(finite)
            shown = {i: number_text(v, cells[i][j], column) for i, v in values.items()}
            wanted = {shown[i] for i, v in values.items() if v == best}
            found |= {(i, j) for i, text in shown.items() if text in wanted}
        return found

    def to_csv(self) -> str:
        """Raw numbers in full precision, the ends of intervals in own columns.

        An empty cell was not measured; ``inf`` is infinite.
        """
        cells = self.cells
        spans = [any(row[j].has_interval for row in cells) for j in self._places]
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator='\n')
        heads = [csv_text(column.csv_name) for column in self.columns]
        writer.writerow(_spread([[h, f'{h}_low', f'{h}_high'] for h in heads], spans))
        for row in cells:
            triples = [
                [raw_text(c.value), raw_text(c.low), raw_text(c.high)] for c in row
            ]
            writer.writerow(_spread(triples, spans))
        return buffer.getvalue()

    def to_markdown(self) -> str:
        """Title, table, notes and sources; the best in bold, columns aligned."""
        best = self.best()
        heads = [markdown_text(column.title) for column in self.columns]
        lines = []
        for i, row in enumerate(self.cells):
            texts = [markdown_text(self._text(c, j)) for j, c in enumerate(row)]
            lines.append(
                [f'**{t}**' if (i, j) in best else t for j, t in enumerate(texts)]
            )
        grid = [heads, *lines]
        widths = [max(3, *(len(line[j]) for line in grid)) for j in self._places]
        left = [self._is_left(j) for j in self._places]

        def laid(line: Sequence[str]) -> str:
            padded = zip(line, widths, left, strict=True)
            return ' | '.join(f'{t:<{w}}' if lf else f'{t:>{w}}' for t, w, lf in padded)

        rule = [
            '-' * w if lf else '-' * (w - 1) + ':'
            for w, lf in zip(widths, left, strict=True)
        ]
        text = [f'| {laid(line)} |' for line in (heads, rule, *lines)]
        below = [*self._all_notes(), *self.sources]
        tail = ['', *(f'* {markdown_text(note)}' for note in below)] if below else []
        return '\n'.join([f'**{markdown_text(self.title)}**', '', *text, *tail]) + '\n'

    def to_latex(
        self, label: str = '', wide: bool = False, stacked: bool = False
    ) -> str:
        r"""A floating table with rules of the package ``booktabs``.

        Args:
            label: For ``\ref``.
            wide: Over both columns of a page.
            stacked: Intervals below their values. Both shrink (``graphicx``) a table
                that is wider than the text.
        """
        best = self.best()
        kind = 'table*' if wide else 'table'
        heads = [latex_text(column.title) for column in self.columns]
        lines = []
        for i, row in enumerate(self.cells):
            cells = enumerate(row)
            texts = [self._latex(c, j, (i, j) in best, stacked) for j, c in cells]
            lines.append('  ' + ' & '.join(texts) + r' \\')
        aligned = ''.join('l' if self._is_left(j) else 'r' for j in self._places)
        notes = [latex_text(note) for note in self.notes]
        notes += [_NOT_MEASURED_NOTE] * self._has_gaps
        fitted = wide or stacked
        packages = r'\usepackage{booktabs}' + (r', \usepackage{graphicx}' * fitted)
        return '\n'.join(
            [
                f'% needs {packages}',
                *(f'% {one_line(source)}' for source in self.sources),
                rf'\begin{{{kind}}}',
                r'\centering',
                rf'\caption{{{latex_text(self.title)}}}',
                *([rf'\label{{{label}}}'] if label else []),
                *([rf'\resizebox{{{_FITTED}}}{{!}}{{%'] if fitted else []),
                rf'\begin{{tabular}}{{{aligned}}}',
                r'\toprule',
                '  ' + ' & '.join(heads) + r' \\',
                r'\midrule',
                *lines,
                r'\bottomrule',
                r'\end{tabular}' + '}' * fitted,
                *(rf'{{\footnotesize\raggedright {note}\par}}' for note in notes),
                rf'\end{{{kind}}}',
                '',
            ]
        )

    def to_figure(self) -> Figure:
        """Draw the table; the best in bold."""
        best = self.best()
        texts = [[self._text(c, j) for j, c in enumerate(row)] for row in self.cells]
        heads = [one_line(column.title) for column in self.columns]
        grid = [heads, *texts]
        widths = [max(len(line[j]) for line in grid) + 2 for j in self._places]
        notes = self._all_notes()
        foot = len(notes) / (len(grid) + len(notes))
        figure = Figure(
            figsize=(0.09 * sum(widths) + 0.4, 0.3 * (len(grid) + len(notes)) + 0.6)
        )
        axes = figure.subplots()
        axes.axis('off')
        axes.set_title(one_line(self.title), fontsize=11, loc='left', parse_math=False)
        drawn = axes.table(
            cellText=grid,
            colWidths=[w / sum(widths) for w in widths],
            edges='horizontal',
            bbox=Bbox.from_bounds(0, foot, 1, 1 - foot),
        )
        drawn.auto_set_font_size(False)
        for (i, j), cell in drawn.get_celld().items():
            side = 'left' if self._is_left(j) else 'right'
            weight = 'bold' if i == 0 or (i - 1, j) in best else 'normal'
            cell.set_text_props(ha=side, fontsize=9, weight=weight, parse_math=False)
            cell.set_edgecolor('#b8bec6')
        for place, note in enumerate(reversed(notes)):
            y = (place + 0.5) / (len(grid) + len(notes))
            axes.text(
                0, y, one_line(note), transform=axes.transAxes, fontsize=8,
                color='#57606a', va='center', parse_math=False,
            )  # fmt: skip
        return figure

    def to_png(self) -> bytes:
        """Draw the table as a PNG; see :meth:`to_figure`."""
        buffer = io.BytesIO()
        self.to_figure().savefig(buffer, format='png', dpi=130, bbox_inches='tight')
        return buffer.getvalue()

    @property
    def _places(self) -> range:
        return range(len(self.columns))

    def _is_left(self, place: int) -> bool:
        """Texts stand to the left, numbers to the right."""
        return any(row[place].is_text for row in self.cells)

    @property
    def _has_gaps(self) -> bool:
        return any(cell.is_gap for row in self.cells for cell in row)

    def _all_notes(self) -> list[str]:
        return [*self.notes, *[_NOT_MEASURED_NOTE] * self._has_gaps]

    def _text(self, cell: Cell, place: int) -> str:
        if cell.is_text:
            return one_line(str(cell.value))
        text = number_text(cell.number, cell, self.columns[place])
        if not cell.has_interval:
            return text
        low, high = interval_texts(cell, self.columns[place])
        return f'{text} ({low} to {high})'

    def _latex(self, cell: Cell, place: int, best: bool, stacked: bool) -> str:
        if cell.is_text:
            return latex_text(str(cell.value))
        if cell.is_gap:
            return NOT_MEASURED
        column = self.columns[place]
        text = _latex_number(number_text(cell.number, cell, column))
        text = rf'\textbf{{{text}}}' if best else text
        if not cell.has_interval:
            return text
        low, high = map(_latex_number, interval_texts(cell, column))
        interval = rf'{{\scriptsize ({low} to {high})}}'
        head, foot = r'\begin{tabular}[t]{@{}r@{}}', r'\end{tabular}'
        return rf'{head}{text}\\{interval}{foot}' if stacked else f'{text} {interval}'


def _latex_number(text: str) -> str:
    return latex_text(text.replace('-', MINUS))


def _spread(triples: Iterable[Sequence[str]], spans: Sequence[bool]) -> list[str]:
    """Values, and where a column has intervals their ends behind them."""
    both = zip(triples, spans, strict=True)
    return [text for triple, span in both for text in triple[: 3 if span else 1]]
