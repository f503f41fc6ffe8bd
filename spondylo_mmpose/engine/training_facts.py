"""What a training is made of: data, code, machine, command."""

import os
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

import spondylo_mmpose
from spondylo_mmpose.converters.film_groups import labelled_images
from spondylo_mmpose.engine.run_facts import NamedDigest, annotation_paths
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD, run_folder_of
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json
from spondylo_mmpose.utils.machine import describe_machine

RECIPE_VARIABLES = ('SPONDYLO_DATA', 'SPONDYLO_SPLIT', 'SPONDYLO_PHANTOMS')
"""Environment variables that recipes read: they decide on the data."""

_SETTINGS = (*RECIPE_VARIABLES, 'OMP_NUM_THREADS')


def data_facts(config: Config) -> dict[str, list[dict[str, Any]]]:
    """The annotation files of training and validation, and what is in them.

    Args:
        config: Of the run.

    Returns:
        For ``train`` and ``val`` an entry for each file: ``name``, ``sha256``,
        ``films``, ``patients`` (``None`` if not known of each film), ``vertebrae``,
        ``sources`` and ``levels`` with their counts, and ``credit``, whom its licence
        asks to name. Films without labels are left out.
    """
    return {
        split: [
            {**asdict(NamedDigest.of(path)), **_contents(path)}
            for path in annotation_paths(config, f'{split}_dataloader')
        ]
        for split in ('train', 'val')
    }


def start_weights(config: Config) -> dict[str, Any] | None:
    """The weights that a training begins with, and what they had learned from.

    Args:
        config: Of the run; of one that goes on, the weights are its own.

    Returns:
        ``name``, ``sha256`` and, as far as the training record beside them tells,
        ``train``: entries as of :func:`data_facts`. ``None`` where it begins with
        random weights, those of a URL, or its own.
    """
    source = config.get('load_from')
    if not source or config.get('resume') or '://' in str(source):
        return None
    path = Path(source)
    train: list[dict[str, Any]] = []
    run = run_folder_of(path)
    if run is not None:
        record = read_json(run / TRAINING_RECORD)
        train = [
            *((record.get('began_with') or {}).get('train') or []),
            *((record.get('data') or {}).get('train') or []),
        ]
    return {**asdict(NamedDigest.of(path)), 'train': train}


def _contents(path: Path) -> dict[str, Any]:
    try:
        content = read_json(path)
        films = labelled_images(content)
        patients = {film.get('patient_id') for film in films}
        return {
            'films': len(films),
            'patients': None if None in patients else len(patients),
            'vertebrae': len(content['annotations']),
            'sources': _counts(film.get('source') for film in films),
            'levels': _counts(one.get('level') for one in content['annotations']),
            'credit': _credit(content),
        }
    except (SpondyloError, KeyError, TypeError, AttributeError):
        return {}  # The data set itself tells what is wrong with its file.


def _credit(content: Mapping[str, Any]) -> str | None:
    """Name, author, address and licence of a data set that has a licence."""
    licences = [one.get('name') for one in content.get('licenses') or ()]
    if not licences:
        return None
    told = [content['info'].get(n) for n in ('description', 'contributor', 'url')]
    return ', '.join(str(part) for part in [*told, *licences] if part)


def _counts(values: Any) -> dict[str, int]:
    counts = Counter('unknown' if value is None else str(value) for value in values)
    return dict(counts.most_common())


def start_facts() -> dict[str, Any]:
    """What may differ from one start of a run to the next.

    Returns:
        ``command``, to repeat it in ``folder``, with the ``environment`` that recipes
        read; ``git``, ``machine`` with versions, ``threads``. These name folders of
        the machine: the record stays with the run, and reports do not show it.
    """
    return {
        'command': shlex.join(['python', *sys.argv]),
        'folder': str(Path.cwd()),
        'environment': {
            name: os.environ[name] for name in _SETTINGS if name in os.environ
        },
        'git': git_state(Path(spondylo_mmpose.__file__).parent),
        'machine': {
            'spondylo_mmpose': spondylo_mmpose.__version__,
            **describe_machine(),
        },
        'threads': torch.get_num_threads(),
    }


def git_state(package: Path) -> dict[str, Any] | None:
    """Commit of the code, and whether it was changed since.

    Args:
        package: Folder of the package.

    Returns:
        ``commit`` and ``dirty``; ``None`` where the package is no part of a checkout
        (a copy installed inside somebody else's is none), or git is missing.
    """

    def git(*arguments: str) -> str:
        return subprocess.run(
            ['git', '-C', str(package), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout.strip()

    try:
        git('ls-files', '--error-unmatch', '__init__.py')
        changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/')
        return {'commit': git('rev-parse', 'HEAD'), 'dirty': bool(changed)}
    except (OSError, subprocess.SubprocessError):
        return None


def peak_memory() -> Mapping[str, int | None]:
    """Most memory used so far, MiB: of this process and of its GPU."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    per_mib = 2**20 if sys.platform == 'darwin' else 2**10
    gpu = (
        torch.cuda.max_memory_allocated() // 2**20
        if torch.cuda.is_available()
        else None
    )
    return {'process_mib': used // per_mib, 'gpu_mib': gpu}
