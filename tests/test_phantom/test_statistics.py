"""Deriving the compact statistics."""

import csv

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom import statistics
from spondylo_mmpose.phantom.statistics_table import TABLE


def _write(path, rows):
    with path.open('w', newline='') as handle:
        writer = csv.writer(handle)
        writer.writerow(['filename', 'split', 'kp_mean_x', 'kp_mean_y', 'box_w'])
        writer.writerows(rows)


def _films(split, shift):
    names = [f'{2000 + i}-F-050Y1_jpg.rf.x' for i in range(30)]
    names += [f'{3800 + i}-F-050Y1_jpg.rf.x' for i in range(30)]
    names += [f'Screenshot-{i}' for i in range(30)]
    return [
        (name, split, 300 + shift - 6 * k, 500 + shift - 50 * k, 90)
        for name in names
        for k in range(9)
    ]


def test_features_of_a_straight_spine():
    centres = np.array([[320.0, 400.0 - 60 * k] for k in range(4)])
    result = statistics.features(centres, np.full(4, 90.0))
    assert result[:5] == pytest.approx([4, np.log(60), np.log(1.5), 320, 400])
    assert result[5:8] == pytest.approx([0, 0, 0])
    assert np.isnan(result[8:13]).all()
    assert result[13:16] == pytest.approx([0, 0, 0])


def test_features_take_out_facing_and_stretch():
    centres = np.array([[300.0 + 90 * k, 400.0 - 60 * k] for k in range(4)])
    pitch = np.hypot(90, 60)
    # Boxes of 1.5 pitches say that x is stretched by 1.5: 60 to 60, 45 degrees.
    result = statistics.features(centres, np.full(4, 1.5 * pitch))
    assert result[3] == 639 - 300
    assert result[5:8] == pytest.approx([45, 45, 45])


def test_validation_rows_are_not_looked_at(tmp_path):
    _write(tmp_path / 'a.csv', _films('train', 0))
    _write(tmp_path / 'b.csv', _films('train', 0) + _films('val', 100))
    alone = statistics.derive(tmp_path / 'a.csv')
    mixed = statistics.derive(tmp_path / 'b.csv')
    for name in statistics.FAMILIES:
        assert np.array_equal(alone[name].mean, mixed[name].mean)


def test_too_few_films_are_refused(tmp_path):
    _write(tmp_path / 'a.csv', _films('val', 0))
    with pytest.raises(SpondyloError, match='too few training films'):
        statistics.derive(tmp_path / 'a.csv')


def test_another_table_is_refused(tmp_path):
    (tmp_path / 'x.csv').write_text('a,b\n1,2\n')
    with pytest.raises(SpondyloError, match='not the per-vertebra table'):
        statistics.derive(tmp_path / 'x.csv')


def test_table_has_every_family_in_full():
    assert tuple(TABLE) == statistics.FAMILIES
    for name in statistics.FAMILIES:
        family = statistics.family(name)
        assert family.mean.shape == family.residual.shape == (statistics.SIZE,)
        assert family.directions.shape == (statistics.RANK, statistics.SIZE)


@pytest.mark.real
def test_table_is_what_the_real_csv_gives(real_data):
    path = real_data / 'mendeley_statistics' / 'per_vertebra_stats.csv'
    if not path.exists():
        pytest.skip(f'no {path.name} in the folder of real data')
    for name, derived in statistics.derive(path).items():
        table = statistics.family(name)
        assert table.films == derived.films
        assert table.mean == pytest.approx(derived.mean, rel=1e-3)
        assert table.residual == pytest.approx(derived.residual, rel=2e-3)
