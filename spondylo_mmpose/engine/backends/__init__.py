"""Storage backends of mmengine's file layer."""

from spondylo_mmpose.engine.backends.atomic_local_backend import AtomicLocalBackend

__all__ = ['AtomicLocalBackend']
