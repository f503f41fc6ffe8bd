import torch

from spondylo_mmpose.models.heads.slot_samples import SlotTruth, best_steps

SLOTS = 5


def truth_of(present, known):
    """Two corners' worth of difference: vertebra k lies 8 px above vertebra k - 1."""
    present = torch.tensor(present, dtype=torch.float32)
    films = len(present)
    y = 36.0 - 8 * torch.arange(SLOTS)
    corners = torch.zeros(films, SLOTS, 4, 2)
    corners[..., 0] = 12
    corners[..., 1] = y[:, None]
    return SlotTruth(
        corners,
        present[..., None].expand(-1, -1, 4).clone(),
        present,
        torch.ones_like(present),
        torch.tensor(known)[:, None].expand(-1, SLOTS).clone(),
    )


def heatmaps(rows):
    """Slot ``s`` is sure of row ``rows[s]`` (cells of 4 px)."""
    logits = torch.zeros(1, SLOTS, 4, 12, 8)
    for slot, row in enumerate(rows):
        logits[:, slot, :, row] = 5.0
    return logits


def test_films_of_unknown_levels_go_where_they_fit_best():
    # Vertebrae at rows 9, 7 and 5; the network has them in slots 1, 2 and 3.
    truth = truth_of([[1, 1, 1, 0, 0]], [False])
    logits = heatmaps([11, 9, 7, 5, 3])
    steps = best_steps(truth, logits, 4)
    assert steps.tolist() == [1]
    moved = truth.moved_up(steps)
    assert moved.presence.tolist() == [[0, 1, 1, 1, 0]]
    assert moved.corner_weights[0, :, 0].tolist() == [0, 1, 1, 1, 0]
    assert moved.corners[0, 1:4, 0, 1].tolist() == [36, 28, 20]
    assert moved.presence_weights.tolist() == [[1] * 5]


def test_known_films_stay():
    truth = truth_of([[1, 1, 1, 0, 0]], [True])
    assert best_steps(truth, heatmaps([11, 9, 7, 5, 3]), 4).tolist() == [0]


def test_no_vertebra_is_moved_beyond_the_last_slot():
    truth = truth_of([[1, 1, 1, 1, 0]], [False])
    # Two steps up would fit, one is possible.
    steps = best_steps(truth, heatmaps([1, 9, 9, 7, 5]), 4)
    assert steps.tolist() == [1]


def test_each_film_by_itself():
    truth = truth_of([[1, 1, 1, 0, 0]] * 2, [False, True])
    moved = truth.moved_up(torch.tensor([2, 0]))
    assert moved.presence.tolist() == [[0, 0, 1, 1, 1], [1, 1, 1, 0, 0]]
    assert moved.known.tolist() == [[False] * 5, [True] * 5]
