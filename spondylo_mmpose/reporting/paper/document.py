"""The LaTeX document and the README that go with tables and figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from spondylo_mmpose.presentation.escaping import latex_text, markdown_text
from spondylo_mmpose.reporting.paper.performance_tables import PaperTable
from spondylo_mmpose.reporting.paper.provenance import source_note
from spondylo_mmpose.reporting.run_record import RunRecord

PDF, PNG = '.pdf', '.png'

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage[a4paper, margin=2cm]{geometry}
\usepackage{booktabs}
\usepackage{graphicx}
\begin{document}
"""


@dataclass(frozen=True)
class PaperFigure:
    """A figure of the paper.

    Attributes:
        stem: Name of its files.
        figure: The drawing.
        caption: What it shows.
        runs: In it, by their names.
    """

    stem: str
    figure: Figure
    caption: str
    runs: Sequence[str]


def document(
    tables: Sequence[PaperTable],
    figures: Sequence[PaperFigure],
    runs: Sequence[RunRecord],
) -> str:
    """A LaTeX document that holds every table and figure, to be compiled as it is.

    Args:
        tables: Lie beside it as ``STEM.tex``.
        figures: Lie beside it as ``STEM.pdf``.
        runs: All of them.
    """
    # A page of floats at a time: many in a row would be too many for LaTeX to hold.
    inputs = [rf'\input{{{one.stem}.tex}}' + '\n' + r'\clearpage' for one in tables]
    floats = [_float(one, runs) + '\n' + r'\clearpage' for one in figures]
    return '\n'.join([_PREAMBLE, *inputs, *floats, r'\end{document}', ''])


def readme(
    tables: Sequence[PaperTable],
    figures: Sequence[PaperFigure],
    runs: Sequence[RunRecord],
) -> str:
    """What lies in the folder, and the tables to read at once."""
    lines = ['# Tables and figures', '']
    lines += [
        'Written by `tools/paper.py` from the records of the runs below; no number was',
        'typed by hand. `provenance.json` has every value, and the SHA-256 of every',
        'file that it came from. `paper.tex` holds everything: `pdflatex paper.tex`.',
        'Tables need the LaTeX packages booktabs and graphicx.',
        '',
        *(f'* {markdown_text(source_note(run))}' for run in runs),
        '',
        '| file | what | runs |',
        '|---|---|---|',
    ]
    for table in tables:
        what = markdown_text(table.table.title)
        lines.append(f'| {table.stem}.tex, .csv | {what} | {_names(table.runs)} |')
    for figure in figures:
        what = markdown_text(figure.caption)
        lines.append(f'| {figure.stem}.pdf, .png | {what} | {_names(figure.runs)} |')
    # Whole digests stand in provenance.json.
    shown = [replace(table.table, sources=()).to_markdown() for table in tables]
    return '\n'.join([*lines, '', *shown])


def _float(one: PaperFigure, runs: Sequence[RunRecord]) -> str:
    sources = ' '.join(source_note(run) for run in runs if run.name in one.runs)
    caption = f'{latex_text(one.caption)} {{\\footnotesize {latex_text(sources)}}}'
    return '\n'.join(
        [
            r'\begin{figure}',
            r'\centering',
            rf'\includegraphics[width=\textwidth,height=0.8\textheight,keepaspectratio]'
            rf'{{{one.stem}{PDF}}}',
            rf'\caption{{{caption}}}',
            rf'\label{{fig:{one.stem}}}',
            r'\end{figure}',
        ]
    )


def _names(names: Sequence[str]) -> str:
    return ', '.join(markdown_text(name) for name in names)
