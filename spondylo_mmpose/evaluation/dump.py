"""Reading back what ``tools/test.py --dump`` wrote."""

import io
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError, one_line


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
    content = path.read_bytes()
    try:
        _check_memo(content)
        samples = _ArrayUnpickler(io.BytesIO(content)).load()
    except Exception as error:
        # A damaged pickle can raise nearly anything.
        raise SpondyloError(
            f'{path}: is no dump of predictions ({one_line(error)})'
        ) from error
    if not isinstance(samples, list) or not all(isinstance(s, dict) for s in samples):
        raise SpondyloError(f'{path}: is no dump of predictions (no list of samples)')
    return samples


def _check_memo(content: bytes) -> None:
    """Refuse places in the memo beyond those in use.

    The unpickler makes room for all places below; a single damaged byte could ask for
    more memory than the machine has.
    """
    for number, (code, argument, _) in enumerate(pickletools.genops(content)):
        puts = code.name in ('PUT', 'BINPUT', 'LONG_BINPUT')
        if puts and not (isinstance(argument, int) and 0 <= argument <= number):
            raise pickle.UnpicklingError(f'no memo has the place {argument}')


def _dtype(text: str, *_: Any) -> np.dtype:
    """The type of numbers or texts; arrays of objects would hold raw pointers."""
    dtype = np.dtype(str(text), copy=True)
    if dtype.kind not in 'biufSU':
        raise pickle.UnpicklingError(f'an array of {dtype} has no place in a dump')
    return dtype


def _empty(*_: Any) -> np.ndarray:
    """An array to be filled by its state, which comes next in the pickle."""
    return np.ndarray((0,), dtype='b')


def _from_buffer(buffer: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray:
    # A copy: what lies in the buffer could be written through another name.
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order).copy(order)


# `ndarray` stands for itself as an argument only: called with a buffer of its own
# choice it makes objects out of any bytes.
_PARTS: dict[tuple[str, str], Any] = {
    ('numpy', 'ndarray'): 'ndarray',
    ('numpy', 'dtype'): _dtype,
}
for _core in ('core', '_core'):  # numpy 2 writes its private module's new name
    _PARTS[f'numpy.{_core}.multiarray', '_reconstruct'] = _empty
    _PARTS[f'numpy.{_core}.numeric', '_frombuffer'] = _from_buffer


class _ArrayUnpickler(pickle.Unpickler):
    """Builds arrays and plain containers only: no code from the file runs."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PARTS:
            raise pickle.UnpicklingError(f'{module}.{name} has no place in a dump')
        return _PARTS[module, name]
