"""Decoded films that all workers share, from one epoch to the next."""

import mmap
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_MIB = 1024
"""Enough for 2600 films of 640 x 640 px."""

_READY = 1


class FilmCache:
    """Grey films in a block of anonymous memory that forked processes share.

    The main process makes the block before the workers of the data loader fork from it.
    Whoever decodes a film first leaves it there, so that each film is decoded once in a
    training and not once for each vertebra and epoch; workers come and go. The system
    gives memory to what is written, not to the whole block, and takes it back when the
    last process that knows the block ends: there is no file and no name to clean up.

    Two processes may decode the same film at the same time; they write the same bytes.
    A copy that is pickled, as for workers that are spawned, is empty and stays so.

    Args:
        sizes: Width and height in px of each film by its path.
        limit_mib: Largest size of the block. Films that do not fit, the last ones, are
            not kept. 0 keeps none.
    """

    def __init__(
        self, sizes: Mapping[str, tuple[int, int]], limit_mib: float = DEFAULT_MIB
    ) -> None:
        self._slots: dict[str, tuple[int, int, int, int]] = {}
        self._memory: NDArray[np.uint8] | None = None
        limit = int(limit_mib * 2**20)
        end = len(sizes)  # the block begins with a flag for each film
        for number, (path, (width, height)) in enumerate(sizes.items()):
            if min(width, height) > 0 and end + width * height <= limit:
                self._slots[path] = (number, end, height, width)
                end += width * height
        if self._slots:
            try:
                block = mmap.mmap(-1, end)
            except OSError:  # no address space left: decode each time
                self._slots = {}
            else:
                self._memory = np.frombuffer(block, np.uint8)

    def __len__(self) -> int:
        """Number of films that there is room for."""
        return len(self._slots)

    def __contains__(self, path: str) -> bool:
        return self.get(path) is not None

    def get(self, path: str) -> NDArray[np.uint8] | None:
        """A film that was put here by any of the processes.

        Args:
            path: Its file.

        Returns:
            ``(H, W)`` view that cannot be written to, or ``None``.
        """
        slot = self._slots.get(path)
        if slot is None or self._memory is None or self._memory[slot[0]] != _READY:
            return None
        _fence()
        film = self._film(slot)
        film.flags.writeable = False
        return film

    def put(self, path: str, pixels: NDArray[np.uint8]) -> None:
        """Keep a film, if there is room for it and it has the announced size.

        Args:
            path: Its file.
            pixels: ``(H, W)`` uint8.
        """
        slot = self._slots.get(path)
        if slot is None or self._memory is None or pixels.shape != slot[2:]:
            return
        self._film(slot)[:] = pixels
        _fence()
        self._memory[slot[0]] = _READY

    def _film(self, slot: tuple[int, int, int, int]) -> NDArray[np.uint8]:
        assert self._memory is not None
        _, start, height, width = slot
        return self._memory[start : start + height * width].reshape(height, width)

    def __deepcopy__(self, memo: dict[int, Any]) -> 'FilmCache':
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return FilmCache, ({},)


def _fence() -> None:
    """Keep the processor from moving memory accesses across this point.

    The flag must not be seen before the pixels are; taking a lock guarantees that on
    machines that reorder.
    """
    with threading.Lock():
        pass
