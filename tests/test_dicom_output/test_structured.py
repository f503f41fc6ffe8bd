"""Values of the structured report against those of the JSON."""

import json

import numpy as np
import pytest
from highdicom.sr import srread
from pydicom.sr.codedict import codes

from spondylo_mmpose.dicom_output import concepts, write_dicom
from spondylo_mmpose.film_report import reasons
from tests.test_dicom_output.films import INSTANCE, calibrated, measured, write_film


def read(folder, known=None, options=None, **elements):
    """The report as JSON and as highdicom reads it."""
    film = write_film(folder / 'film', **elements)
    report, picture = measured(film, known=known, **options or {})
    write_dicom(film, report, picture, {'sr': folder / 'a.dcm'})
    return json.loads(report.to_json()), srread(folder / 'a.dcm')


@pytest.fixture(scope='module')
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp('report')
    return read(
        folder, calibrated(), PixelSpacing=[0.5, 0.25], BurnedInAnnotation='YES'
    )


def texts(group, name):
    return [
        item.TextValue
        for item in group.ContentSequence
        if item.ValueType == 'TEXT' and item.name == name
    ]


def numbers(group):
    """``(concept, unit, derivation)`` and value of each measurement."""
    return {
        (
            one.name.value,
            one.unit.value,
            None if one.derivation is None else one.derivation.meaning,
        ): one.value
        for one in group.get_measurements()
    }


def test_corners_of_each_vertebra(both):
    report, document = both
    groups = document.content.get_planar_roi_measurement_groups()
    assert len(groups) == len(report['vertebrae']) == 6
    for group, vertebra in zip(groups, report['vertebrae'], strict=True):
        sl, sr, il, ir = vertebra['corners']
        around = np.array([sl, sr, ir, il, sl]) + 0.5
        assert group.roi.graphic_type.value == 'POLYLINE'
        np.testing.assert_allclose(group.roi.value, around, atol=1e-4)
        (region,) = group.roi.ContentSequence
        assert region.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == INSTANCE
        assert group.tracking_identifier == f'vertebra {vertebra["level"]}'
        assert numbers(group) == {('score', '1', None): vertebra['score']}
        assert texts(group[0], concepts.CORNERS) == [
            'superior left, superior right, inferior right, inferior left, '
            'superior left'
        ]
        assert texts(group[0], concepts.LEVEL) == [
            f'{vertebra["level"]} (assumed: lowest found is S1)'
        ]
    sites = [group.finding_sites[0].value for group in groups]
    assert sites[:2] == [codes.SCT.Sacrum, codes.SCT.L5Vertebra]


def test_values_of_each_pair_are_those_of_the_json(both):
    report, document = both
    found = document.content.get_image_measurement_groups()
    groups = found[: len(report['pairs'])]
    assert [group.tracking_identifier for group in groups] == [
        'slip L5/S1', 'slip L4/L5', 'slip L3/L4', 'slip L2/L3', 'slip L1/L2',
    ]  # fmt: skip
    for group, pair in zip(groups, report['pairs'], strict=True):
        low, high = pair['slip_interval']
        assert numbers(group) == {
            ('slip', '%', None): pair['slip_percent'],
            ('slip', 'mm', None): pair['slip_mm'],
            ('slip', '%', 'Standard Deviation'): pair['slip_std'],
            ('slip_low', '%', None): low,
            ('slip_high', '%', None): high,
            ('disc_angle', 'deg', None): pair['disc_angle'],
        }
        assert texts(group[0], concepts.GRADE) == [
            f'{pair["grade"]}; 90 % interval of the slip {low:+.1f} to {high:+.1f} %'
        ]
        assert texts(group[0], concepts.NOT_MEASURED) == []
    assert report['pairs'][0]['slip_percent'] == 20
    assert report['pairs'][0]['slip_mm'] == pytest.approx(20 * 0.25)
    assert groups[0].finding_sites[0].value == (codes.SCT.LevelOfL5S1IntervertebralDisc)
    (lordosis,) = found[len(groups) :]
    assert numbers(lordosis) == {
        ('lordosis', 'deg', None): report['lordosis']['degrees']
    }


def test_where_a_slip_was_measured(both):
    report, document = both
    slip = document.content.get_image_measurement_groups()[0].get_measurements()[0]
    plate, corner = slip.referenced_coordinates
    lower, upper = report['vertebrae'][:2]
    # Facing left: posterior is on the right.
    superior_left, superior_right, *_ = lower['corners']
    expected = np.array([superior_right, superior_left]) + 0.5
    np.testing.assert_allclose(plate.value, expected, atol=1e-4)
    np.testing.assert_allclose(
        corner.value, np.array([upper['corners'][3]]) + 0.5, atol=1e-4
    )
    assert (plate.name, corner.name) == (concepts.END_PLATE, concepts.CORNER)


def test_who_measured_and_what_to_mind(both):
    report, document = both
    (root,) = document.content
    comments = texts(root, codes.DCM.Comment)
    assert comments == [report['notice']]
    told = texts(root, concepts.WARNING)
    assert len(told) == len(report['warnings'])
    assert any('burned into the film' in text for text in told)
    assert (document.CompletionFlag, document.PreliminaryFlag) == (
        'COMPLETE', 'PRELIMINARY',
    )  # fmt: skip
    assert document.VerificationFlag == 'UNVERIFIED'
    assert 'PixelData' not in document
    group = document.content.get_image_measurement_groups()[0][0]
    algorithm = {
        item.name.meaning: item.TextValue
        for item in group.ContentSequence
        if item.ValueType == 'TEXT' and item.name.meaning.startswith('Algorithm')
    }
    assert algorithm['Algorithm Name'] == 'spondylo_mmpose fake'
    assert algorithm['Algorithm Version'] == report['package_version']
    parameters = [
        item.TextValue
        for item in group.ContentSequence
        if item.ValueType == 'TEXT' and item.name.meaning == 'Algorithm Parameters'
    ]
    assert any(f'sha256 {"b" * 64}' in text for text in parameters)
    (series,) = document.CurrentRequestedProcedureEvidenceSequence
    (instance,) = series.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert instance.ReferencedSOPInstanceUID == INSTANCE


def test_what_was_not_measured_is_not_there(tmp_path):
    # No spacing, no calibration, and nobody knows whether the pixels are square.
    report, document = read(tmp_path)
    for group, pair in zip(
        document.content.get_image_measurement_groups(), report['pairs'], strict=True
    ):
        assert numbers(group) == {('slip', '%', None): pair['slip_percent']}
        assert texts(group[0], concepts.NOT_MEASURED) == [
            f'slip mm: {reasons.SPACING}', f'disc angle: {reasons.ASPECT}',
        ]  # fmt: skip
        (grade,) = texts(group[0], concepts.GRADE)
        assert grade == (
            f'{pair["grade"]}; of the measured slip alone, no 90 % interval: '
            f'{reasons.NO_CALIBRATION}'
        )


def test_a_refused_film_has_corners_and_no_numbers(tmp_path):
    report, document = read(tmp_path, calibrated(), ViewPosition='AP')
    assert report['warnings'][0]['severity'] == 'refusal'
    for group in document.content.get_image_measurement_groups():
        assert numbers(group) == {}
        assert texts(group[0], concepts.GRADE) == []
        told = texts(group[0], concepts.NOT_MEASURED)
        assert told[0] == f'slip percent: {reasons.REFUSED}'
    assert len(document.content.get_planar_roi_measurement_groups()) == 6
