"""What a series trains: recipes, their kinds, and what their results depend on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import DETECTOR, recipe_kind
from spondylo_mmpose.engine.training_settings import (
    BY_TEST,
    Digests,
    digest,
    film_digests,
    training_digests,
)
from spondylo_mmpose.errors import SpondyloError


@dataclass(frozen=True)
class Recipe:
    """A config that is trained and tested.

    Attributes:
        name: File name without suffix; unique in a series.
        path: As it was named.
        kind: See :func:`.recipe_kind`.
        epochs: Epochs of the whole training, ``None`` if it does not count them.
        training: Digest of each setting and annotation file that a training depends
            on.
        testing: Likewise what a test depends on besides the checkpoint.
    """

    name: str
    path: Path
    kind: str
    epochs: int | None
    training: Digests
    testing: Digests


def read_recipes(
    paths: Sequence[str | Path], cfg_options: dict | None = None
) -> list[Recipe]:
    """Read the recipes of a series, those of detectors first.

    Args:
        paths: Config files.
        cfg_options: Overrides that all of them get.

    Raises:
        SpondyloError: If one is no recipe, or two have one name.
    """
    recipes: dict[str, Recipe] = {}
    for path in paths:
        recipe = read_recipe(path, cfg_options)
        if recipe.name in recipes:
            raise SpondyloError(
                f'{path}: is called {recipe.name}, and so is '
                f'{recipes[recipe.name].path}; each needs a file name of its own'
            )
        recipes[recipe.name] = recipe
    return sorted(recipes.values(), key=lambda recipe: recipe.kind != DETECTOR)


def read_recipe(path: str | Path, cfg_options: dict | None = None) -> Recipe:
    """Read one recipe.

    Raises:
        SpondyloError: If it is none, or an option does not fit it.
    """
    config = load_config(path, cfg_options)
    for name in ('train_dataloader', 'train_cfg', 'test_dataloader'):
        if not config.get(name):
            raise SpondyloError(f'{path}: has no {name}; a series trains and tests')
    testing = {name: digest(config[name]) for name in BY_TEST if name in config}
    return Recipe(
        name=Path(path).stem,
        path=Path(path),
        kind=recipe_kind(config),
        epochs=config.train_cfg.get('max_epochs'),
        training=training_digests(config),
        testing=testing | film_digests(config, 'test_dataloader'),
    )
