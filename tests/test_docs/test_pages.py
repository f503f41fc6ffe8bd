"""Links lead somewhere, the index is whole, quoted errors are those of the tools."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCS = ROOT / 'docs'
PAGES = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *sorted(DOCS.glob('*.md'))]
LINK = re.compile(r'\[[^\]]+\]\(([^)\s]+)\)')


def prose(path):
    """A page without its blocks and spans of code."""
    text = re.sub(r'^```.*?^```$', '', path.read_text(), flags=re.M | re.S)
    return re.sub(r'`[^`\n]*`', '', text)


def anchors(path):
    """Names of headings, as the page's readers make them."""
    headings = re.findall(r'^#+ (.+)$', path.read_text(), re.M)
    kept = [re.sub(r'[^\w\- ]', '', text.lower()) for text in headings]
    return {text.strip().replace(' ', '-') for text in kept}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(prose(page)):
        if re.match(r'https?://|mailto:', target):
            continue
        name, _, anchor = target.partition('#')
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


def test_the_index_names_every_page():
    targets = LINK.findall((DOCS / 'README.md').read_text())
    named = {target.partition('#')[0] for target in targets}
    assert {page.name for page in DOCS.glob('*.md')} - {'README.md'} <= named
    assert 'docs/README.md' in LINK.findall((ROOT / 'README.md').read_text())


# Names and numbers, which are put into what is said.
PUT_IN = re.compile(
    r'\.\.\.|[\d`()\[\]]+|[:;] |FILE|\S*[./_*]\S*|[A-Z]\w+Error|GPU|machine|nan'
)

# What the tools pass on of torch and others.
OTHERS = (
    'Weights only load failed',
    'PytorchStreamReader failed reading zip archive',
    'failed finding central directory',
    'The server socket has failed to listen on any local network address. port',
)


def texts_of(path):
    """What a module may say: its texts, those in parts as one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield ''.join(
                part.value if isinstance(part, ast.Constant) else '\0'
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_errors_in_the_page_of_troubles_are_those_of_the_tools():
    said = '\n'.join(
        text
        for folder in ('spondylo_mmpose', 'tools')
        for path in sorted(Path(ROOT / folder).rglob('*.py'))
        for text in texts_of(path)
    )
    page = (DOCS / 'troubleshooting.md').read_text()
    page = page[page.index('## Data that') :]
    cells = re.findall(r'^\| (`.*?`) \|', page, re.M)
    quoted = [line for cell in cells for line in re.findall(r'`([^`]+)`', cell)]
    quoted += re.findall(r'^    error: (.+)$', page, re.M)
    assert len(quoted) > 30
    said += ' '.join(OTHERS)
    unknown = []
    for line in quoted:
        parts = PUT_IN.split(line)
        unknown += [p for p in map(str.strip, parts) if len(p) > 14 and p not in said]
    assert not unknown, '; '.join(unknown)
