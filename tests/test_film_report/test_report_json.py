"""Reports to JSON and back, and what its schema says of them."""

import dataclasses
import json
from typing import get_args, get_type_hints

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.dataclass_json import LATER
from spondylo_mmpose.film_report.report_json import (
    FORMAT_VERSION,
    read_report,
    schema,
    write_report,
)
from spondylo_mmpose.film_report.review_facts import Review
from spondylo_mmpose.film_report.spine_report import ReportOptions, SpineReport
from tests.test_film_report.helpers import HALF_MM, MODEL, film, found_in, spine


@pytest.fixture
def report():
    found = found_in(
        spine(),
        corner_scores=np.full((6, 4), 0.5),
        corner_std=np.full((6, 4), 1.25),
        presence=np.full(6, 0.75),
        slots=np.arange(6),
    )
    options = ReportOptions(facing='left', spacing_mm=(0.5, 0.5))
    return build_report(found, film(**HALF_MM), MODEL, options)


def changed(report, change):
    content = json.loads(report.to_json())
    change(content)
    return json.dumps(content)


def test_there_and_back(report, tmp_path):
    assert SpineReport.from_json(report.to_json()) == report
    assert SpineReport.from_json(report.to_json(indent=None)) == report
    path = write_report(tmp_path / 'made' / 'film.json', report)
    assert read_report(path) == report


@pytest.mark.parametrize('number', [0, 1, 2, 6])
def test_reports_keep_to_the_schema(number):
    jsonschema = pytest.importorskip(
        'jsonschema', reason='jsonschema is in requirements/dev.txt'
    )
    jsonschema.Draft202012Validator.check_schema(schema())
    corners = spine()
    corners[1, 3] = np.nan
    for facing, facts in (('left', HALF_MM), (None, {})):
        made = build_report(
            found_in(corners[:number]),
            film(**facts),
            MODEL,
            ReportOptions(facing=facing),
        )
        jsonschema.validate(json.loads(made.to_json()), schema())
    broken = json.loads(made.to_json()) | {'notice': None}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema())


def test_the_schema_names_the_fields_of_the_classes():
    def check(kind, entry):
        entry = schema()['$defs'][entry['$ref'].rpartition('/')[2]]
        later = {f.name: f.metadata == LATER for f in dataclasses.fields(kind)}
        assert set(entry['properties']) == set(later)
        assert set(entry['required']) == {name for name in later if not later[name]}
        return entry['properties']

    def inner(kind, name):
        told = get_type_hints(kind)[name]
        return told if dataclasses.is_dataclass(told) else get_args(told)[0]

    whole = schema()
    names = {field.name for field in dataclasses.fields(SpineReport)}
    assert set(whole['properties']) == {'format', 'format_version'} | names
    assert FORMAT_VERSION in whole['properties']['format_version']['enum']
    for name in ('film', 'model', 'options', 'lordosis'):
        properties = check(inner(SpineReport, name), whole['properties'][name])
        if name == 'model':
            check(
                inner(inner(SpineReport, name), 'parts'), properties['parts']['items']
            )
    review = whole['properties']['review']['anyOf'][0]
    properties = check(inner(SpineReport, 'review'), review)
    check(inner(Review, 'vertebrae'), properties['vertebrae']['items'])
    for name in ('vertebrae', 'pairs', 'warnings'):
        check(inner(SpineReport, name), whole['properties'][name]['items'])


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        (lambda c: c.update(format='other'), 'needs "format"'),
        (lambda c: c.update(format_version='2.0'), "has format_version '2.0'"),
        (lambda c: c.update(speed=1), "report has an unknown field 'speed'"),
        (lambda c: c['pairs'][1].pop('grade'), r"report.pairs\[1\] lacks 'grade'"),
        (lambda c: c['film'].update(width='640'), "report.film.width is '640', no int"),
        (
            lambda c: c['film'].update(facing='up'),
            "report.film.facing is 'up', not one",
        ),
        (lambda c: c['pairs'][0].update(slip_percent=10**40), 'without bounds'),
        (lambda c: c['vertebrae'][0]['corners'].pop(), r'has 3 entries instead of 4'),
        (lambda c: c.update(vertebrae={}), 'report.vertebrae is no list'),
        (lambda c: c.update(film=[]), 'report.film is no object'),
        (lambda c: c.update(notice=None), 'report.notice is None'),
        (lambda c: c['film'].update(reasons=3), 'report.film.reasons is no object'),
    ],
)
def test_what_is_no_report_is_told_in_one_line(report, change, complaint):
    with pytest.raises(SpondyloError, match=complaint) as error:
        SpineReport.from_json(changed(report, change))
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('text', ['', '[1]', '{', '[' * 10**5, '{"format": NaN}'])
def test_what_is_no_json_either(text):
    with pytest.raises(SpondyloError, match='is no report: '):
        SpineReport.from_json(text)


def test_fields_of_later_minor_versions_are_passed_over(report):
    later = changed(report, lambda c: c.update(format_version='1.7', speed=1))
    assert SpineReport.from_json(later) == report


def test_reports_of_the_first_version_are_read(report):
    def older(content):
        content.update(format_version='1.0')
        del content['review'], content['slip_quantiles']

    assert SpineReport.from_json(changed(report, older)) == report


def test_a_file_is_named(tmp_path):
    with pytest.raises(SpondyloError, match=r'gone\.json: cannot be read'):
        read_report(tmp_path / 'gone.json')
    path = tmp_path / 'film.json'
    path.write_bytes(b'\xff')
    with pytest.raises(SpondyloError, match=r'film\.json: '):
        read_report(path)
