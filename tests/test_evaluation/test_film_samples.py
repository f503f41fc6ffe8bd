import numpy as np
import pytest
import torch

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_samples import (
    film_pair_from_sample,
    named_pair,
    unique_pairs,
)
from tests.test_evaluation.film_helpers import (
    column,
    film_of,
    prediction_of,
    sample_of_film,
)

TRUE = column(0, 1)
TRUE[0, 2:] = np.nan


@pytest.fixture
def sample():
    film = film_of('some/a.png', TRUE, source='one')
    return sample_of_film(film, prediction_of('some/a.png', column(0, 1, 2)))


def test_truth_and_prediction_come_out_whole(sample):
    film, prediction = film_pair_from_sample(sample)
    assert film.file_name == prediction.file_name == 'some/a.png'
    assert np.array_equal(film.corners, TRUE, equal_nan=True)
    assert film.orders == [0, 1]
    assert film.source == 'one'
    assert prediction.corners.tolist() == column(0, 1, 2).tolist()
    assert prediction.scores.tolist() == [0.9] * 3


def test_one_entry_for_the_film_will_do(sample):
    sample['film'] = sample['film'][0]
    assert film_pair_from_sample(sample)[0].source == 'one'


def test_scores_have_several_names(sample):
    instances = sample['pred_instances']
    instances['keypoint_scores'] = torch.tensor([[0.0, 1, 0, 1], [1] * 4, [0] * 4])
    instances['scores'] = torch.tensor([0.25, 0.5, 0.75])
    found = [film_pair_from_sample(sample)[1].scores.tolist()]
    for name in ('bbox_scores', 'scores', 'keypoint_scores'):
        del instances[name]
        found.append(film_pair_from_sample(sample)[1].scores.tolist())
    assert found[:3] == [[0.9] * 3, [0.25, 0.5, 0.75], [0.5, 1, 0]]
    assert np.isnan(found[3]).all()


def test_a_film_without_labels(sample):
    del sample['film']
    sample['raw_ann_info'] = None
    film, prediction = film_pair_from_sample(sample)
    assert len(film.corners) == 0
    assert len(prediction) == 3


def test_a_film_on_which_nothing_is_found(sample):
    sample['pred_instances'] = {
        'keypoints': np.zeros((0, 4, 2)),
        'keypoint_scores': np.zeros((0, 4)),
    }
    assert len(film_pair_from_sample(sample)[1]) == 0


@pytest.mark.parametrize('missing', ['img_path', 'raw_ann_info', 'pred_instances'])
def test_a_sample_of_something_else_is_refused(sample, missing):
    del sample[missing]
    with pytest.raises(SpondyloError, match=f'not one of a whole film.*{missing}'):
        film_pair_from_sample(sample)


@pytest.mark.parametrize(
    ('field', 'value', 'message'),
    [
        ('film', None, 'TypeError'),
        ('film', {}, 'width'),
        ('raw_ann_info', {'id': 1}, 'one vertebra, not a whole film'),
        ('pred_instances', {'scores': np.zeros(1)}, 'keypoints'),
        (
            'pred_instances',
            {'keypoints': np.zeros((2, 4, 2)), 'scores': np.zeros(3)},
            'scores of shape',
        ),
        ('pred_instances', {'keypoints': np.zeros((1, 5, 2))}, '1, 5, 2'),
    ],
)
def test_a_field_that_holds_something_else_is_refused(sample, field, value, message):
    sample[field] = value
    with pytest.raises(SpondyloError, match=message):
        film_pair_from_sample(sample)


def test_another_number_of_corners_is_refused(sample):
    # Two vertebrae of eight corners are not four of four.
    sample['pred_instances'] = {'keypoints': np.zeros((2, 8, 2))}
    with pytest.raises(SpondyloError, match='8, 2'):
        film_pair_from_sample(sample)


def at(path, name, number=1):
    """A sample of a film that lies at ``path`` and is ``name`` in its data set."""
    film = film_of(name, column(*range(number)))
    sample = sample_of_film(film, prediction_of(name, column(0)))
    return sample | {'img_path': path}


def test_films_come_once_each_under_their_names_in_the_data_set():
    samples = [at('/x/b.png', 'b.png'), at('/x/a.png', 'a.png')]
    pairs = unique_pairs(named_pair(s) for s in [*samples, samples[0]])
    assert [film.file_name for film, _ in pairs] == ['a.png', 'b.png']
    assert [told.file_name for _, told in pairs] == ['a.png', 'b.png']


def test_joined_data_sets_that_repeat_a_name_keep_their_paths():
    samples = [at('/y/a.png', 'a.png', 2), at('/x/a.png', 'a.png'), at('/x/b', 'b')]
    pairs = unique_pairs(map(named_pair, samples))
    assert [film.file_name for film, _ in pairs] == ['/x/a.png', '/x/b', '/y/a.png']
    assert [len(film.corners) for film, _ in pairs] == [1, 1, 2]


def test_a_film_without_labels_is_known_by_its_path(sample):
    bare = sample | {'img_path': '/x/c.png', 'raw_ann_info': None, 'film': None}
    names = [name for name, _ in map(named_pair, (sample, bare))]
    assert names == ['some/a.png', '/x/c.png']


def test_boxes_of_a_detector_stand_for_their_corners(sample):
    sample['pred_instances'] = {
        'bboxes': torch.tensor([[10.0, 20, 40, 60], [0, 0, 5, 5]]),
        'scores': torch.tensor([0.5, 0.25]),
    }
    _, prediction = film_pair_from_sample(sample)
    assert prediction.corners[0].tolist() == [[10, 20], [40, 20], [10, 60], [40, 60]]
    assert prediction.scores.tolist() == [0.5, 0.25]
    sample['pred_instances'] = {'bboxes': torch.zeros(0, 4), 'scores': torch.zeros(0)}
    assert len(film_pair_from_sample(sample)[1]) == 0


def test_deviations_stay_with_their_vertebrae(sample):
    stds = torch.tensor([[1.0, 2, 3, 4], [5, 6, 7, np.nan], [9, 10, 11, 12]])
    sample['pred_instances']['keypoint_stds'] = stds
    _, prediction = film_pair_from_sample(sample)
    assert prediction.corner_std[[0, 2]].tolist() == [[1, 2, 3, 4], [9, 10, 11, 12]]
    assert prediction.keep([2, 0]).corner_std[0].tolist() == [9, 10, 11, 12]
    sample['pred_instances']['keypoint_stds'] = stds[:2]
    with pytest.raises(SpondyloError, match='corner_std of shape'):
        film_pair_from_sample(sample)


@pytest.mark.parametrize(
    'told', [{}, {'keypoint_stds': None}, {'keypoint_stds': np.full((3, 4), np.nan)}]
)
def test_models_may_tell_no_deviations(sample, told):
    sample['pred_instances'] |= told
    assert film_pair_from_sample(sample)[1].corner_std is None


def test_slots_are_names(sample):
    assert film_pair_from_sample(sample)[1].levels is None
    sample['pred_instances']['slots'] = np.array([0, 2, 99])
    levels = ['S1', 'L4', None]
    assert film_pair_from_sample(sample)[1].levels == levels
