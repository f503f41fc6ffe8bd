"""Models by name: folders of published weights that ship or lie on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.shipped import PACKAGE, RECIPES, shipped
from spondylo_mmpose.zoo.model_folder import CALIBRATION, DETECTOR, SCREEN

SHIPPED = PACKAGE / 'weights'
"""What comes with the package; each folder in it is a model."""

DEFAULT = 'lumbar_lateral'
"""The model that is taken where none is named."""

FOLDER_VARIABLE = 'SPONDYLO_MODELS'
"""Names a folder of further models, which go before those of the same name here."""

WEIGHTS = '.safetensors'


def known_models() -> dict[str, Path]:
    """Folders of the models that have a name here, by name."""
    roots = [SHIPPED]
    if os.environ.get(FOLDER_VARIABLE):
        roots.append(Path(os.environ[FOLDER_VARIABLE]))
    found: dict[str, Path] = {}
    for root in roots:
        if root.is_dir():
            folders = sorted(path for path in root.iterdir() if path.is_dir())
            found |= {path.name: path for path in folders if list(_weights(path))}
    return found


def find_model(name: str | None = None) -> ModelFiles:
    """Find a model by its name, or in its folder.

    Args:
        name: Of a model here, or folder as ``tools/publish.py`` writes it; ``None``
            for :data:`DEFAULT`, or the one that there is.

    Raises:
        SpondyloError: If there is none, or its folder is not such a folder.
    """
    known = known_models()
    if name is None:
        if DEFAULT in known:
            return model_in(known[DEFAULT])
        if len(known) == 1:
            return model_in(next(iter(known.values())))
        raise SpondyloError(
            'which model? name one with --model'
            f'{_listed(known)}, or its files with --config and --checkpoint'
        )
    if name in known:
        return model_in(known[name])
    if name and Path(name).is_dir():
        return model_in(Path(name))
    recipe = _recipe(name)
    if recipe is not None:
        raise SpondyloError(
            f'{name}: no weights of this recipe come with the package; train it and '
            f'name its files (--config {recipe.name} --checkpoint FILE), or put the '
            f'folder of published weights into {FOLDER_VARIABLE}'
        )
    raise SpondyloError(
        f'{name}: neither a model that is known here{_listed(known)} nor a folder of '
        'published weights'
    )


def model_in(folder: Path) -> ModelFiles:
    """The files of a model in a folder as ``tools/publish.py`` writes it.

    A top-down model may have its :data:`DETECTOR` in a folder within.

    Raises:
        SpondyloError: If it is none.
    """
    weights = list(_weights(folder))
    if len(weights) != 1:
        raise SpondyloError(
            f'{folder}: holds {len(weights)} files *{WEIGHTS}, not one; name a folder '
            'that tools/publish.py wrote'
        )
    recipes = sorted(folder.glob('*.py'))
    own = [path for path in recipes if weights[0].stem.startswith(path.stem)]
    if len(own or recipes) != 1:
        raise SpondyloError(
            f'{folder}: holds {len(recipes)} recipes, not one; name a folder that '
            'tools/publish.py wrote'
        )
    calibration, detector = folder / CALIBRATION, folder / DETECTOR
    screen = folder / SCREEN
    return ModelFiles(
        (own or recipes)[0],
        weights[0],
        calibration if calibration.is_file() else None,
        folder.resolve().name,
        model_in(detector) if detector.is_dir() else None,
        screen if screen.is_file() else None,
    )


def _weights(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob(f'*{WEIGHTS}')))


def _recipe(name: str) -> Path | None:
    """The recipe of a name, with or without its ending."""
    found = (shipped(RECIPES, f'{stem}.py') for stem in (name, f'{name}_spondylo'))
    return next(filter(None, found), None)


def _listed(known: dict[str, Path]) -> str:
    return f' ({", ".join(known)})' if known else ' (no weights were installed)'
