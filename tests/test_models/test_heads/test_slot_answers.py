import math

import pytest
import torch

from spondylo_mmpose.models.heads.slot_answers import SlotAnswers, mean_answers


def answers(x, variance, presence=0.9, heatmap=None):
    """One film, two slots; all corners at ``(x, 3 x)``."""
    corners = torch.tensor([x, 3 * x]).expand(1, 2, 4, 2)
    return SlotAnswers(
        corners=corners,
        scores=torch.full((1, 2, 4), 0.5 + x / 10),
        variances=torch.full((1, 2, 4), variance),
        presence=torch.tensor([[presence, 0.1]]),
        heatmaps=None if heatmap is None else torch.full((1, 2, 4, 1, 1), heatmap),
    )


def test_variances_add_up():
    told = mean_answers([answers(1.0, 2.0, 0.8), answers(3.0, 6.0, 0.4)])
    assert told.corners[0, 0].tolist() == [[2, 6]] * 4
    # Learned (2 + 6) / 2; between the passes 2 of x and 18 of y.
    assert told.variances.flatten().tolist() == [4 + 10] * 8
    assert told.presence[0].tolist() == pytest.approx([0.6, 0.1])
    assert told.scores.flatten().tolist() == pytest.approx([0.7] * 8)
    assert told.heatmaps is None


def test_without_learned_ones_the_variance_between_passes_is_all():
    told = mean_answers([answers(1.0, math.nan), answers(3.0, math.nan)])
    assert told.variances.flatten().tolist() == [10] * 8


def test_heatmaps_are_averaged():
    told = mean_answers([answers(1.0, 1.0, heatmap=0.2), answers(1.0, 1.0, heatmap=1)])
    assert told.heatmaps.flatten().tolist() == pytest.approx([0.6] * 8)


def test_a_single_pass_varies_in_nothing():
    with pytest.raises(ValueError, match='two or more'):
        mean_answers([answers(1.0, 1.0)])


def test_instances_are_slots_that_are_there():
    (film,) = answers(1.0, 4.0).instances(0.3)
    assert film.slots.tolist() == [0]
    assert film.keypoints.shape == (1, 4, 2)
    assert film.keypoint_stds.tolist() == [[2, 2, 2, 2]]
    (film,) = answers(1.0, 4.0).instances(0.0)
    assert film.slots.tolist() == [0, 1]
