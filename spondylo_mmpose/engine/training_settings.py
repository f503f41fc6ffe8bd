"""The settings that a training depends on, and which of them changed."""

import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from spondylo_mmpose.engine.run_facts import annotation_paths
from spondylo_mmpose.utils.io import file_digest

Digests = dict[str, str]

BY_TEST = ('test_dataloader', 'test_evaluator', 'test_cfg')
"""Settings that tests alone depend on."""

# Neither changes what is learned or measured.
_IDLE = (
    *('work_dir', 'cfg', 'experiment_name', 'launcher', 'log_processor'),
    *('log_level', 'visualizer', 'default_hooks', 'resume'),
)
_BY_TRAINING = ('auto_scale_lr', 'custom_imports', 'from_scratch')

# The weights are there; annotation files are compared by what is in them.
_NOT_RESUMED = ('load_from', 'init_cfg', 'data_root', 'ann_file')
# State of the optimiser and of schedules holds their settings, not their types.
_IN_CHECKPOINT = (
    *('auto_scale_lr', 'optim_wrapper.optimizer', 'optim_wrapper.paramwise_cfg'),
    *('param_scheduler', 'randomness.seed'),
)
_LONGEST = 40
_MOST = 10


@dataclass(frozen=True)
class Change:
    """A setting that is another than at the start before.

    Attributes:
        setting: Dotted name.
        was: Its value, as JSON; ``None`` where it was not set.
        now: Likewise.
        heeded: Whether it holds; what a checkpoint has of its own does not.
    """

    setting: str
    was: str | None
    now: str | None
    heeded: bool


def training_settings(config: Config) -> dict[str, Any]:
    """Settings that what is learned depends on, by name.

    Args:
        config: Of the training.
    """
    settings = set(inspect.signature(Runner.__init__).parameters) - {'self', *_IDLE}
    names = sorted(settings.difference(BY_TEST).union(_BY_TRAINING))
    checkpoint = (config.get('default_hooks') or {}).get('checkpoint')
    return {name: config[name] for name in names if name in config} | {
        'default_hooks.checkpoint': checkpoint
    }


def training_digests(config: Config) -> Digests:
    """Digest of each setting and annotation file that a training depends on.

    Args:
        config: Of the training.
    """
    settings = {k: digest(value) for k, value in training_settings(config).items()}
    films = [film_digests(config, f'{part}_dataloader') for part in ('train', 'val')]
    return settings | films[0] | films[1]


def film_digests(config: Config, loader: str) -> Digests:
    """Digests of the annotation files of a loader, by names for users.

    Args:
        config: Of the training or test.
        loader: Name of the loader in it.
    """
    split = loader.partition('_')[0]
    return {
        f'{split} films ({path.name})': file_digest(path)
        for path in annotation_paths(config, loader)
    }


def digest(value: Any) -> str:
    """Short digest of a setting."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Names of what differs between two sets of texts or digests."""
    names = one.keys() | other.keys()
    return sorted(name for name in names if one.get(name) != other.get(name))


def changes_between(before: str, now: str) -> list[Change]:
    """What changed in a training from one start to the next, which goes on.

    Args:
        before: Text of the config of the start before.
        now: Likewise of this one.

    Returns:
        Changed settings; none where a text is no config.
    """
    try:
        was, is_ = (_texts(Config.fromstring(text, '.py')) for text in (before, now))
    except Exception:  # A config is a program and may raise anything.
        return []
    return [
        Change(name, was.get(name), is_.get(name), not _in_checkpoint(name))
        for name in differing(was, is_)
    ]


def describe_changes(changes: Sequence[Change]) -> str:
    """Say in one line what changed, and what of it the checkpoint overrides."""
    told = [
        f'{one.setting} ({_short(one.was)}, now {_short(one.now)})' for one in changes
    ]
    unheeded = [one.setting for one in changes if not one.heeded]
    return f'settings differ from those of the last start: {_some(told)}' + (
        f'; the checkpoint overrides {_some(unheeded)}' if unheeded else ''
    )


def _texts(config: Config) -> dict[str, str]:
    """Each number, word and list of them among the settings, as JSON."""
    return {
        name: json.dumps(value, sort_keys=True, default=str)
        for name, value in _leaves('', training_settings(config))
        if not set(_NOT_RESUMED).intersection(name.split('.'))
    }


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, (list, tuple)) and any(isinstance(v, dict) for v in value):
        children = enumerate(value)
    for name, child in children:
        yield from _leaves(f'{path}.{name}' if path else str(name), child)
    if not children:
        yield path, value


def _in_checkpoint(name: str) -> bool:
    return not name.endswith('.type') and any(
        f'{name}.'.startswith(f'{part}.') for part in _IN_CHECKPOINT
    )


def _some(names: list[str]) -> str:
    more = f' and {len(names) - _MOST} more' if names[_MOST:] else ''
    return ', '.join(names[:_MOST]) + more


def _short(text: str | None) -> str:
    if text is None:
        return 'not set'
    return text if len(text) <= _LONGEST else f'{text[:_LONGEST]}...'
