"""Whole trainings of the real tool, killed with their workers and resumed."""

import pytest
import torch

from spondylo_mmpose.benchmarks.kill_and_resume import (
    digest,
    final_state,
    kill_and_resume,
    train,
)
from tests.conftest import ROOT

CONFIG = ROOT / 'tests' / 'configs' / 'tiny.py'
OPTIONS = ['--no-pretrained', '--cfg-options', 'train_cfg.max_epochs=2']


def test_a_digest_is_of_every_bit_and_of_nothing_else():
    value = {'a': torch.tensor([1.0, 2.0]), 'b': [1, 'x', None]}
    same = {'b': [1, 'x', None], 'a': torch.tensor([1.0, 2.0])}
    assert digest(value) == digest(same)
    for other in (
        {'a': torch.tensor([1.0, 2.0000002]), 'b': [1, 'x', None]},
        {'a': torch.tensor([[1.0, 2.0]]), 'b': [1, 'x', None]},
        {'a': torch.tensor([1.0, 2.0], dtype=torch.float64), 'b': [1, 'x', None]},
        {'a': torch.tensor([1.0, 2.0]), 'b': [1, 'x', 0]},
        {'a': torch.tensor([1.0, 2.0])},
    ):
        assert digest(value) != digest(other)


@pytest.mark.slow
def test_killed_three_times_a_training_ends_as_if_it_had_not_been(
    tmp_path, phantoms, monkeypatch
):
    monkeypatch.setenv('SPONDYLO_DATA', str(phantoms))
    result = kill_and_resume(CONFIG, tmp_path, 3, seed=1, options=OPTIONS)
    assert result['kills'] == 3
    # The comparison is worth something: another seed gives another end.
    other = tmp_path / 'other_seed'
    assert train(CONFIG, other, [*OPTIONS, '--deterministic', '--seed', '43']) == 0
    first, second = final_state(tmp_path / 'reference'), final_state(other)
    for part in ('state_dict', 'ema_state_dict', 'optimizer', 'best', 'train'):
        assert first[part] != second[part], part
