"""Lets the pinned OpenMMLab releases work beside a newer torch and no torchvision.

Nothing here imports torch, mmengine or mmpose: each mend waits for the one module it
concerns and is applied while that module is imported. Where there is nothing to mend, a
mend does nothing. Importing :mod:`spondylo_mmpose` activates them.
"""

import importlib.machinery
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Mend = Callable[[ModuleType], AbstractContextManager[None]]


class _Mender:
    """Runs a mend around the execution of a module, whoever imports it."""

    def __init__(self, mends: Mapping[str, Mend]) -> None:
        self.mends = mends

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Let the other finders find the module, and wrap its execution."""
        mend = self.mends.get(fullname)
        if mend is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, 'find_spec', None)
            if finder is self or find is None:
                continue
            spec = find(fullname, path, target)
            if spec is not None:
                _wrap(spec, mend)
                return spec
        return None


def _wrap(spec: ModuleSpec, mend: Mend) -> None:
    execute = getattr(spec.loader, 'exec_module', None)
    if execute is None:
        return

    def exec_module(module: ModuleType) -> None:
        with mend(module):
            execute(module)

    # On the instance, so that the loader keeps everything else it can do.
    setattr(spec.loader, 'exec_module', exec_module)  # noqa: B010


def activate(mends: Mapping[str, Mend] | None = None) -> None:
    """Watch for the modules to mend; mend those that are imported already.

    Args:
        mends: What to do for which module; the project's own by default. Activating a
            second time changes nothing.
    """
    mends = MENDS if mends is None else mends
    if any(isinstance(f, _Mender) and f.mends is mends for f in sys.meta_path):
        return
    sys.meta_path.insert(0, _Mender(mends))
    for name, mend in mends.items():
        module = sys.modules.get(name)
        if module is not None:
            with mend(module):
                pass


@contextmanager
def _allow_checkpoints(module: ModuleType) -> Iterator[None]:
    yield
    allow_mmengine_checkpoints()


def allow_mmengine_checkpoints() -> None:
    """Let ``torch.load(weights_only=True)`` read what mmengine checkpoints hold.

    The check stays on. Allowed in addition are the training log's buffers, numpy arrays
    and scalars of plain types, and a ``getattr`` that gives nothing but the statistics
    methods of those buffers.
    """
    import numpy as np
    import torch

    add = getattr(torch.serialization, 'add_safe_globals', None)
    if add is None:
        return
    from mmengine.logging import HistoryBuffer

    multiarray = np.core.multiarray
    allowed: list[Any] = [
        HistoryBuffer,
        np.ndarray,
        np.dtype,
        (_statistics_method, 'builtins.getattr'),
    ]
    # Files written under numpy 1 and 2 name the same functions differently.
    for package in ('numpy.core', 'numpy._core'):
        for name in ('_reconstruct', 'scalar'):
            function = getattr(multiarray, name)
            allowed.append((function, f'{package}.multiarray.{name}'))
    allowed += {type(np.dtype(code)) for code in '?bhilqBHILQefdgFDGUS'}
    add(allowed)


def _statistics_method(owner: object, name: object) -> Any:
    """Stand for ``getattr`` in a checkpoint, for this one purpose."""
    from mmengine.logging import HistoryBuffer

    if owner is HistoryBuffer and name in ('min', 'max', 'current', 'mean'):
        return getattr(owner, str(name))
    import pickle

    raise pickle.UnpicklingError(
        'the checkpoint asks for an attribute that no training log needs'
    )


@contextmanager
def _torchvision_stand_in(module: ModuleType) -> Iterator[None]:
    """Give ``simcc_vis`` its ``ToPILImage`` where torchvision is missing or broken."""
    if _has_torchvision():
        yield
        return
    before = _torchvision_modules()
    package = ModuleType('torchvision')
    package.__spec__ = ModuleSpec('torchvision', None, is_package=True)
    package.__path__ = []
    transforms = ModuleType('torchvision.transforms')
    setattr(transforms, 'ToPILImage', ToPILImage)  # noqa: B010
    sys.modules.update({'torchvision': package, 'torchvision.transforms': transforms})
    try:
        yield
    finally:
        for name in _torchvision_modules():
            del sys.modules[name]
        sys.modules.update(before)


def _torchvision_modules() -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if name.partition('.')[0] == 'torchvision'
    }


def _has_torchvision() -> bool:
    """Whether torchvision imports; a build for another torch is there but does not."""
    if 'torchvision' not in sys.modules:
        finders = importlib.machinery.PathFinder
        if finders.find_spec('torchvision') is None:
            return False
    try:
        import torchvision.transforms  # noqa: F401
    except Exception:  # It fails with RuntimeError, AttributeError, OSError, ...
        return False
    return True


class ToPILImage:
    """The part of torchvision's transform that mmpose uses: an array to a PIL image."""

    def __call__(self, picture: Any) -> Any:
        """Convert.

        Args:
            picture: Tensor ``(H, W)`` or ``(C, H, W)``, C 1 or 3; floats in [0, 1].

        Returns:
            A ``PIL.Image.Image``, grey or RGB.
        """
        from PIL import Image

        if picture.is_floating_point():
            picture = picture.mul(255).byte()
        if picture.ndim == 3:
            picture = picture.permute(1, 2, 0).squeeze(-1)
        return Image.fromarray(picture.cpu().numpy())


@contextmanager
def _numpy_from_bfloat16(module: ModuleType) -> Iterator[None]:
    """Let mmpose's heads turn bfloat16 predictions into arrays.

    Under autocast the heads compute their training accuracy from bfloat16 tensors,
    a type that numpy lacks; float32 holds each of its values.
    """
    yield
    import torch

    original = module.to_numpy

    def widen(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.float() if value.dtype == torch.bfloat16 else value
        if isinstance(value, (list, tuple)):
            return type(value)(widen(item) for item in value)
        return value

    def to_numpy(x: Any, return_device: bool = False, unzip: bool = False) -> Any:
        return original(widen(x), return_device=return_device, unzip=unzip)

    to_numpy.__doc__ = original.__doc__
    # The heads take the function by name; those imported before hold the original.
    for name, user in list(sys.modules.items()):
        if name.startswith('mmpose.') and vars(user).get('to_numpy') is original:
            setattr(user, 'to_numpy', to_numpy)  # noqa: B010
    setattr(module, 'to_numpy', to_numpy)  # noqa: B010


@contextmanager
def _without_deprecation(module: ModuleType) -> Iterator[None]:
    """Keep mmengine's use of pkg_resources from warning at every start."""
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
        yield


MENDS: dict[str, Mend] = {
    'mmengine.runner.checkpoint': _allow_checkpoints,
    'mmpose.utils.tensor_utils': _numpy_from_bfloat16,
    'mmpose.visualization.simcc_vis': _torchvision_stand_in,
    'pkg_resources': _without_deprecation,
}
