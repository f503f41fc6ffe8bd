"""Reading back what ``tools/test.py --dump`` wrote."""

import io
import pickle
from pathlib import Path
from typing import Any

from spondylo_mmpose.errors import SpondyloError

_ARRAY_PARTS = {('numpy', 'ndarray'), ('numpy', 'dtype')} | {
    # numpy 2 writes its private module's new name.
    (f'numpy.{core}.{place}', name)
    for core in ('core', '_core')
    for place, name in (('multiarray', '_reconstruct'), ('numeric', '_frombuffer'))
}


class _ArrayUnpickler(pickle.Unpickler):
    """Builds arrays and plain containers only: no code from the file runs."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ARRAY_PARTS:
            raise pickle.UnpicklingError(f'{module}.{name} has no place in a dump')
        return super().find_class(module, name)


def load_dump(path: str | Path) -> list[dict[str, Any]]:
    """Read the samples of a dump.

    Args:
        path: Pickle file of :class:`.AtomicDumpResults`.

    Returns:
        The data samples in dictionary form.

    Raises:
        SpondyloError: If it is missing, cut short or no such dump.
    """
    path = Path(path)
    if not path.is_file():
        raise SpondyloError(
            f'{path}: no such file; write it with tools/test.py ... --dump {path}'
        )
    try:
        samples = _ArrayUnpickler(io.BytesIO(path.read_bytes())).load()
    except Exception as error:
        # A damaged pickle can raise nearly anything.
        raise SpondyloError(f'{path}: is no dump of predictions ({error})') from error
    if not isinstance(samples, list) or not all(isinstance(s, dict) for s in samples):
        raise SpondyloError(f'{path}: is no dump of predictions (no list of samples)')
    return samples
