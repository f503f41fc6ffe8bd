import csv

import numpy as np
import torch
from mmengine.registry import VISBACKENDS

import spondylo_mmpose.engine.registration  # noqa: F401
from spondylo_mmpose.engine.visualization import CsvVisBackend
from spondylo_mmpose.engine.visualization.growing_table import GrowingTable


def rows(path):
    with path.open(newline='') as stream:
        return list(csv.DictReader(stream))


def test_a_table_grows_row_by_row_and_by_columns(tmp_path):
    path = tmp_path / 'new' / 'a.csv'
    table = GrowingTable(path)
    table.add(1, {'loss': 0.5})
    assert path.read_text() == 'step,loss\n1,0.5\n'
    table.add(2, {'loss': 0.25})
    table.add(3, {'loss': 0.125, 'a,b': 'x"y'})
    table.add(4, {})
    assert path.read_text() == (
        'step,loss,"a,b"\n1,0.5,\n2,0.25,\n3,0.125,"x""y"\n4,,\n'
    )


def test_a_resumed_run_has_each_step_once(tmp_path):
    path = tmp_path / 'a.csv'
    for first, last in ((1, 5), (4, 6)):
        table = GrowingTable(path)
        for step in range(first, last + 1):
            table.add(step, {'loss': f'{first}'})
    assert [(r['step'], r['loss']) for r in rows(path)] == [
        ('1', '1'), ('2', '1'), ('3', '1'), ('4', '4'), ('5', '4'), ('6', '4')
    ]  # fmt: skip


def test_half_a_row_and_other_files_are_passed_over(tmp_path):
    path = tmp_path / 'a.csv'
    path.write_text('step,loss,lr\n1,2,3\nx,2,3\n2,2')
    GrowingTable(path).add(3, {'loss': 5})
    assert path.read_text() == 'step,loss,lr\n1,2,3\n3,5,\n'
    path.write_bytes(b'\xff\xfe no table\n1,2')
    GrowingTable(path).add(3, {'loss': 5})
    assert path.read_text() == 'step,loss\n3,5\n'


def test_training_steps_and_validations_go_apart(tmp_path):
    backend = VISBACKENDS.build({'type': 'CsvVisBackend', 'save_dir': str(tmp_path)})
    assert isinstance(backend, CsvVisBackend)
    backend.add_scalars(
        {'loss': torch.tensor(0.5), 'lr': np.float64(1e-3), 'iter': 7, 'step': 7}, 7
    )
    backend.add_scalars({'MRE': np.array([2.0]), 'slip': float('nan')}, 1)
    backend.add_scalars({'MRE': 3, 'table': [1, 2], 'map': np.zeros((2, 2))}, 2)
    backend.add_scalar('extra', 4.0, 3)
    backend.close()
    assert rows(tmp_path / 'train.csv') == [
        {'step': '7', 'loss': '0.5', 'lr': '0.001', 'iter': '7'}
    ]
    assert rows(tmp_path / 'val.csv') == [
        {'step': '1', 'MRE': '2.0', 'slip': '', 'extra': ''},
        {'step': '2', 'MRE': '3', 'slip': '', 'extra': ''},
        {'step': '3', 'MRE': '', 'slip': '', 'extra': '4.0'},
    ]
