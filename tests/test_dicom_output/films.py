"""A DICOM film with a patient on it, and what is measured on it."""

import numpy as np
from pydicom.uid import generate_uid

from spondylo_mmpose.film_report.overlay import report_overlay
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_film_report.helpers import FakeModel, found_in
from tests.test_film_report.test_intervals import calibration
from tests.test_imaging.helpers import dicom

GREY = np.random.default_rng(3).integers(60, 200, (640, 640)).astype(np.uint8)

STUDY, SERIES, INSTANCE = (generate_uid(entropy_srcs=[name]) for name in 'abc')

OF_PATIENT = {
    'StudyInstanceUID': STUDY, 'SeriesInstanceUID': SERIES, 'SOPInstanceUID': INSTANCE,
    'StudyDate': '20200229', 'StudyTime': '101112', 'AccessionNumber': 'A1',
    'StudyID': 'S1', 'PatientBirthDate': '19600102', 'PatientSex': 'F',
    'IssuerOfPatientID': 'HOSPITAL', 'SeriesNumber': 1,
    'ReferringPhysicianName': 'Who^Dr', 'SpecificCharacterSet': 'ISO_IR 100',
}  # fmt: skip


class SureModel(FakeModel):
    """Tells deviations of one pixel."""

    def find(self, films, quick=False):
        number = len(self.corners)
        stds = np.ones((number, 4))
        return [found_in(self.corners, corner_std=stds) for _ in films]


def write_film(path, pixels=GREY, **elements):
    path.write_bytes(dicom(pixels, **OF_PATIENT | elements))
    return path


def measured(path, model=None, known=None, **options):
    """Report and overlay of a film; facing left unless said otherwise."""
    options = ReportOptions(**{'facing': 'left'} | options)
    reporter = FilmReporter(model or SureModel(), calibration=known)
    (result,) = reporter.each([path], options)
    assert result.error is None
    return result.report, report_overlay(result.film.pixels, result.report)


def calibrated():
    """One pixel told is one pixel; two deviations hold 90 % of the slips."""
    return calibration(scales={'S1': 1.0, 'others': 1.0})
