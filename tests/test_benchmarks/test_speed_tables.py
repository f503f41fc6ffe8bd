"""Each table from a result that was written by hand."""

import pytest

from spondylo_mmpose.benchmarks.speed_tables import TABLES, machine_line

MACHINE = {
    'processor': 'Some CPU', 'cores': 2, 'memory_gib': 23.5, 'torch': '2.13.0',
    'onnxruntime': None, 'mmpose': '1.3.2', 'load_average_1_min': 0.06,
}  # fmt: skip


def spread(median, low, high):
    return {'median': median, 'low': low, 'high': high, 'number': 5}


def variant(name, crop, seconds, layout):
    return {
        'name': name, 'crop': crop, 'codec': 'X', 'optimizer': 'Adam',
        'precision': 'float32', 'layout': layout, 'parameters': 5,
        'seconds': spread(seconds, seconds - 0.5, seconds + 0.25),
        'crops_per_second': 8 / seconds, 'peak_mib': 1234.5,
    }  # fmt: skip


COST = {
    'seconds': [1.0, 2.0], 'peak_mib': [100.0, 150.0], 'slope': 0.3,
    'last_slope': 0.3010, 'mib_per_film': 0.5, 'seconds_per_film': 0.0111,
}  # fmt: skip

RESULTS = {
    'training_step': {
        'machine': MACHINE, 'threads': 2, 'batch_size': 8, 'notes': ['a note'],
        'families': [
            {
                'family': 'resnet50',
                'variants': [
                    variant('ours', [192, 192], 2.0, 'channels_last'),
                    variant('stock', [192, 256], 5.0, 'contiguous'),
                ],
                'pairs': [
                    {
                        'pair': 'as the recipes stand', 'slow': 'stock',
                        'fast': 'ours', 'ratio': spread(2.5, 2.25, 3.0),
                    }
                ],
            }
        ],
    },
    'decoding': {
        'machine': MACHINE, 'threads': 1, 'notes': [],
        'rows': [
            {
                'vertebrae': 8, 'decoder': 'UDPHeatmap (MMPose)',
                'seconds': spread(0.0352, 0.03, 0.04),
                'microseconds_per_vertebra': 4400.0,
                'difference_px': 0.043, 'error_px': 0.0817,
            }
        ],
    },
    'film_speed': {
        'machine': MACHINE, 'threads': 2, 'batch_size': 4, 'films': 20, 'notes': [],
        'models': [
            {
                'name': 'maht_net_t', 'weights': 'trained',
                'ways': [
                    {
                        'name': 'torch fp32', 'seconds': spread(0.25, 0.2, 0.3),
                        'parts': {
                            'find': spread(0.2, 0.1, 0.3),
                            'screen': spread(0.0012, 0.001, 0.002),
                            'rest': spread(0.0101, 0.01, 0.02),
                        },
                        'films_per_second': 4.5, 'peak_mib': 700.4,
                        'ready_seconds': 6.25, 'first_report_seconds': 6.5,
                        'vertebrae': 6.1, 'measured': 0.95,
                    },
                    {'name': 'torch bf16', 'reason': 'no instructions'},
                ],
                'starts': [
                    {
                        'backend': 'torch',
                        'first_report': spread(7.0, 6.9, 7.125),
                        'whole': spread(8.0, 7.9, 8.1),
                    },
                    {'backend': 'onnx', 'reason': 'not exported'},
                ],
            }
        ],
    },
    'data_growth': {
        'machine': MACHINE, 'sizes': [20, 200], 'notes': [],
        'conversion': COST, 'audit': COST, 'metrics': COST,
    },
    'peers': {
        'machine': MACHINE, 'threads': 2, 'notes': [],
        'rows': [
            {
                'name': 'ultralytics', 'version': '8.4', 'task': 'a film',
                'input': '640x640', 'parameters': 3_080_000, 'flops': 4.2e9,
                'seconds': spread(0.1, 0.09, 0.151), 'peak_mib': 512.0,
            },
            {'name': 'rtmlib', 'task': 'in boxes', 'reason': 'not installed'},
        ],
    },
    'input_pipeline': {
        'machine': MACHINE, 'config': 'configs/demo/hrnet_w16.py',
        'films_per_second': {'export': {'JPEG': 151.0}, 'hospital': {'JPEG': 12.0}},
        'crops_per_second': {'with_cache': 400.0, 'without_cache': 100.0},
        'training': {
            'with_cache': {'seconds': 20.0, 'share': 0.0125},
            'without_cache': {'seconds': 25.0, 'share': 0.2},
        },
    },
    'model_speed': {
        'machine': MACHINE, 'threads': 1,
        'models': [
            {
                'name': 'unet', 'kind': 'top-down', 'parameters': 7_600_000,
                'flops': 16e9, 'vertebrae': 6.0, 'seconds': 0.5, 'seconds_bf16': None,
            }
        ],
    },
}  # fmt: skip

ROWS = {
    'training_step': [
        'ours|192x192|Adam|float32|channels_last|2.00|1.50|2.25|4.00|1234',
        'stock|192x256|Adam|float32|contiguous|5.00|4.50|5.25|1.60|1234',
        'as the recipes stand|stock|ours|2.50|2.25|3.00',
    ],
    'decoding': ['8|UDPHeatmap (MMPose)|35.20|4400|0.04|0.08'],
    'film_speed': [
        'torch fp32|4.00|4.50|200|--|1.2|10.1|700|6.2',
        'torch bf16|--|--|--|--|--|--|--|--',
        'torch|7.00|7.12|8.00',
        'onnx|--|--|--',
    ],
    'data_growth': ['audit|1.0|2.0|100|150|11.10|512.0|0.30|0.30'],
    'peers': [
        'ultralytics|8.4|a film|640x640|3.08|4.20|100|151|512',
        'rtmlib|not installed|--|--|--|--|--|--|--',
    ],
    'input_pipeline': [
        'JPEG|151|12',
        'with cache|400|20.0|1.2',
        'without cache|100|25.0|20.0',
    ],
    'model_speed': ['unet|7.6|16|2.00|--'],
}


@pytest.mark.parametrize('name', TABLES)
def test_cells(name):
    lines = TABLES[name](RESULTS[name])
    cells = [
        '|'.join(cell.strip() for cell in line.strip('|').split('|')) for line in lines
    ]
    assert [row for row in ROWS[name] if row not in cells] == []
    assert lines[-1].startswith('* measured on Some CPU, 2 cores, 23.5 GiB, torch 2.13')


def test_reasons_and_counts_stand_below():
    text = '\n'.join(TABLES['film_speed'](RESULTS['film_speed']))
    assert '* torch bf16: no instructions' in text
    assert '* onnx: not exported' in text
    assert '* trained; 6.1 vertebrae a film, 95% of the films not refused' in text
    assert '* a note' in TABLES['training_step'](RESULTS['training_step'])


def test_what_a_machine_does_not_have_is_left_out():
    assert machine_line(MACHINE) == (
        'Some CPU, 2 cores, 23.5 GiB, torch 2.13.0, mmpose 1.3.2; '
        'load 0.1 when it began'
    )
