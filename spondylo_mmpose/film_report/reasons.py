"""Why something was not measured: the texts of ``reasons`` in a report."""

FACING = 'it is not known which side of the film is anterior; give the facing'
ASPECT = (
    'the ratio of the spacings in x and y is not known, without which angles are not '
    'true; give the pixel spacing or the pixel aspect'
)
SPACING = 'the pixel spacing is not known; give it'
REFUSED = 'the film was refused, see the warnings'
MISSING = 'a corner that it needs was not found'
OUTSIDE = 'a corner that it needs lies outside the film'
SHAPE = 'one of the two vertebrae has a shape that none has'
DISC = 'the two end plates are tilted against each other as none are'
DISPUTED = 'two models place a corner that it needs far apart'
DOUBLED = 'the two vertebrae lie on each other'
APART = 'the two vertebrae are too far apart for neighbours'
NO_PLATE = 'the end plate of the lower vertebra has no length'
NO_CALIBRATION = 'no calibration for this model'
TOO_FEW = 'the calibration saw too few patients for this share'
PLACED = 'a person placed it, and the model says nothing of that'
PLACED_NO_INTERVAL = (
    'a person placed a corner that it needs, whose uncertainty nobody stated'
)
OTHER_LEVEL = 'the calibration is for the level that the model took the vertebra for'
NO_QUANTILES = 'the report is of a version that does not tell the calibration'
NO_STD = 'no standard deviations of the corners it needs'
ONE_MODEL = 'one model alone placed its corners'
NO_LEVEL = 'no such vertebra was found'
LEVELS = 'one of the vertebrae up to it may have been found twice, or missed'
OWN_SHAPE = 'one of its two vertebrae has a shape that none has'
NOT_TOLD = 'the model does not tell it'
NO_NAME = 'there is no name for a level above T1'
NO_CORNERS = 'not one corner was found'
NOT_IN_FILE = 'neither given nor told by the file'
OTHER_ASPECT = "the file's contradicts the pixel aspect that was given"
