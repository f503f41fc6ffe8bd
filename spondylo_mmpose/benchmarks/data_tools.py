"""How long auditing and converting a raw data set takes."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.machine import describe_machine

_TOOLS = Path(__file__).parents[2] / 'tools'


def measure_data_tools(src: Path) -> dict[str, Any]:
    """Run both tools in processes of their own, start of Python included.

    Args:
        src: Raw data set in the layout of the Mendeley data.

    Returns:
        Number of ``images``, and ``seconds`` of each tool.

    Raises:
        SpondyloError: If a tool ends with an error of its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            'audit': ['verify_dataset.py', src],
            'conversion': ['convert_dataset.py', 'mendeley', src, f'{folder}/out'],
        }
        seconds = {}
        for name, (tool, *arguments) in commands.items():
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, str(_TOOLS / str(tool)), *map(str, arguments)],
                capture_output=True,
                text=True,
            )
            seconds[name] = round(time.perf_counter() - start, 2)
            if done.stderr.startswith('error'):
                raise SpondyloError(done.stderr.removeprefix('error: ').strip())
    images = sum(
        path.suffix.lower() in ('.jpg', '.png') for path in Path(src).rglob('*')
    )
    return {'machine': describe_machine(), 'images': images, 'seconds': seconds}
