import pytest
import torch

from spondylo_mmpose.models.heads.anatomical_queries import (
    AnatomicalBias,
    AnatomicalQueries,
)


def test_an_embedding_is_the_sum_of_its_parts():
    queries = AnatomicalQueries(3, 8)
    told = queries()
    assert told.shape == (12, 8)
    # Inferior right corner of the second vertebra: its lower end plate is row 2 of 0-5.
    row = queries.row(torch.tensor([[2 / 5]]))[0]
    expected = (
        queries.slot.weight[1] + queries.edge.weight[1] + queries.side.weight[1] + row
    )
    assert torch.allclose(told[7], expected, atol=1e-6)


def test_rows_count_end_plates_upward():
    rows = AnatomicalQueries(2, 4).rows[:, 0]
    assert rows.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 0, 1, 1, 2 / 3, 2 / 3])


def test_the_bias_is_what_the_formula_says():
    bias = AnatomicalBias(4, 2, (2.0, 1.0, 0.0))
    with torch.no_grad():
        bias.strength.copy_(torch.tensor([1.0, 0.5]))
    table = bias()
    assert table.shape == (2, 16, 16)
    nearness = {0: 2.0, 1: 1.0, 2: 0.0, 3: 0.0}
    for head, strength in enumerate((1.0, 0.5)):
        for i in range(16):
            for j in range(16):
                expected = strength * nearness[abs(i // 4 - j // 4)]
                assert table[head, i, j].item() == expected


def test_nearness_must_fall():
    with pytest.raises(ValueError, match='must fall'):
        AnatomicalBias(4, 2, (1.0, 2.0))
