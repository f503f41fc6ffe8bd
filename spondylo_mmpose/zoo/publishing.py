"""Weights for others: a file of numbers, the config, a card, digests."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

import spondylo_mmpose
from spondylo_mmpose.engine.checkpoint import check_fits, load_checkpoint_file
from spondylo_mmpose.engine.hooks.trained_films_hook import TRAINED_FILMS
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network, count_parameters
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD, run_folder_of
from spondylo_mmpose.engine.weights_file import SUFFIX, rounded, write_weights
from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.screening.screen_file import load_screen, write_screen
from spondylo_mmpose.uncertainty.calibration_file import (
    load_calibration,
    write_calibration,
)
from spondylo_mmpose.utils.io import atomic_dir, file_digest, read_json
from spondylo_mmpose.zoo.model_card import CardFacts, model_card
from spondylo_mmpose.zoo.model_folder import CALIBRATION, DETECTOR, SCREEN
from spondylo_mmpose.zoo.published_config import published_text
from spondylo_mmpose.zoo.run_results import best_checkpoint, results_of

SUMS = 'SHA256SUMS'
"""Digests of the other files, for ``sha256sum --check``."""


@dataclass(frozen=True)
class Source:
    """What is published.

    Attributes:
        checkpoint: The weights.
        run: Folder of the training, ``None`` where it is not there.
        record: Content of its ``training.json``, empty without.
        config: Resolved.
        name: Of the recipe.
    """

    checkpoint: Path
    run: Path | None
    record: Mapping[str, Any]
    config: Config
    name: str


@dataclass(frozen=True)
class Beside:
    """What is published with the weights; ``None`` is left out.

    Attributes:
        detector: Checkpoint or run of what finds vertebrae for a top-down model.
        detector_config: Its recipe, where it is not to be that of its run.
        calibration: File of ``tools/calibrate_uncertainty.py``.
        screen: File of ``tools/fit_screen.py``.
    """

    detector: str | Path | None = None
    detector_config: str | Path | None = None
    calibration: str | Path | None = None
    screen: str | Path | None = None


def publish(
    source: str | Path,
    out: str | Path,
    config: str | Path | None = None,
    keep_film_keys: bool = False,
    force: bool = False,
    beside: Beside | None = None,
    half: bool = False,
) -> Path:
    """Publish a checkpoint.

    Args:
        source: Checkpoint, or folder of a run, of which the best weights are taken.
        out: Folder for the files.
        config: Recipe of a checkpoint that lies outside its run's folder.
        keep_film_keys: Keep the hashed keys of the training films; whoever knows the
            numbers that patients can have may find out who was trained on.
        force: Replace what an earlier call published there.
        beside: What else a model needs, published with it.
        half: Write weights in 16 bits, those of the detector too.

    Returns:
        The file of the weights.

    Raises:
        SpondyloError: If a file is missing or damaged, or there is no config.
    """
    found = find_source(source, config)
    beside = beside or Beside()
    content = load_checkpoint_file(found.checkpoint)
    state = {
        name.removeprefix('module.'): value
        for name, value in content['state_dict'].items()
    }
    network = build_network(found.config)
    check_fits(found.checkpoint, network, content)
    if half:
        state = rounded(state)
    text = published_text(found.config)
    facts: dict[str, Any] = {
        'config': f'{found.name}.py',
        'config_sha256': hashlib.sha256(text.encode()).hexdigest(),
        'version': spondylo_mmpose.__version__,
        'meta': _plain_numbers(content.get('meta')),
    }
    if keep_film_keys:
        facts[TRAINED_FILMS] = sorted(content.get(TRAINED_FILMS) or ())
    digest = file_digest(found.checkpoint)
    results = results_of(found.run, digest) if found.run else []
    with atomic_dir(out, force, known_by=(SUMS,)) as folder:
        (folder / f'{found.name}.py').write_text(text, encoding='utf-8')
        # Loading it proves that the text is a config and needs nothing around it.
        load_config(folder / f'{found.name}.py')
        weights = write_weights(folder / f'new{SUFFIX}', state, facts)
        weights_digest = file_digest(weights)
        weights = weights.rename(folder / f'{found.name}-{weights_digest[:8]}{SUFFIX}')
        card = CardFacts(
            name=found.name,
            weights=weights.name,
            weights_sha256=weights_digest,
            size_bytes=weights.stat().st_size,
            averaged='ema_state_dict' in content,
            has_film_keys=bool(facts.get(TRAINED_FILMS)),
            epoch=facts['meta'].get('epoch'),
            parameters=count_parameters(network),
            config=found.config,
            record=found.record,
            results=results,
            beside=_write_beside(beside, folder, keep_film_keys, half),
            rounded=half,
        )
        (folder / f'{found.name}.md').write_text(model_card(card), encoding='utf-8')
        shutil.rmtree(folder / '__pycache__', ignore_errors=True)
        files = sorted(path for path in folder.iterdir() if path.is_file())
        sums = [f'{file_digest(path)}  {path.name}\n' for path in files]
        (folder / SUMS).write_text(''.join(sums), encoding='utf-8')
    return Path(out) / weights.name


def _write_beside(
    beside: Beside, folder: Path, keep_film_keys: bool, half: bool
) -> list[str]:
    """Write it; returns what was written, as the card tells it."""
    told = []
    if beside.detector is not None:
        weights = publish(
            beside.detector,
            folder / DETECTOR,
            beside.detector_config,
            keep_film_keys=keep_film_keys,
            half=half,
        )
        told.append(f'`{DETECTOR}/{weights.name}`: what finds vertebrae for it')
    if beside.calibration is not None:
        write_calibration(folder / CALIBRATION, load_calibration(beside.calibration))
        told.append(f'`{CALIBRATION}`: how sure its corners and slips are')
    if beside.screen is not None:
        write_screen(folder / SCREEN, load_screen(beside.screen))
        told.append(f'`{SCREEN}`: limits that tell films of another kind')
    return told


def find_source(source: str | Path, config: str | Path | None = None) -> Source:
    """Find what belongs to a checkpoint or run; see :func:`publish`.

    Raises:
        SpondyloError: See there.
    """
    source = Path(source)
    if not source.exists():
        raise SpondyloError(f'{source}: no such run or checkpoint')
    checkpoint = best_checkpoint(source) if source.is_dir() else source
    if checkpoint.suffix == SUFFIX:
        raise SpondyloError(f'{checkpoint}: is published already')
    run = source if source.is_dir() else run_folder_of(checkpoint)
    record = (
        read_json(run / TRAINING_RECORD)
        if run and (run / TRAINING_RECORD).is_file()
        else {}
    )
    if config is not None:
        return Source(checkpoint, run, record, load_config(config), Path(config).stem)
    try:
        told = record['config']
        # As it was in the training: a test may have left another one there.
        resolved = Config.fromstring(told['text'], '.py')
        return Source(checkpoint, run, record, resolved, Path(told['name']).stem)
    except (KeyError, TypeError) as error:
        raise SpondyloError(
            f'{source}: has no {TRAINING_RECORD} beside it that tells its config; name '
            'the config with --config'
        ) from error
    except Exception as error:  # A config is a program and may raise anything.
        raise SpondyloError(
            f'{run}: the config in {TRAINING_RECORD} cannot be read '
            f'({one_line(error)}); name it with --config'
        ) from error


def _plain_numbers(meta: Any) -> dict[str, int]:
    meta = meta if isinstance(meta, Mapping) else {}
    return {
        name: meta[name]
        for name in ('epoch', 'iter', 'seed')
        if isinstance(meta.get(name), int)
    }
