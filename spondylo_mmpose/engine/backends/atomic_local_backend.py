"""Local files that are whole or not there."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from spondylo_mmpose.utils.io import atomic_file


@register_backend('atomic')
class AtomicLocalBackend(LocalBackend):
    """mmengine's local backend, writing to a temporary name and renaming.

    ``CheckpointHook(backend_args=dict(backend='atomic'))`` then leaves, whenever it is
    stopped, the previous checkpoint or the new one, never half of it.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes."""
        with atomic_file(filepath) as temporary:
            temporary.write_bytes(obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write text."""
        with atomic_file(filepath) as temporary:
            temporary.write_text(obj, encoding=encoding)
