import dataclasses
import json

import pytest

from spondylo_mmpose.deployment.facts import ENTRY, ExportedFacts, read_facts
from spondylo_mmpose.errors import SpondyloError
from tests.test_deployment.files import FACTS


def test_what_is_written_is_read():
    assert read_facts('m.onnx', {ENTRY: FACTS.to_text()}) == FACTS


def test_foreign_files_are_told_from_damaged_and_later_ones():
    with pytest.raises(SpondyloError, match=r'm\.onnx: is an ONNX file, but none'):
        read_facts('m.onnx', {'other': '{}'})
    later = json.loads(FACTS.to_text()) | {'format': 99, 'package_version': '7.1'}
    with pytest.raises(SpondyloError, match=r'7\.1 in format 99.*update'):
        read_facts('m.onnx', {ENTRY: json.dumps(later)})
    # A later version may name other things.
    with pytest.raises(SpondyloError, match='update'):
        read_facts('m.onnx', {ENTRY: '{"format": 2}'})


@pytest.mark.parametrize('text', ['', '{', '[]', '3', '{}', '{"format": "x"}'])
def test_damaged_descriptions_are_one_line(text):
    with pytest.raises(SpondyloError, match='its description is damaged') as caught:
        read_facts('m.onnx', {ENTRY: text})
    assert '\n' not in str(caught.value)


def test_a_missing_fact_is_damage():
    told = json.loads(FACTS.to_text())
    for field in dataclasses.fields(ExportedFacts):
        rest = {name: value for name, value in told.items() if name != field.name}
        if field.name == 'passes':  # not told by earlier versions, which looked once
            assert read_facts('m.onnx', {ENTRY: json.dumps(rest)}).passes == 1
            continue
        with pytest.raises(SpondyloError, match=field.name):
            read_facts('m.onnx', {ENTRY: json.dumps(rest)})
