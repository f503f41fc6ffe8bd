"""Which tool a command is, and where its file lies."""

from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.shipped import TOOLS, shipped


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        name: As it is typed.
        tool: File in ``tools/``.
        summary: One line.
    """

    name: str
    tool: str
    summary: str


COMMANDS = (
    Command('predict', 'predict.py', 'measure slips on films'),
    Command('serve', 'serve.py', 'review and correct reports in a browser'),
    Command('convert', 'convert_dataset.py', 'turn a raw data set into COCO keypoints'),
    Command('verify', 'verify_dataset.py', 'tell what is wrong with a data set'),
    Command('train', 'train.py', 'train a recipe'),
    Command('test', 'test.py', 'test a checkpoint'),
    Command('report', 'report.py', 'show results of runs on one HTML page'),
    Command('compare', 'compare.py', 'compare runs on the same films'),
)


def tool_path(command: Command) -> Path:
    """File of a command's tool: in the installed package, or beside it in a checkout.

    Raises:
        SpondyloError: If it is in neither place.
    """
    path = shipped(TOOLS, command.tool)
    if path is not None:
        return path
    raise SpondyloError(
        f'{command.tool}: came with neither the package nor a checkout of it; install '
        'the package again'
    )
