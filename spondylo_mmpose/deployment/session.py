"""An exported network in onnxruntime."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.deployment.facts import ExportedFacts, read_facts
from spondylo_mmpose.errors import SpondyloError, one_line

INPUT = 'films'
"""Name of a graph's input: ``(B, H, W, 3)`` uint8, BGR as OpenCV reads."""

LOOKS = 'looks'
"""Name of a second input, of graphs that look at the mirrored picture too: uint8 of
length 2, which is there without being given, or of length 1 for not looking at it."""


class OnnxSession:
    """Runs one exported network on the CPU.

    Args:
        path: What ``tools/export.py`` wrote.
        threads: For one run; as many as there are cores by default.

    Attributes:
        path: The file.
        facts: What it tells of itself.

    Raises:
        SpondyloError: If onnxruntime is not installed, or the file is no such model.
    """

    def __init__(self, path: str | Path, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise SpondyloError(f'threads={threads}: one is needed at least')
        self.path = Path(path)
        runtime = _onnxruntime()
        if not self.path.is_file():
            raise SpondyloError(f'{path}: no such model; make one with tools/export.py')
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 4  # what goes wrong is raised, too
        # Threads that wait for each other leave the cores to others.
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        try:
            self._session = runtime.InferenceSession(
                str(self.path), options, providers=['CPUExecutionProvider']
            )
        # Its errors share no base class of their own.
        except Exception as error:
            raise SpondyloError(
                f'{path}: cannot be read as an ONNX model ({one_line(error)}); export '
                'it again, or update onnxruntime'
            ) from error
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.facts: ExportedFacts = read_facts(path, metadata)
        given = self._session.get_overridable_initializers()
        self._can_look_once = LOOKS in [one.name for one in given]

    def run(
        self, inputs: Sequence[NDArray[np.uint8]], quick: bool = False
    ) -> list[NDArray[np.float32]]:
        """Run the network.

        Args:
            inputs: ``(H, W, 3)`` of the input size, one or more.
            quick: Do not look at the mirrored pictures, if the file lets one choose.

        Returns:
            Its outputs, ``(B, ...)`` each.
        """
        feeds = {INPUT: np.stack(inputs)}
        if quick and self._can_look_once:
            feeds[LOOKS] = np.zeros(1, np.uint8)
        outputs: list[Any] = self._session.run(None, feeds)
        return outputs


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise SpondyloError(
            f'onnxruntime cannot be imported ({error}); '
            'pip install "spondylo_mmpose[onnx]"'
        ) from error
    return onnxruntime
