"""Table 1: what the models are."""

from collections.abc import Sequence

from spondylo_mmpose.presentation.cells import Cell, Column
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.reporting.paper.provenance import (
    run_notes,
    source_lines,
    source_note,
)
from spondylo_mmpose.reporting.run_record import RunRecord

_TYPES = {
    'TopdownPoseEstimator': 'top-down',
    'BottomupPoseEstimator': 'whole film',
}
"""Words for classes of models; others are told by their name."""

_COLUMNS = (
    Column('run'),
    Column('model'),
    Column('type'),
    Column('input', 'px'),
    Column('parameters', 'M', lambda v: f'{v / 1e6:.3g}', name='parameters'),
    Column('FLOPs', 'G', lambda v: f'{v / 1e9:.3g}', name='multiply_adds'),
    Column('boxes'),
    Column('epochs', form='{:.0f}'),
    Column('training films', form='{:.0f}', name='training_films'),
)

_FLOPS_NOTE = (
    'FLOPs: multiply-adds of one forward pass at the input size, each counted once, '
    'without flipped copies and without what follows the network. A top-down model '
    'takes one pass for each vertebra.'
)
_BOXES_NOTE = (
    'Boxes: whether the model was given the box of each true vertebra, or had to find '
    'the vertebrae.'
)
_EPOCHS_NOTE = (
    'Epochs: those behind the checkpoint. Training films: labelled films of the '
    'training set that the config of the test names.'
)


def architecture_table(runs: Sequence[RunRecord]) -> Table:
    """Models of runs; what a run did not record is left open.

    Args:
        runs: In the order to show them.
    """
    unknown = [run.name for run in runs if run.facts is None]
    notes = [_FLOPS_NOTE, _BOXES_NOTE, _EPOCHS_NOTE]
    if unknown:
        notes.append(f'No record of the model: {", ".join(unknown)}.')
    for run in runs:
        reason = run.facts.model.flops_reason if run.facts else None
        notes += [f'{run.name}, FLOPs: {reason}.'] if reason else []
    return Table(
        'Architectures',
        _COLUMNS,
        [_row(run) for run in runs],
        [*notes, *run_notes(runs), *map(source_note, runs)],
        [line for run in runs for line in source_lines(run)],
    )


def _row(run: RunRecord) -> list[Cell | float | str | None]:
    boxes = 'given' if run.given_boxes else 'found'
    if run.facts is None:
        return [run.name, *[None] * 5, boxes, None, None]
    model, training = run.facts.model, run.facts.training
    parts = [part for part in (model.backbone, model.head) if part]
    size = model.input_size
    return [
        run.name,
        ' + '.join(parts) or model.type,
        _TYPES.get(model.type, model.type),
        None if size is None else f'{size[0]} \u00d7 {size[1]}',
        Cell(model.parameters),
        Cell(model.flops),
        boxes,
        Cell(training.epochs),
        Cell(training.films),
    ]
