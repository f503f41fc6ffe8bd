"""Codes for what is measured: the standard's where it has one, else our own."""

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

SCHEME = '99SPONDYLO'


def own(value: str, meaning: str) -> CodedConcept:
    """A concept of our own scheme."""
    return CodedConcept(value, SCHEME, meaning)


SLIP = own('slip', 'Slip along superior end plate of lower vertebra')
SLIP_VERTEBRAE = own('slip_pair', 'Slip of a vertebra on the one below it')
GRADE = own('grade', 'Meyerding grade, with interval of the slip')
INTERVAL_LOW = own('slip_low', 'Lower end of interval of the slip')
INTERVAL_HIGH = own('slip_high', 'Upper end of interval of the slip')
DISC_ANGLE = own('disc_angle', 'Angle between end plates, open forward positive')
LORDOSIS = own('lordosis', 'Angle between superior end plates (Cobb)')
CORNERS = own('corners', 'Corners of a vertebra as seen in the image')
SCORE = own('score', 'Score of the detected vertebra, 0 to 1')
END_PLATE = own('end_plate', 'Superior end plate of lower, posterior to anterior')
CORNER = own('corner', 'Posterior inferior corner of upper vertebra')
LEVEL = own('level', 'Level, and where its name comes from')
NOT_MEASURED = own('not_measured', 'Not measured, and why')
WARNING = own('warning', 'Warning')

SCHEMES = [
    CodingSchemeIdentificationItem(
        SCHEME,
        name='Codes of spondylo_mmpose',
        responsible_organization='The spondylo_mmpose authors',
    )
]

RADIOGRAPH = codes.cid100.XRUnspecifiedBodyRegion
SPINE = codes.SCT.LumbarSpine

NO_UNIT = codes.UCUM.NoUnits
PERCENT, MILLIMETRE = codes.UCUM.Percent, codes.UCUM.Millimeter
DEGREE = codes.UCUM.Degree

_VERTEBRA = codes.SCT.Vertebra


def vertebra_code(level: str | None) -> Code:
    """Code of a vertebra; of one whose level has no code that of any vertebra."""
    if level == 'S1':
        return codes.SCT.Sacrum
    return _found(f'{level}Vertebra') or _VERTEBRA


def disc_code(upper: str | None, lower: str | None) -> Code:
    """Code of the place between two vertebrae; where it has none, of any vertebra."""
    return _found(f'LevelOf{upper}{lower}IntervertebralDisc') or _VERTEBRA


def _found(name: str) -> Code | None:
    return getattr(codes.SCT, name, None)
