"""What a measurement was made on."""

import contextlib
import os
import platform
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

LIBRARIES = (
    'torch',
    'numpy',
    'opencv-python',
    'pillow',
    'pydicom',
    'python-gdcm',
    'onnxruntime',
    'mmcv',
    'mmengine',
    'mmpose',
)


def describe_machine() -> dict[str, Any]:
    """Processor, memory, accelerator, versions and how busy the machine is.

    Returns:
        Values that JSON knows; ``None`` for what the system does not tell.
    """
    import torch

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        'system': platform.platform(),
        'processor': _first(r'model name\s*:\s*(.+)', '/proc/cpuinfo')
        or platform.machine(),
        'cores': usable_cores(),
        'memory_gib': _gibibytes(_first(r'MemTotal:\s*(\d+)', '/proc/meminfo')),
        'gpus': gpus,
        'load_average_1_min': os.getloadavg()[0],
        'python': platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
    }


@contextlib.contextmanager
def torch_threads(number: int) -> Iterator[None]:
    """Let torch compute with so many threads for a while."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def usable_cores() -> int:
    """Processors that this process may run on."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _first(pattern: str, path: str) -> str | None:
    try:
        found = re.search(pattern, Path(path).read_text())
    except OSError:
        return None
    return found[1].strip() if found else None


def _gibibytes(kibibytes: str | None) -> float | None:
    return round(int(kibibytes) / 2**20, 1) if kibibytes else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
