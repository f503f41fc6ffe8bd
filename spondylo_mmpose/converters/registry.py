"""Raw formats that can be converted, by the name on the command line."""

from collections.abc import Callable
from dataclasses import dataclass

from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.mendeley import convert_mendeley


@dataclass(frozen=True)
class Converter:
    """One raw format.

    Attributes:
        help: One line for ``--help``.
        convert: Called as ``convert(src, out, force, workers)``.
    """

    help: str
    convert: Callable[..., ConversionReport]


CONVERTERS: dict[str, Converter] = {
    'mendeley': Converter(
        'Spondylolisthesis Vertebral Landmark Dataset (Mendeley Data 5jdfdgp762): '
        'the downloaded zip or its folder',
        convert_mendeley,
    ),
}
