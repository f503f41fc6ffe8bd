import re
from pathlib import Path

import pytest

from spondylo_mmpose.converters.conversion_report import KINDS, ConversionReport


def test_counts_and_sorted_items():
    report = ConversionReport()
    report.add('bow_tie', 'b.json', vertebra=1)
    report.add('bow_tie', 'a.json', vertebra=4)
    report.add('bow_tie', 'a.json', vertebra=2)
    report.add('labels_empty', 'c.txt')
    assert report.counts() == {'labels_empty': 1, 'bow_tie': 3}
    bow_tie = report.as_dict()['faults']['bow_tie']
    assert (bow_tie['count'], bow_tie['effect']) == (3, 'vertebra left out')
    assert bow_tie['items'] == [
        {'file': 'a.json', 'vertebra': 2},
        {'file': 'a.json', 'vertebra': 4},
        {'file': 'b.json', 'vertebra': 1},
    ]


def test_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        ConversionReport().add('bowtie', 'a')


def test_summary_counts_but_names_no_file():
    report = ConversionReport(totals={'films': 2, 'split': {'train': {'films': 2}}})
    report.add('bow_tie', '3209-F-073Y1.json', vertebra=1)
    text = report.summary('some/out')
    assert '3209' not in text
    assert '    1  bow_tie' in text
    assert 'train (2 films)' in text
    assert text.endswith('report: some/out/conversion_report.json')
    assert 'faults: none' in ConversionReport(totals={'films': 1}).summary('o')


def test_documentation_tells_of_every_kind_and_of_no_other():
    page = (Path(__file__).parents[2] / 'docs' / 'data.md').read_text()
    table = page[page.index('| kind in `conversion_report.json`') :]
    table = table[: table.index('\n\n')]
    assert re.findall(r'^\| `(\w+)` \|', table, re.MULTILINE) == list(KINDS)


def test_examples_are_the_first_of_each_kind():
    report = ConversionReport()
    report.add('bow_tie', 'b.json', vertebra=1)
    report.add('bow_tie', 'a.json', vertebra=4)
    report.add('labels_empty', 'c.txt', reason='no line')
    assert report.examples() == '1 labels_empty: c.txt (no line); 2 bow_tie: b.json'
