"""Outputs of one film, read back by pydicom and by highdicom."""

import dataclasses

import numpy as np
import pydicom
import pytest

from spondylo_mmpose.dicom_output import write_dicom
from spondylo_mmpose.dicom_output.kinds import NO_STUDY, NotAttachedError
from spondylo_mmpose.dicom_output.writing import NOTHING_MEASURED
from spondylo_mmpose.errors import SpondyloError
from tests.test_dicom_output.films import (
    GREY,
    INSTANCE,
    OF_PATIENT,
    SERIES,
    STUDY,
    measured,
    write_film,
)
from tests.test_film_report.helpers import FakeModel, spine


def write(film, out, model=None, **options):
    report, picture = measured(film, model, **options)
    places = {kind: out / f'film.{kind}.dcm' for kind in ('sc', 'sr')}
    return write_dicom(film, report, picture, places), places, report, picture


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp('written')
    film = write_film(folder / 'film', PixelSpacing=[0.5, 0.5])
    before = film.read_bytes()
    done, places, report, picture = write(film, folder)
    assert film.read_bytes() == before
    assert (done.kinds, done.notes) == (('sc', 'sr'), ())
    assert sorted(path.name for path in folder.iterdir()) == [
        'film', 'film.sc.dcm', 'film.sr.dcm',
    ]  # fmt: skip
    return pydicom.dcmread(places['sc']), pydicom.dcmread(places['sr']), picture, report


def test_outputs_belong_to_the_patient_and_study_in_series_of_their_own(written):
    *outputs, _, report = written
    uids = [SERIES, INSTANCE]
    for output in outputs:
        for name in ('PatientName', 'PatientID', *OF_PATIENT):
            if name in ('SeriesInstanceUID', 'SOPInstanceUID', 'SeriesNumber'):
                continue
            expected = {'PatientName': 'Doe^Jane', 'PatientID': 'MRN-4711'} | OF_PATIENT
            assert output[name].value == expected[name], name
        assert output.StudyInstanceUID == STUDY
        uids += [output.SeriesInstanceUID, output.SOPInstanceUID]
        assert output.file_meta.MediaStorageSOPInstanceUID == output.SOPInstanceUID
        assert output.Manufacturer == 'spondylo_mmpose'
        assert output.SoftwareVersions == report.package_version
        assert output.ContentQualification == 'RESEARCH'
        assert output.SeriesDescription.endswith('research use only')
    assert len(set(uids)) == 6
    assert [output.SeriesNumber for output in outputs] == [9901, 9902]


def test_the_capture_is_the_overlay(written):
    capture, _, picture, report = written
    assert capture.SOPClassUID.name == 'Secondary Capture Image Storage'
    assert np.array_equal(capture.pixel_array, picture[..., ::-1])
    assert capture.BurnedInAnnotation == 'YES'
    assert capture.ImageType[:2] == ['DERIVED', 'SECONDARY']
    assert (capture.Modality, capture.ConversionType) == ('OT', 'WSD')
    assert report.notice in capture.DerivationDescription
    assert capture.ImageComments == report.notice
    assert list(capture.PatientOrientation) == ['P', 'F']
    (source,) = capture.SourceImageSequence
    assert source.ReferencedSOPInstanceUID == INSTANCE
    assert source.PurposeOfReferenceCodeSequence[0].CodeValue == '121322'
    assert 'PixelSpacing' not in capture


def test_the_orientation_is_left_open_where_nobody_knows_it(tmp_path):
    class Lying(FakeModel):
        def find(self, films, quick=False):
            # Rectangles do not show which side is anterior.
            box = np.array([[0, 0], [100, 0], [0, 60], [100, 60]], float)
            self.corners = np.array([box + (200, 500 - 80 * i) for i in range(3)])
            return super().find(films)

    film = write_film(tmp_path / 'film')
    _, places, report, _ = write(film, tmp_path, Lying(), facing=None)
    assert report.film.facing is None
    assert not pydicom.dcmread(places['sc']).PatientOrientation
    report_of = pydicom.dcmread(places['sr'])
    assert 'Slip along' not in str(report_of)  # there is no number without a facing
    assert report_of.SOPClassUID.name == 'Comprehensive SR Storage'


def test_a_film_on_which_nothing_was_found_has_a_picture_alone(tmp_path):
    film = write_film(tmp_path / 'film')
    nothing = FakeModel(spine()[:0])
    done, places, _, _ = write(film, tmp_path, nothing)
    assert (done.kinds, done.notes) == (('sc',), (NOTHING_MEASURED,))
    assert places['sc'].is_file()
    assert not places['sr'].exists()


@pytest.mark.parametrize(
    ('elements', 'notes'),
    [
        (
            {'PatientName': None, 'PatientID': None},
            ['PatientID and PatientName missing in the film, empty in its outputs'],
        ),
        ({'PatientID': ''}, ['PatientID missing in the film, empty in its outputs']),
        ({'PatientBirthDate': None, 'AccessionNumber': None}, []),
        (
            {'PatientSex': 'FEMALE', 'StudyTime': 'noon'},
            [
                'PatientSex malformed in the film, empty in its outputs',
                'StudyTime malformed in the film, empty in its outputs',
            ],
        ),
    ],
)
def test_what_the_film_lacks_is_empty_and_told(tmp_path, elements, notes):
    film = tmp_path / 'film'
    given = {k: v for k, v in elements.items() if v is not None}
    write_film(film, **given)
    if missing := [k for k, v in elements.items() if v is None]:
        header = pydicom.dcmread(film)
        for name in missing:
            delattr(header, name)
        header.save_as(film)
    done, places, _, _ = write(film, tmp_path)
    assert done.kinds == ('sc', 'sr')
    assert list(done.notes) == notes
    for place in places.values():
        output = pydicom.dcmread(place)
        for name in elements:
            assert not output[name].value


@pytest.mark.parametrize(
    ('elements', 'reason'),
    [
        ({'StudyInstanceUID': ''}, 'has no valid StudyInstanceUID, to which outputs'),
        ({'SeriesInstanceUID': 'x'}, 'has no valid SeriesInstanceUID'),
        ({'SOPInstanceUID': ''}, 'has no valid SOPInstanceUID'),
        ({'SOPClassUID': '1.2.3.4'}, 'SOP class'),
    ],
)
def test_films_that_cannot_be_referred_to_are_refused(tmp_path, elements, reason):
    film = tmp_path / 'film'
    header = pydicom.dcmread(write_film(film))
    for name, value in elements.items():
        setattr(header, name, value)
    header.save_as(film)
    with pytest.raises(NotAttachedError, match=reason) as error:
        write(film, tmp_path)
    assert '\n' not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ['film']


def test_several_frames_are_refused(tmp_path):
    film = write_film(tmp_path / 'film')
    report, picture = measured(film)
    header = pydicom.dcmread(film)
    header.NumberOfFrames = 2
    header.PixelData = header.PixelData * 2
    header.save_as(film)
    same = dataclasses.replace(report.film, sha256=_digest(film))
    with pytest.raises(NotAttachedError, match='holds several frames'):
        write_dicom(
            film, dataclasses.replace(report, film=same), picture,
            {'sc': tmp_path / 'a.dcm'},
        )  # fmt: skip


def test_nothing_is_attached_to_another_film(tmp_path):
    report, picture = measured(write_film(tmp_path / 'one'))
    other = write_film(tmp_path / 'other', GREY[::-1])
    with pytest.raises(NotAttachedError, match='is not the film of this report'):
        write_dicom(other, report, picture, {'sc': tmp_path / 'a.dcm'})


def test_other_formats_have_no_study(tmp_path):
    report, picture = measured(write_film(tmp_path / 'one'))
    png = dataclasses.replace(report.film, format='PNG')
    with pytest.raises(NotAttachedError, match=NO_STUDY):
        write_dicom(
            tmp_path / 'one', dataclasses.replace(report, film=png), picture,
            {'sc': tmp_path / 'a.dcm'},
        )  # fmt: skip


def test_a_library_that_fails_is_one_line_without_values(tmp_path, monkeypatch):
    from spondylo_mmpose.dicom_output import capture

    def fail(*args):
        raise ValueError('Doe^Jane is\nno good')

    monkeypatch.setattr(capture, 'overlay_capture', fail)
    film = write_film(tmp_path / 'film')
    with pytest.raises(NotAttachedError, match=r'cannot be made of \(ValueError\)$'):
        write(film, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ['film']


def _digest(path):
    from spondylo_mmpose.utils.io import file_digest

    return file_digest(path)


def test_a_folder_that_cannot_be_written_is_no_matter_of_the_film(tmp_path):
    film = write_film(tmp_path / 'film')
    report, picture = measured(film)
    (tmp_path / 'file').touch()
    target = {'sr': tmp_path / 'file' / 'a.dcm'}
    with pytest.raises(SpondyloError, match='cannot be written') as error:
        write_dicom(film, report, picture, target)
    assert not isinstance(error.value, NotAttachedError)
