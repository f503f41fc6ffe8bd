"""What the README quotes of results stands on the pages that it is from."""

import re

from tests.conftest import ROOT
from tests.test_docs.test_pages import DOCS

NUMBER = r'-?\d+(?:\.\d+)?'
WITH_INTERVAL = re.compile(rf'({NUMBER})[^|\[\]]*\[({NUMBER}), ({NUMBER})\]')
SHARE = re.compile(r'\b\d+ of \d+\b')


def quoted():
    text = (ROOT / 'README.md').read_text()
    return text[text.index('## How good is it?') : text.index('## Limits')]


def pages():
    return '\n'.join(
        (DOCS / name).read_text().replace('\n', ' ')
        for name in ('weights.md', 'robustness.md')
    )


def test_values_with_intervals_are_those_of_the_pages_rounded():
    rows = [match.groups() for match in WITH_INTERVAL.finditer(quoted())]
    assert len(rows) >= 2
    there = [match.groups() for match in WITH_INTERVAL.finditer(pages())]
    for row in rows:
        digits = [len(number.partition('.')[2]) for number in row]
        rounded = {
            tuple(f'{float(n):.{d}f}' for n, d in zip(one, digits, strict=True))
            for one in there
        }
        assert row in rounded, row


def test_counts_are_those_of_the_pages():
    counts = SHARE.findall(quoted())
    assert len(counts) >= 3
    told = pages().replace('of the ', 'of ')
    assert [count for count in counts if count not in told] == []
