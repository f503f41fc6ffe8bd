"""The training log of a run."""

import json
from pathlib import Path
from typing import Any

_VALIDATED = ('corner/MRE_px', 'spine/MRE_px')


def load_scalars(folder: Path) -> list[dict[str, Any]]:
    """Read the training logs of a run, oldest first.

    A run that was resumed has several logs; where two tell of the same step the later
    one holds.
    """
    steps: dict[tuple[bool, int], dict[str, Any]] = {}
    for path in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in path.read_text(encoding='utf-8', errors='replace').splitlines():
            try:
                scalars = json.loads(line)
            except ValueError:
                continue  # a run that was killed may leave half a line
            if not isinstance(scalars, dict):
                continue
            training = 'loss' in scalars
            if isinstance(scalars.get('step'), int) and (
                training or any(name in scalars for name in _VALIDATED)
            ):
                steps[training, scalars['step']] = scalars
    return list(steps.values())
