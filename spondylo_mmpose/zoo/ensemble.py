"""Trained networks put together as one that answers with their mean."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from spondylo_mmpose.engine.checkpoint import check_fits, load_checkpoint_file
from spondylo_mmpose.engine.end_to_end import passes_of, tested_pipeline
from spondylo_mmpose.engine.hooks.trained_films_hook import TRAINED_FILMS
from spondylo_mmpose.engine.recipe import TOP_DOWN, build_network, recipe_kind
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.models.heads.slot_head import SlotHead
from spondylo_mmpose.utils.io import atomic_dir, file_digest, write_json
from spondylo_mmpose.zoo.published_config import published_text
from spondylo_mmpose.zoo.publishing import Source, find_source

WEIGHTS = 'ensemble.pth'
"""The members' weights."""

_MODEL = ('type', 'data_preprocessor', 'test_cfg')


def make_ensemble(
    sources: Sequence[str | Path], out: str | Path, force: bool = False
) -> Path:
    """Put trained networks together, for tests and to be published.

    Args:
        sources: Runs, of which the best weights are taken, or checkpoints in their
            runs' folders; networks of crops with a :class:`.SlotHead`.
        out: Folder for the config, the weights and the record of the trainings.
        force: Replace what an earlier call left there.

    Returns:
        The file of the weights.

    Raises:
        SpondyloError: If there are fewer than two, a file is missing or damaged, or
            the networks do not look at the same crops in the same way.
    """
    if len(sources) < 2:
        raise SpondyloError('an ensemble needs two networks or more')
    members = [find_source(source) for source in sources]
    config = _joined(members)
    state: dict[str, torch.Tensor] = {}
    films: set[str] = set()
    for index, member in enumerate(members):
        content = load_checkpoint_file(member.checkpoint)
        check_fits(member.checkpoint, build_network(member.config), content)
        films.update(content.get(TRAINED_FILMS) or ())
        for name, value in content['state_dict'].items():
            new = _name_in_ensemble(name.removeprefix('module.'), index)
            if new is not None:
                state[new] = value
    content = {'state_dict': state, 'meta': {}, TRAINED_FILMS: sorted(films)}
    name = f'{members[0].name}.py'
    with atomic_dir(out, force, known_by=(WEIGHTS,)) as folder:
        text = published_text(config)
        (folder / name).write_text(text, encoding='utf-8')
        torch.save(content, folder / WEIGHTS)
        check_fits(folder / WEIGHTS, build_network(config), content)
        write_json(folder / TRAINING_RECORD, _record(members, name, text))
    return Path(out) / WEIGHTS


def _joined(members: Sequence[Source]) -> Config:
    first = members[0]
    for member in members:
        head = getattr(build_network(member.config), 'head', None)
        if recipe_kind(member.config) != TOP_DOWN or not isinstance(head, SlotHead):
            raise SpondyloError(
                f'{member.checkpoint}: ensembles are of networks of crops with slots '
                '(maht_net_topdown_*)'
            )
        wanted, looks = _looks(first.config), _looks(member.config)
        for name, value in looks.items():
            if value != wanted[name]:
                raise SpondyloError(
                    f'{member.checkpoint}: differs from {first.checkpoint} in {name}; '
                    'members of an ensemble look at the same crops in the same way'
                )
    config = Config(first.config.to_dict())
    models = [member.config.model for member in members]
    trunks = [
        {part: model[part] for part in ('backbone', 'neck') if model.get(part)}
        for model in models
    ]
    config.model.pop('neck', None)
    config.model.backbone = dict(type='MemberTrunks', members=trunks)
    config.model.head = dict(
        type='SlotEnsembleHead', members=[model.head for model in models]
    )
    return config


def _looks(config: Config) -> dict[str, Any]:
    """How a network looks at films, outside of itself."""
    model = {f'model.{key}': config.model.get(key) for key in _MODEL}
    pipeline = {'the pipeline of tests': tested_pipeline(config)}
    return {**pipeline, 'passes': passes_of(config), **model}


def _name_in_ensemble(name: str, index: int) -> str | None:
    part, _, rest = name.partition('.')
    if part == 'head':
        return f'head.members.{index}.{rest}'
    # Members are a sequence of backbone and neck.
    place = {'backbone': 0, 'neck': 1}.get(part)
    return None if place is None else f'backbone.members.{index}.{place}.{rest}'


def _record(members: Sequence[Source], name: str, text: str) -> dict[str, Any]:
    """What a run's record tells, as far as it holds for all."""
    earlier = [(one.record.get('began_with') or {}).get('train') for one in members]
    told = [(one.record.get('data') or {}).get('train') for one in members]
    return {
        'format': members[0].record['format'],
        'status': 'completed',
        'config': {
            'name': name,
            'sha256': hashlib.sha256(text.encode()).hexdigest(),
            'text': text,
        },
        'seed': None,
        'data': {'train': _each_once(told), 'val': []},
        'began_with': {'train': _each_once(earlier)},
        'members': [
            {'config': one.name, 'sha256': file_digest(one.checkpoint)}
            for one in members
        ],
        'starts': [],
    }


def _each_once(files: Sequence[Any]) -> list[dict[str, Any]]:
    told = {one['sha256']: one for some in files for one in some or ()}
    return list(told.values())
