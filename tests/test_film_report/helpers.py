"""Spines with slips that are known by hand, and a model that says what it is told."""

import numpy as np

from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.model_facts import ModelFacts, ModelPart
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.uncertainty import Calibration

BODY = np.array([[0, 0], [100, 0], [0, 60], [100, 60]], float)
SACRUM = np.array([[0, 0], [100, 0], [10, 60], [70, 60]], float)

LEFT = (200, 180, 190, 190, 190, 190)
"""Left edges of S1, L5, ... L1; facing left the slips are 20, -10, 0, 0 and 0 %."""

SLIPS = [20.0, -10.0, 0.0, 0.0, 0.0]


def spine(left=LEFT):
    """Upright vertebrae, 100 px wide, 60 px high, 20 px apart; the lowest at y=500."""
    bodies = [SACRUM, *[BODY] * (len(left) - 1)]
    placed = zip(left, bodies, strict=True)
    return np.array([body + (x, 500 - 80 * i) for i, (x, body) in enumerate(placed)])


def found_in(corners, scores=0.9, **told):
    number = len(corners)
    return FoundVertebrae(corners, np.full(number, float(scores)), **told)


PART = ModelPart('film', 'fake.py', 'a' * 64, 'fake.pth', 'b' * 64)
MODEL = ModelFacts('fake', (PART,))


def film(**facts):
    known = {
        'name': 'film.png', 'format': 'PNG', 'width': 640, 'height': 640,
        'sha256': 'c' * 64, 'sha256_of': 'file', 'pixel_spacing_mm': None,
        'spacing_origin': None, 'spacing_plane': None, 'pixel_aspect': None,
        'aspect_origin': None, 'aspect_known': False, 'facing': None,
        'facing_origin': None, 'facing_confidence': None, 'view': None,
    }  # fmt: skip
    return FilmFacts(**known | facts)


SQUARE = {'pixel_aspect': 1.0, 'aspect_origin': 'given', 'aspect_known': True}
HALF_MM = {
    **SQUARE, 'pixel_spacing_mm': (0.5, 0.5), 'spacing_origin': 'given',
}  # fmt: skip


LEFTWARD = ReportOptions(facing='left')


def report_of(corners=None, facts=None, options=LEFTWARD, **told):
    found = found_in(spine() if corners is None else corners, **told)
    return build_report(found, film(**(facts or {})), MODEL, options)


def codes(report):
    return [warning.code for warning in report.warnings]


def about(report, code):
    (warning,) = [one for one in report.warnings if one.code == code]
    return warning.vertebrae


def calibration(**changes):
    """Deviations are twice those told, slips within two of theirs, 90 %."""
    quantiles = dict.fromkeys(('all', 'S1', 'others'), (2.0,))
    known = {
        'coverages': (0.9,), 'scales': {'S1': 2.0, 'others': 2.0}, 'shares': None,
        'size': 100.0, 'corner_quantiles': quantiles, 'slip_quantiles': quantiles,
    }  # fmt: skip
    return Calibration(**known | changes)


class FakeModel:
    """Finds the same spine on each film; a black film breaks it."""

    facts = MODEL

    def __init__(self, corners=None):
        self.corners = spine() if corners is None else corners
        self.sizes = []

    def find(self, films, quick=False):
        self.sizes.append(len(films))
        if any(not one.any() for one in films):
            raise RuntimeError('no light\nat all')
        return [found_in(self.corners) for _ in films]
