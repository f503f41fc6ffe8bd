"""Tables of what the benchmarks of speed have written, in Markdown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from spondylo_mmpose.presentation.cells import Column
from spondylo_mmpose.presentation.tables import Table

Result = Mapping[str, Any]


def training_step(result: Result) -> list[str]:
    """A table of variants and one of ratios for each network."""
    columns = (
        Column('training'),
        Column('crop', 'px'),
        Column('optimiser'),
        Column('numbers'),
        Column('weights'),
        Column('step', 's', '{:.2f}'),
        Column('least', 's', '{:.2f}'),
        Column('most', 's', '{:.2f}'),
        Column('crops', '1/s', '{:.2f}'),
        Column('peak', 'MiB', '{:.0f}'),
    )
    tables = []
    for family in result['families']:
        rows = [
            (
                one['name'],
                'x'.join(map(str, one['crop'])),
                one['optimizer'],
                one['precision'],
                one['layout'],
                *_ends(one['seconds']),
                one['crops_per_second'],
                one['peak_mib'],
            )
            for one in family['variants']
        ]
        title = (
            f'{family["family"]}: a step of {result["batch_size"]} crops, '
            f'{_threads(result)}'
        )
        tables.append(Table(title, columns, rows))
        tables.append(_pairs(family))
    return _told(tables, result)


def _pairs(family: Result) -> Table:
    columns = (
        Column('compared'),
        Column('this'),
        Column('takes so many times as long as'),
        Column('median', '', '{:.2f}'),
        Column('least', '', '{:.2f}'),
        Column('most', '', '{:.2f}'),
    )
    rows = [
        (one['pair'], one['slow'], one['fast'], *_ends(one['ratio']))
        for one in family['pairs']
    ]
    return Table(f'{family["family"]}: ratios', columns, rows)


def decoding(result: Result) -> list[str]:
    """A table of decoders."""
    columns = (
        Column('vertebrae at once', '', '{:.0f}'),
        Column('decoder'),
        Column('batch', 'ms', '{:.2f}'),
        Column('a vertebra', 'µs', '{:.0f}'),
        Column('difference from ours', 'px', '{:.1g}'),
        Column('largest error', 'px', '{:.2f}'),
    )
    rows = [
        (
            one['vertebrae'],
            one['decoder'],
            1e3 * one['seconds']['median'],
            one['microseconds_per_vertebra'],
            one['difference_px'],
            one['error_px'],
        )
        for one in result['rows']
    ]
    return _told([Table(f'Decoding, {_threads(result)}', columns, rows)], result)


def film_speed(result: Result) -> list[str]:
    """Two tables for each model: films, and starts of the command."""
    columns = (
        Column('way'),
        Column('one by one', 'films/s', '{:.2f}'),
        Column('in batches', 'films/s', '{:.2f}'),
        Column('model', 'ms', '{:.0f}'),
        Column('boxes', 'ms', '{:.0f}'),
        Column('screen', 'ms', '{:.1f}'),
        Column('rest', 'ms', '{:.1f}'),
        Column('peak', 'MiB', '{:.0f}'),
        Column('ready after', 's', '{:.1f}'),
    )
    tables = []
    for model in result['models']:
        rows = [
            (
                one['name'],
                1 / one['seconds']['median'],
                one['films_per_second'],
                *(_ms(one['parts'], name) for name in ('find', 'boxes', 'screen')),
                _ms(one['parts'], 'rest'),
                one['peak_mib'],
                one['ready_seconds'],
            )
            if 'reason' not in one
            else (one['name'], *[None] * (len(columns) - 1))
            for one in model['ways']
        ]
        notes = [_weights(model), *_reasons(model['ways'], 'name')]
        title = f'{model["name"]}, batches of {result["batch_size"]}, '
        tables.append(Table(title + _threads(result), columns, rows, notes))
        if model['starts']:
            tables.append(_starts(model))
    return _told(tables, result)


def _starts(model: Result) -> Table:
    columns = (
        Column('spondylo predict with'),
        Column('first report', 's', '{:.2f}'),
        Column('most', 's', '{:.2f}'),
        Column('whole', 's', '{:.2f}'),
    )
    rows = [
        (
            one['backend'],
            one['first_report']['median'],
            one['first_report']['high'],
            one['whole']['median'],
        )
        if 'reason' not in one
        else (one['backend'], None, None, None)
        for one in model['starts']
    ]
    notes = _reasons(model['starts'], 'backend')
    return Table(f'{model["name"]}: the command', columns, rows, notes)


def _weights(model: Result) -> str:
    counts = [one for one in model['ways'] if 'reason' not in one]
    if not counts:
        return str(model['weights'])
    first = counts[0]
    return (
        f'{model["weights"]}; {first["vertebrae"]:.1f} vertebrae a film, '
        f'{first["measured"]:.0%} of the films not refused'
    )


def data_growth(result: Result) -> list[str]:
    """A table of tools."""
    sizes = result['sizes']
    columns = (
        Column('tool'),
        *(Column(f'{size} films', 's', '{:.1f}', name=f's{size}') for size in sizes),
        *(Column(f'{size} films', 'MiB', '{:.0f}', name=f'm{size}') for size in sizes),
        Column('a film more', 'ms', '{:.2f}'),
        Column('a film more', 'KiB', '{:.1f}'),
        Column('slope', '', '{:.2f}'),
        Column('last slope', '', '{:.2f}'),
    )
    rows = [
        (
            name,
            *result[name]['seconds'],
            *result[name]['peak_mib'],
            1e3 * result[name]['seconds_per_film'],
            1024 * result[name]['mib_per_film'],
            result[name]['slope'],
            result[name]['last_slope'],
        )
        for name in ('conversion', 'audit', 'metrics')
    ]
    notes = [
        'slope of the logarithm of the time against that of the number of films, over '
        'all sizes and between the two largest: 1 is in proportion',
    ]
    return _told([Table('Cost of more films', columns, rows, notes)], result)


def peers(result: Result) -> list[str]:
    """A table of programs."""
    columns = (
        Column('program'),
        Column('version'),
        Column('task'),
        Column('input', 'px'),
        Column('parameters', 'M', '{:.2f}'),
        Column('multiply-adds', 'G', '{:.2f}'),
        Column('a film', 'ms', '{:.0f}'),
        Column('most', 'ms', '{:.0f}'),
        Column('peak', 'MiB', '{:.0f}'),
    )
    rows = [
        (
            one['name'],
            one['version'],
            one['task'],
            one['input'],
            _scaled(one['parameters'], 1e-6),
            _scaled(one['flops'], 1e-9),
            1e3 * one['seconds']['median'],
            1e3 * one['seconds']['high'],
            one['peak_mib'],
        )
        if 'reason' not in one
        else (one['name'], one['reason'], *[None] * (len(columns) - 2))
        for one in result['rows']
    ]
    title = f'Beside others, {_threads(result)}'
    return _told([Table(title, columns, rows)], result)


def input_pipeline(result: Result) -> list[str]:
    """Tables of decoders of files, of crops and of the wait for data."""
    sizes = result['films_per_second']
    columns = (Column('film'), *(Column(name, '1/s', '{:.0f}') for name in sizes))
    kinds = next(iter(sizes.values()))
    rows = [(kind, *(sizes[name][kind] for name in sizes)) for kind in kinds]
    tables = [Table('Films decoded by one core', columns, rows)]
    columns = (
        Column('training'),
        Column('crops of one core', '1/s', '{:.0f}'),
        Column('an epoch', 's', '{:.1f}'),
        Column('waiting for data', '%', '{:.1f}'),
    )
    runs = result.get('training', {})
    rows = [
        (
            name.replace('_', ' '),
            speed,
            runs[name]['seconds'] if name in runs else None,
            100 * runs[name]['share'] if name in runs else None,
        )
        for name, speed in result['crops_per_second'].items()
    ]
    recipe = PurePath(result['config']).stem
    title = f'Data for {recipe}: films decoded once or anew'
    tables.append(Table(title, columns, rows))
    return _told(tables, result)


def model_speed(result: Result) -> list[str]:
    """A table of networks."""
    # It imports torch and all that networks are made of.
    from spondylo_mmpose.benchmarks.model_speed import Speed, table

    rows = table(Speed(**one) for one in result['models'])
    return _told([replace(rows, title=f'Networks, {_threads(result)}')], result)


TABLES: dict[str, Callable[[Result], list[str]]] = {
    'training_step': training_step,
    'input_pipeline': input_pipeline,
    'model_speed': model_speed,
    'decoding': decoding,
    'film_speed': film_speed,
    'data_growth': data_growth,
    'peers': peers,
}
"""By the name of the benchmark, which is that of its file."""


def machine_line(machine: Result) -> str:
    """What a measurement was made on, in a line."""
    names = ('torch', 'onnxruntime', 'mmpose')
    words = [
        f'{machine["processor"]}, {machine["cores"]} cores',
        f'{machine["memory_gib"]} GiB',
        *(f'{name} {machine[name]}' for name in names if machine.get(name)),
    ]
    load = machine['load_average_1_min']
    return f'{", ".join(words)}; load {load:.1f} when it began'


def _told(tables: Iterable[Table], result: Result) -> list[str]:
    """Lines: tables, what they mean, and on what they were measured."""
    lines = '\n'.join(table.to_markdown() for table in tables).splitlines()
    notes = [*result.get('notes', ()), f'measured on {machine_line(result["machine"])}']
    return [*lines, '', *(f'* {note}' for note in notes)]


def _ends(spread: Result) -> tuple[float, float, float]:
    return spread['median'], spread['low'], spread['high']


def _ms(parts: Result, name: str) -> float | None:
    return 1e3 * parts[name]['median'] if name in parts else None


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _threads(result: Result) -> str:
    number = result['threads']
    return f'{number} thread' + ('s' if number > 1 else '')


def _reasons(rows: Iterable[Result], key: str) -> list[str]:
    return [f'{one[key]}: {one["reason"]}' for one in rows if 'reason' in one]
