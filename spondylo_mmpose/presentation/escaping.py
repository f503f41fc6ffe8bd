"""Text of others (names of runs, films, models) inside CSV, Markdown and LaTeX."""

import re

MINUS = '\u2212'
"""The minus sign of print, which is longer than a hyphen."""

_MARKDOWN = re.compile(r'([\\`*\[\]>|~#$]|<(?! ))|(?<![^\W_])_|_(?![^\W_])')

_LATEX = {
    '\\': r'\textbackslash{}', '{': r'\{', '}': r'\}', '&': r'\&', '%': r'\%',
    '$': r'\$', '#': r'\#', '_': r'\_', '~': r'\textasciitilde{}',
    '^': r'\textasciicircum{}', '<': r'\textless{}', '>': r'\textgreater{}',
    '|': r'\textbar{}', '"': r'\textquotedbl{}',
    # What the fonts of pdflatex lack, or hold in math only.
    '≥': r'$\geq$', '≤': r'$\leq$', '±': r'$\pm$', '\u00d7': r'$\times$',
    '°': r'$^\circ$', '²': r'$^2$', 'κ': r'$\kappa$', '∞': r'$\infty$',
    MINUS: r'$-$', '\u2013': '--', '\u2014': '---', 'µ': r'$\mu$', '\u2192': r'$\to$',
}  # fmt: skip


def one_line(text: str) -> str:
    """Text without line breaks, control characters and doubled spaces."""
    return ' '.join(_printable(text).split())


def _printable(text: str) -> str:
    return ''.join(c if c.isprintable() else ' ' for c in text)


def csv_text(text: str) -> str:
    """Text that a spreadsheet shows as it is instead of computing it.

    A cell that begins with one of ``= + - @`` is a formula to spreadsheets; an
    apostrophe before it makes it text (OWASP, CSV injection). Spaces stay as they are:
    names of files have them.
    """
    text = _printable(text)
    return f"'{text}" if text.lstrip().startswith(('=', '+', '-', '@')) else text


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is, in a cell of a table too."""
    return _MARKDOWN.sub(lambda found: f'\\{found.group()}', one_line(text))


def latex_text(text: str) -> str:
    r"""Text that LaTeX prints as it is, also as the first thing after ``\\``."""
    # Hyphens in a row become dashes, where nobody asked for one.
    pieces = re.split(r'(?<=-)(?=-)', one_line(text))
    escaped = '{}'.join(''.join(_LATEX.get(c, c) for c in piece) for piece in pieces)
    # '\\ [' and '\\ *' are forms of the line break.
    return f'{{}}{escaped}' if escaped.startswith(('[', '*')) else escaped
