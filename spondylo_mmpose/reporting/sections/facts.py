"""What was run, as far as it was recorded."""

from collections.abc import Sequence
from typing import Any

from spondylo_mmpose.engine.run_facts import NamedDigest, RunFacts
from spondylo_mmpose.evaluation.intervals import record_patients
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.sections.items import Grid, Item, Paragraph, Part

NOT_RECORDED = 'not recorded'
_DIGITS = 16  # of a digest; enough to tell files apart, short enough to compare


def facts_part(run: RunRecord) -> Part:
    """Config, weights, data, model, versions and machine of a run.

    Files are told by name and digest alone; the folders above them may name people.

    Args:
        run: Its facts may be missing.
    """
    facts = run.facts
    groups = {
        'Predictions': [
            ('file', _file(NamedDigest(run.predictions.name, run.predictions_sha256))),
            ('boxes of the vertebrae', _boxes(run)),
            ('annotation files', _files(run.annotations)),
            *_data_rows(run.records),
        ],
        'Model': _model_rows(facts),
        'Training': _training_rows(facts),
        'Test': [
            ('config', _file(facts.config) if facts else _config_name(run)),
            ('seed', _told(facts and facts.seed)),
            ('device', _told(facts and facts.device)),
            ('versions', _versions(facts)),
            ('time (UTC)', _told(facts and facts.created)),
        ],
    }
    laid = {
        title: [(name, [text]) for name, text in rows] for title, rows in groups.items()
    }
    items: list[Item] = [
        Paragraph(f'{note[:1].upper()}{note[1:]}.', 'caution') for note in run.notes
    ]
    items.append(Grid('', [run.name], laid, name='facts'))
    if facts and facts.model.flops_reason:
        items.append(Paragraph(f'Multiply-adds: {facts.model.flops_reason}.'))
    return Part('What was run', items, is_open=False)


def _boxes(run: RunRecord) -> str:
    if run.given_boxes:
        return 'given to the model: finding the vertebrae is not part of the errors'
    return f'found by the model; scores from {run.score_threshold:g} on count'


def _data_rows(records: Sequence[VertebraRecord]) -> list[tuple[str, str]]:
    films = {record.film_id: record for record in records}
    spaced = sum(record.spacing is not None for record in films.values())
    sources: dict[str, int] = {}
    for record in films.values():
        source = record.film.get('source') or 'unknown'
        sources[source] = sources.get(source, 0) + 1
    told = ', '.join(f'{source} {number}' for source, number in sorted(sources.items()))
    return [
        ('labelled films', str(len(films))),
        ('patients (films of unknown patients are one each)', _patients(records)),
        ('vertebrae', str(len(records))),
        ('films by source', told),
        ('films whose pixel spacing is known', str(spaced)),
    ]


def _patients(records: Sequence[VertebraRecord]) -> str:
    return str(len(set(record_patients(records).tolist())))


def _model_rows(facts: RunFacts | None) -> list[tuple[str, str]]:
    model = facts and facts.model
    size = model and model.input_size
    return [
        ('model', _told(model and model.type)),
        ('backbone', _told(model and model.backbone)),
        ('head', _told(model and model.head)),
        ('parameters', f'{model.parameters:,}' if model else NOT_RECORDED),
        ('input (px)', f'{size[0]} by {size[1]}' if size else NOT_RECORDED),
        (
            'multiply-adds of one pass',
            f'{model.flops:,}' if model and model.flops else NOT_RECORDED,
        ),
    ]


def _training_rows(facts: RunFacts | None) -> list[tuple[str, str]]:
    training = facts and facts.training
    films, vertebrae = (
        (training.films, training.vertebrae) if training else (None, None)
    )
    data = f'{films} films, {vertebrae} vertebrae' if films else NOT_RECORDED
    return [
        ('checkpoint', _file(facts.checkpoint) if facts else NOT_RECORDED),
        ('epochs behind it', _told(training and training.epochs)),
        ('iterations behind it', _told(training and training.iterations)),
        ('training seed', _told(training and training.seed)),
        ("training set of the test's config", data),
    ]


def _versions(facts: RunFacts | None) -> str:
    if not facts or not facts.versions:
        return NOT_RECORDED
    return ', '.join(f'{name} {version}' for name, version in facts.versions.items())


def _config_name(run: RunRecord) -> str:
    name = run.config.filename if run.config is not None else None
    # The name tells nothing about people, the folders above may.
    return name.replace('\\', '/').rpartition('/')[2] if name else NOT_RECORDED


def _files(files: Sequence[NamedDigest]) -> str:
    return '\n'.join(_file(file) for file in files) or NOT_RECORDED


def _file(file: NamedDigest) -> str:
    return f'{file.name} (SHA-256 {file.sha256[:_DIGITS]}…)'


def _told(value: Any) -> str:
    return NOT_RECORDED if value is None else str(value)
