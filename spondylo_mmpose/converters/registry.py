"""Raw formats that can be read, by their name on the command line."""

from spondylo_mmpose.converters.archive import RawSource
from spondylo_mmpose.converters.formats.base import Format
from spondylo_mmpose.converters.formats.coco import Coco
from spondylo_mmpose.converters.formats.csv_table import CsvTable
from spondylo_mmpose.converters.formats.mendeley import Mendeley

FORMATS: dict[str, Format] = {f.name: f for f in (Coco(), Mendeley(), CsvTable())}
"""In the order in which :func:`detect` asks them."""


def detect(source: RawSource) -> Format | None:
    """The first format that a data set looks like, ``None`` if it is none."""
    return next((f for f in FORMATS.values() if f.matches(source)), None)
