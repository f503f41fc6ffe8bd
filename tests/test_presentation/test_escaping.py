import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.presentation.escaping import (
    csv_text,
    latex_text,
    markdown_text,
    one_line,
)


@pytest.mark.parametrize('text', ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r\n=1'])
def test_what_a_spreadsheet_would_compute_becomes_text(text):
    assert csv_text(text) == "'" + re.sub(r'\s', ' ', text)


def test_spaces_of_a_file_name_stay():
    assert csv_text('PAT  01  lat.png ') == 'PAT  01  lat.png '


@given(st.text())
def test_no_csv_cell_is_a_formula_or_breaks_its_line(text):
    cell = csv_text(text)
    assert not cell.lstrip().startswith(('=', '+', '-', '@', '\t', '\r'))
    assert list(csv.reader(io.StringIO(f'"{cell.replace(chr(34), chr(34) * 2)}"'))) in (
        [[cell]],
        [[]],
    )


def test_markdown_shows_names_as_they_are():
    assert markdown_text('a|b') == r'a\|b'
    assert markdown_text('hrnet_w32') == 'hrnet_w32'
    assert markdown_text('_a_ *b*') == r'\_a\_ \*b\*'
    assert markdown_text('<img src=x>') == r'\<img src=x\>'
    assert markdown_text('[a](b) `c`\n# d') == r'\[a\](b) \`c\` \# d'


def test_latex_prints_names_as_they_are():
    assert latex_text(r'a_b & 5% $x$ #1') == r'a\_b \& 5\% \$x\$ \#1'
    assert latex_text('\\input{x}') == r'\textbackslash{}input\{x\}'
    assert latex_text('a~b^c') == r'a\textasciitilde{}b\textasciicircum{}c'
    assert latex_text('a--b') == 'a-{}-b'
    # After the end of a row a bracket would be its argument.
    assert latex_text('[2ex]') == '{}[2ex]'
    assert latex_text('*') == '{}*'
    assert latex_text('5 ≥ κ ± 1°') == r'5 $\geq$ $\kappa$ $\pm$ 1$^\circ$'


@given(st.text())
def test_latex_has_no_comment_and_closed_groups(text):
    escaped = latex_text(text)
    plain = escaped.replace(r'\%', '').replace(r'\{', '').replace(r'\}', '')
    assert '%' not in plain
    assert plain.count('{') == plain.count('}')
    assert '\n' not in escaped


def test_one_line_drops_what_cannot_be_seen():
    assert one_line('a\n b\x00\x1b[31m  c\u202e') == 'a b [31m c'
