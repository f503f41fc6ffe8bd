"""What is to be known of published weights, as Markdown."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from mmengine.config import Config

import spondylo_mmpose
from spondylo_mmpose.engine.recipe import (
    DETECTOR,
    TOP_DOWN,
    WHOLE_FILM,
    network_name,
    recipe_kind,
)
from spondylo_mmpose.presentation.cells import NOT_MEASURED, interval_texts, number_text
from spondylo_mmpose.reporting.compare.measures import tables_of
from spondylo_mmpose.zoo.run_results import TestResult

_WHAT = {
    TOP_DOWN: 'Corners of vertebrae on lateral radiographs of the lumbar spine, given '
    'a box around each',
    DETECTOR: 'Boxes of vertebrae on lateral radiographs of the lumbar spine',
    WHOLE_FILM: 'Vertebrae on lateral radiographs of the lumbar spine, and their '
    'corners',
}


@dataclass(frozen=True)
class CardFacts:
    """What a model card tells.

    Attributes:
        name: Of the recipe.
        weights: Name of the file.
        weights_sha256: Its digest.
        size_bytes: Its size.
        averaged: Whether the weights are a moving average.
        has_film_keys: Whether it holds keys of the training films.
        epoch: Epochs behind the weights, ``None`` if not known.
        parameters: Number of weights of the network.
        config: Resolved.
        record: Content of ``training.json``, empty where there is none.
        results: Tests of these weights.
        beside: Files that were published with them, a phrase each.
        rounded: Whether the file holds weights in 16 bits.
    """

    name: str
    weights: str
    weights_sha256: str
    size_bytes: int
    averaged: bool
    has_film_keys: bool
    epoch: int | None
    parameters: int
    config: Config
    record: Mapping[str, Any]
    results: Sequence[TestResult]
    beside: Sequence[str] = ()
    rounded: bool = False


def model_card(card: CardFacts) -> str:
    """Write the card.

    It names no folder, command, film or patient; data are told by digest and count.
    """
    data = card.record.get('data') or {}
    earlier = (card.record.get('began_with') or {}).get('train') or []
    learned = [*earlier, *(data.get('train') or ())]
    uses = (
        ('learned from, in an earlier training', earlier),
        ('learned from', data.get('train') or ()),
        ('epoch chosen by', data.get('val') or ()),
    )
    training = [_data_row(use, one) for use, files in uses for one in files]
    sources = {name for one in learned for name in one.get('sources') or ()}
    validated = {one.get('sha256') for one in data.get('val') or ()}
    kind = recipe_kind(card.config)
    template = Environment(
        loader=PackageLoader('spondylo_mmpose.zoo', '.'),
        undefined=StrictUndefined,
        autoescape=False,  # it is Markdown
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template('model_card.md.jinja')
    return template.render(
        card=card,
        what=_WHAT[kind],
        network=network_name(card.config),
        parameters=card.parameters,
        megabytes=f'{card.size_bytes / 1e6:.1f}',
        version=spondylo_mmpose.__version__,
        training=training,
        only_phantoms=sources == {'phantom'},
        credits=sorted({one['credit'] for one in learned if one.get('credit')}),
        trunk_credit=card.config.get('pretrained_credit'),
        course=list(_course(card.record)),
        results=[_result(one, validated) for one in card.results],
        given_boxes=kind == TOP_DOWN,
    )


def _data_row(use: str, told: Mapping[str, Any]) -> dict[str, Any]:
    sources = (told.get('sources') or {}).items()
    # 0 would be a number; what is not known is left open.
    counts = {name: told.get(name) for name in ('films', 'patients', 'vertebrae')}
    return {
        'use': use,
        'sha256': told['sha256'],
        'sources': ', '.join(f'{name} ({n})' for name, n in sources) or NOT_MEASURED,
        **{name: NOT_MEASURED if n is None else n for name, n in counts.items()},
    }


def _course(record: Mapping[str, Any]) -> Iterator[str]:
    """How the training went, a sentence each."""
    result, starts = record.get('result') or {}, record.get('starts') or []
    if result.get('epochs') is not None:
        yield (
            f'{result["epochs"]} epochs, {result.get("iterations")} steps, '
            f'{record.get("status")}; seed {record.get("seed")}'
        )
    members = record.get('members')
    if members:
        told = ', '.join(f'`{one["sha256"][:16]}`' for one in members)
        yield f'Mean of {len(members)} networks, trained apart: SHA-256 {told}'
    began = record.get('began_with')
    if began and 'sha256' in began:
        yield (
            f'Began with the weights of an earlier training: SHA-256 '
            f'`{began["sha256"][:16]}`'
        )
    best = result.get('best')
    if best:
        yield (
            f'The best of its validations: {best["metric"]} {best["value"]:.4g} after '
            f'epoch {best["epoch"]}'
        )
    if starts:
        machine = starts[-1].get('machine') or {}
        versions = ', '.join(
            f'{name} {machine[name]}'
            for name in ('spondylo_mmpose', 'torch', 'mmengine', 'mmpose')
            if machine.get(name)
        )
        processes = starts[-1].get('processes')
        yield f'On {starts[-1].get("device")}, processes: {processes}; {versions}'
        git = starts[-1].get('git')
        if git:
            changed = ', with changes' if git.get('dirty') else ''
            yield f'Code: commit {git.get("commit")}{changed}'


def _result(result: TestResult, validated: set[str | None]) -> dict[str, Any]:
    facts, metrics = result.facts, _numbers(result.metrics)
    given = 'corner/MRE_px' in metrics
    if given:
        title = 'With given boxes'
    elif facts.boxes is not None:
        title = f'End to end, boxes by `{facts.boxes.name}`'
    else:
        title = 'On whole films'
    counts = ''.join(
        f', {metrics[name]:.0f} {word}'
        for name, word in (
            ('spine/films', 'films'),
            ('corner/vertebrae', 'vertebrae'),
            ('spine/vertebrae', 'vertebrae'),
        )
        if math.isfinite(metrics.get(name, math.nan))
    )
    chosen = {file.sha256 for file in facts.annotations} & validated
    return {
        'title': title,
        'file': ', '.join(file.name for file in facts.annotations),
        'sha256': ', '.join(file.sha256[:16] for file in facts.annotations),
        'counts': counts,
        'remark': ' The epoch was chosen on the same films, which flatters.'
        if chosen
        else '',
        'table': _table(metrics, given),
    }


def _table(metrics: Mapping[str, float], given: bool) -> str:
    lines = ['| | | 95 % interval |', '|---|---:|---:|']
    for measures in tables_of(given).values():
        for measure in measures:
            cell, column = measure.cell(metrics, every=True), measure.column
            if cell.is_gap:
                continue
            ends = interval_texts(cell, column) if cell.has_interval else []
            lines.append(
                f'| {column.title} | {number_text(cell.number, cell, column)} | '
                f'{" to ".join(ends)} |'
            )
    return '\n'.join(lines)


def _numbers(metrics: Mapping[str, float | None]) -> dict[str, float]:
    return {
        name: math.nan if value is None else float(value)
        for name, value in metrics.items()
    }
