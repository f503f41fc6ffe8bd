import pytest

from spondylo_mmpose.benchmarks.training_step import (
    measure_training_step,
    summarise,
)
from spondylo_mmpose.errors import SpondyloError


def test_summary():
    rows = {name: {'name': name} for name in ('ours', 'stock')}
    times = {'ours': [2.0, 4.0, 1.0], 'stock': [6.0, 4.0, 5.0]}
    told = summarise(rows, times, batch_size=8)
    ours, stock = told['variants']
    assert ours == {
        'name': 'ours',
        'seconds': {'median': 2.0, 'low': 1.0, 'high': 4.0, 'number': 3},
        'crops_per_second': 4.0,
    }
    assert stock['crops_per_second'] == 1.6
    (pair,) = told['pairs']
    assert (pair['slow'], pair['fast']) == ('stock', 'ours')
    assert pair['ratio'] == {'median': 3.0, 'low': 1.0, 'high': 5.0, 'number': 3}


def test_an_unknown_network(tmp_path):
    with pytest.raises(SpondyloError, match='vgg: no such family; there are hrnet_w32'):
        measure_training_step(tmp_path, ['resnet50', 'vgg'])


@pytest.mark.slow
def test_real_trainings_take_turns(phantoms):
    told = measure_training_step(phantoms, ['resnet50'], batch_size=2, rounds=1)
    (family,) = told['families']
    rows = {one['name']: one for one in family['variants']}
    assert rows['stock']['crop'] == [192, 256]
    assert rows['stock, our crop']['crop'] == rows['ours']['crop'] == [192, 192]
    assert len({one['parameters'] for one in rows.values()}) == 1
    assert rows['ours, --amp']['layout'] == 'channels_last'
    assert all(one['peak_mib'] > 300 for one in rows.values())
    assert len(family['pairs']) == 6


@pytest.mark.slow
def test_a_failing_training_ends_all(tmp_path):
    with pytest.raises(SpondyloError, match=r'ours: .*train.json'):
        measure_training_step(tmp_path / 'none', ['resnet50'], batch_size=2, rounds=1)
