"""Films out of files, their contents and arrays."""

import hashlib

import cv2
import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.films import open_film
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_imaging.helpers import dicom

GREY = np.arange(60, dtype=np.uint8).reshape(6, 10)


def test_a_file_and_its_content(tmp_path):
    path = tmp_path / 'film.png'
    cv2.imwrite(str(path), GREY)
    opened = open_film(path)
    np.testing.assert_array_equal(opened.pixels, GREY)
    facts = opened.facts
    assert (facts.name, facts.format) == ('film.png', 'PNG')
    assert (facts.width, facts.height) == (10, 6)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (facts.sha256, facts.sha256_of) == (digest, 'file')
    assert facts.reasons == dict.fromkeys(
        ('pixel_spacing_mm', 'pixel_aspect'), reasons.NOT_IN_FILE
    )
    content = open_film(path.read_bytes()).facts
    assert (content.name, content.sha256) == (None, digest)


@pytest.mark.parametrize(
    'values',
    [GREY, GREY[..., None], GREY[..., None].repeat(3, 2), np.asfortranarray(GREY)],
)
def test_arrays_of_eight_bits_stay_as_they_are(values):
    opened = open_film(values)
    np.testing.assert_array_equal(opened.pixels, GREY)
    assert (opened.facts.format, opened.facts.sha256_of) == ('array', 'array')


def test_sixteen_bits_are_windowed():
    pixels = open_film(GREY.astype(np.uint16) * 1000).pixels
    assert pixels.dtype == np.uint8
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert (np.diff(pixels.ravel().astype(int)) >= 0).all()


def test_equal_bytes_of_other_shapes_are_other_films():
    one, other = open_film(GREY), open_film(GREY.reshape(10, 6))
    assert one.facts.sha256 != other.facts.sha256


@pytest.mark.parametrize(
    'values',
    [
        GREY.astype(float),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((2, 2, 2, 2), np.uint8),
        None,
        7,
        bytearray(b'film'),
        (film for film in [GREY]),
    ],
)
def test_what_is_no_film_is_refused(values):
    with pytest.raises(SpondyloError, match=r'no film|0 pixels|x 0|0 x|4 x 0'):
        open_film(values)


def test_a_bad_file_is_named(tmp_path):
    path = tmp_path / 'film.png'
    path.write_text('no film')
    with pytest.raises(SpondyloError, match=r'film\.png: cannot be read as an image'):
        open_film(path)


def dicom_film(**elements):
    return dicom(GREY, PixelSpacing=[0.2, 0.1], ViewPosition='LL',
                 PatientOrientation=['A', 'F'], **elements)  # fmt: skip


def test_what_a_dicom_file_tells():
    facts = open_film(dicom_film()).facts
    assert facts.pixel_spacing_mm == (0.1, 0.2)
    assert facts.spacing_origin == 'dicom:PixelSpacing'
    assert (facts.pixel_aspect, facts.aspect_origin) == (0.5, 'dicom')
    assert (facts.facing, facts.facing_origin) == ('right', 'dicom')
    assert facts.view == 'lateral'
    assert facts.scale == (0.1, 0.2)
    assert facts.reasons == {}


def test_what_is_given_goes_before_it():
    facts = open_film(dicom_film(), ReportOptions(spacing_mm=(0.3, 0.4))).facts
    assert facts.pixel_spacing_mm == (0.3, 0.4)
    assert facts.pixel_aspect == pytest.approx(0.75)
    assert facts.spacing_origin == facts.aspect_origin == 'given'
    facts = open_film(dicom_film(), ReportOptions(pixel_aspect=1.0)).facts
    assert facts.pixel_spacing_mm is None
    assert facts.scale == (1.0, 1.0)
    assert facts.aspect_known
    assert facts.reasons == {'pixel_spacing_mm': reasons.OTHER_ASPECT}


def test_a_spacing_of_the_aspect_that_is_given_is_kept():
    for aspect in (0.5, 0.5004):
        facts = open_film(dicom_film(), ReportOptions(pixel_aspect=aspect)).facts
        assert facts == open_film(dicom_film()).facts


def test_position_and_magnification_are_told():
    facts = open_film(dicom_film()).facts
    assert (facts.upright, facts.magnification) == (True, None)
    facts = open_film(dicom_film(EstimatedRadiographicMagnificationFactor=1.2)).facts
    assert facts.magnification == 1.2
