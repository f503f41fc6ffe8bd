"""Raw formats that can be read, by their name on the command line."""

from spondylo_mmpose.converters.archive import RawSource
from spondylo_mmpose.converters.formats.aasce import Aasce
from spondylo_mmpose.converters.formats.base import Format
from spondylo_mmpose.converters.formats.buu import Buu
from spondylo_mmpose.converters.formats.coco import Coco
from spondylo_mmpose.converters.formats.csv_table import CsvTable
from spondylo_mmpose.converters.formats.cvat import Cvat
from spondylo_mmpose.converters.formats.label_studio import LabelStudio
from spondylo_mmpose.converters.formats.labelme import Labelme
from spondylo_mmpose.converters.formats.mendeley import Mendeley
from spondylo_mmpose.errors import SpondyloError

FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        # Those first that need names alone.
        Mendeley(),
        Buu(),
        Aasce(),
        Coco(),
        Labelme(),
        Cvat(),
        LabelStudio(),
        CsvTable(),
    )
}
"""In the order in which :func:`detect` asks them."""


def detect(source: RawSource) -> Format | None:
    """The first format that a data set looks like, ``None`` if it is none."""
    return next((f for f in FORMATS.values() if f.matches(source)), None)


def detect_or_refuse(source: RawSource, label: str, choice: str) -> Format:
    """The format of a data set.

    Args:
        source: The data set.
        label: Its name for the error message.
        choice: How the user names a format instead.

    Raises:
        SpondyloError: If it looks like none of the known ones.
    """
    found = detect(source)
    if found is None:
        known = '; '.join(f'{f.name}: {f.layout}' for f in FORMATS.values())
        raise SpondyloError(
            f'{label}: no data set of a known format ({known}); name the folder that '
            f'holds it, or its format {choice}'
        )
    return found
