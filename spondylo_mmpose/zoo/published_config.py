"""A run's config as others may have it: whole, and without places of the machine."""

from pathlib import Path, PureWindowsPath
from typing import Any

from mmengine.config import Config

from spondylo_mmpose.engine.launch import DATALOADERS, dataset_nodes

DATA_ROOT = '{{$SPONDYLO_DATA:data/spondylo}}'
"""Where a published config looks for data, as the recipes do."""

_OF_THE_RUN = ('work_dir', 'load_from', 'resume', 'device', 'launcher', 'local_rank')


def published_text(config: Config) -> str:
    """Text of a config that stands alone.

    Data are where ``SPONDYLO_DATA`` says. What belonged to the one run is left out;
    of absolute paths nothing but the last part is left.

    Args:
        config: Of the run, resolved; not changed.
    """
    content = config.to_dict()
    for name in _OF_THE_RUN:
        content.pop(name, None)
    content['data_root'] = DATA_ROOT
    for key in list(content):
        # What a recipe's parts were made of, and not used any more.
        if key.startswith('spondylo_'):
            del content[key]
    for name in DATALOADERS:
        for node in dataset_nodes((content.get(name) or {}).get('dataset') or {}):
            node['data_root'] = DATA_ROOT
    for backend in (content.get('visualizer') or {}).get('vis_backends') or ():
        backend.pop('save_dir', None)
    evaluators = content.get('test_evaluator')
    if isinstance(evaluators, list):
        content['test_evaluator'] = [
            one for one in evaluators if 'out_file_path' not in one
        ]
    return str(Config(_without_places(content)).pretty_text)


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_without_places(child) for child in value)
    if isinstance(value, str) and (
        value.startswith(('/', '~')) or PureWindowsPath(value).is_absolute()
    ):
        return Path(value.replace('\\', '/')).name
    return value
