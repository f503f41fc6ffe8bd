"""``model-index.yml`` and a metafile for each recipe, in OpenMMLab's layout.

``mim search``, ``mim download`` and mmengine read them. Every number is measured when
they are written; nothing is stated that a command did not yield.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from spondylo_mmpose.engine.recipe import DETECTOR
from spondylo_mmpose.utils.io import atomic_file
from spondylo_mmpose.zoo.listing import Listed

INDEX = 'model-index.yml'
FOLDER = Path('configs', 'metafiles')

_HEAD = '# Written by tools/list_models.py --metafiles; do not edit.\n'
_TASKS = {DETECTOR: 'Object Detection'}
_KEYPOINTS = 'Anatomical 2D Keypoint'


def write_metafiles(root: str | Path, models: Sequence[Listed]) -> list[Path]:
    """Write the metafiles of recipes and their index.

    Metafiles of recipes that are gone are removed.

    Args:
        root: Folder that holds ``configs``.
        models: All of them; weights and results, which are on this machine alone, are
            left out.

    Returns:
        The files written.

    Raises:
        SpondyloError: If one cannot be written.
    """
    root = Path(root)
    written = []
    for one in models:
        path = root / FOLDER / f'{one.config.stem}.yml'
        _write(path, metafile(one))
        written.append(path)
    imports = [path.relative_to(root).as_posix() for path in written]
    _write(root / INDEX, {'Import': imports})
    for path in (root / FOLDER).glob('*.yml'):
        if path not in written:
            path.unlink()
    return [*written, root / INDEX]


def metafile(one: Listed) -> dict[str, Any]:
    """Content of a recipe's metafile."""
    return {
        'Collections': [
            {
                'Name': one.config.stem.removesuffix('_spondylo'),
                'README': 'docs/zoo.md',
                'Metadata': {'Architecture': one.network.split(', ')},
            }
        ],
        'Models': [
            {
                'Name': one.config.stem,
                'In Collection': one.config.stem.removesuffix('_spondylo'),
                'Config': f'configs/{one.config.name}',
                'Metadata': {
                    'Parameters': one.model.parameters,
                    'FLOPs': one.model.flops,
                    'Input Size': 'x'.join(map(str, one.model.input_size or ())),
                    'Kind': one.kind,
                },
                # Without a task mim shows nothing; metrics follow published weights.
                'Results': [
                    {'Task': _TASKS.get(one.kind, _KEYPOINTS), 'Dataset': 'spondylo'}
                ],
            }
        ],
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    text = _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding='utf-8')
