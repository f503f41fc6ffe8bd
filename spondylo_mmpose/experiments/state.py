"""What a series knows of itself, so that the same command goes on where it stopped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spondylo_mmpose.engine.training_settings import Digests, differing
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.recipes import Recipe
from spondylo_mmpose.utils.io import read_json, write_json

STATE = 'experiments.json'
"""File of a series; the mark of its folder."""

FORMAT = 'spondylo_mmpose experiments'


class SeriesState:
    """The file of a series, written after each change.

    Args:
        folder: Folder of the series.
        options: What all trainings are given.

    Raises:
        SpondyloError: If the folder is not empty and no series', its file is damaged,
            or it was begun with other options.
    """

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        self.path = folder / STATE
        self._value: dict[str, Any] = {
            'format': FORMAT,
            'options': dict(options),
            'recipes': {},
        }
        if self.path.is_file():
            self._value = self._read()
            self._check_options(options)
        elif any(not path.name.startswith('.') for path in folder.glob('*')):
            raise SpondyloError(
                f'{folder}: is not empty and holds no {STATE} of a series; choose '
                'another --out'
            )
        self._write()

    def entry(self, recipe: Recipe) -> dict[str, Any]:
        """What is kept of a recipe.

        Returns:
            ``status`` (text), ``failed`` (``None`` or reason by step), ``tests``
            (digests by step), ``seconds`` by step. Changes are kept by :meth:`save`.
        """
        entries: dict[str, dict[str, Any]] = self._value['recipes']
        return entries.setdefault(
            recipe.name, {'config': str(recipe.path), 'tests': {}, 'seconds': {}}
        )

    def check_unchanged(self, recipe: Recipe, begun: bool) -> None:
        """Refuse a recipe that changed since its training began; else note how it is.

        Args:
            recipe: As it is now.
            begun: Whether anything was trained that depends on it.

        Raises:
            SpondyloError: If it changed.
        """
        entry = self.entry(recipe)
        before: Digests | None = entry.get('training')
        if begun and before is not None:
            changed = differing(before, recipe.training)
            if changed:
                raise SpondyloError(
                    f'{recipe.path}: changed since its training began '
                    f'({", ".join(changed)}); undo that, remove '
                    f'{self.path.parent / recipe.name}, or choose another --out'
                )
        entry['training'] = recipe.training
        self.save()

    def save(self, recipe: Recipe | None = None, **changes: Any) -> None:
        """Write the file, after changes to the entry of a recipe."""
        if recipe is not None:
            self.entry(recipe).update(changes)
        self._write()

    def _write(self) -> None:
        write_json(self.path, self._value)

    def _read(self) -> dict[str, Any]:
        value = read_json(self.path)
        try:
            if value['format'] != FORMAT:
                raise ValueError
            dict(value['options'])
            for entry in value['recipes'].values():
                dict(entry['tests']), dict(entry['seconds'])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SpondyloError(
                f'{self.path}: is not the file of a series; choose another --out'
            ) from error
        return dict(value)

    def _check_options(self, options: Mapping[str, Any]) -> None:
        before = self._value['options']
        changed = [
            f'{_option(name)} was {_shown(before.get(name))}, is '
            f'{_shown(options.get(name))}'
            for name in sorted(before.keys() | options.keys())
            if before.get(name) != options.get(name)
        ]
        if changed:
            raise SpondyloError(
                f'{self.path.parent}: was begun with other options: '
                f'{"; ".join(changed)}; give the same ones, or choose another --out'
            )


def _option(name: str) -> str:
    return '--' + name.replace('_', '-')


def _shown(value: Any) -> str:
    if value is None or value is False:
        return 'not given'
    if value is True:
        return 'given'
    return ' '.join(map(str, value)) if isinstance(value, list) else str(value)
