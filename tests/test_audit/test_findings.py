import pytest

from spondylo_mmpose.audit.findings import KINDS, Audit, Finding
from spondylo_mmpose.converters import conversion_report as reporting


def audit_of(*kinds):
    findings = [Finding(kind, 'a.jpg') for kind in kinds]
    return Audit('mendeley', {}, {}, findings, [])


@pytest.mark.parametrize(
    ('kinds', 'plain', 'strict'),
    [
        ((), 0, 0),
        (('unsorted_file',), 1, 2),
        (('unsorted_file', 'bow_tie'), 2, 2),
        (('patient_in_two_splits',), 2, 2),
    ],
)
def test_exit_status(kinds, plain, strict):
    assert audit_of(*kinds).status() == plain
    assert audit_of(*kinds).status(strict=True) == strict


def test_what_costs_a_film_or_a_vertebra_is_an_error():
    for kind, (effect, _) in reporting.KINDS.items():
        if effect != reporting.KEPT:
            assert KINDS[kind][0] == 'error', kind


def test_counts_list_errors_first():
    counts = audit_of('unsorted_file', 'bow_tie', 'unsorted_file').counts()
    assert list(counts.items()) == [('bow_tie', 1), ('unsorted_file', 2)]


def test_report_for_machines():
    finding = Finding('bow_tie', 'a.jpg', {'vertebra': 3})
    report = Audit(
        'coco', {'z': 'ab'}, {'files': {'images': 1}}, [finding], []
    ).as_dict()
    assert report['status'] == 'errors'
    assert report['counts'] == {'bow_tie': 1}
    assert report['findings'] == [
        {'kind': 'bow_tie', 'severity': 'error', 'file': 'a.jpg', 'vertebra': 3}
    ]
    assert report['kinds']['bow_tie']['severity'] == 'error'
