"""What is read of a dump."""

import copy

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty.observed import observe
from tests.test_uncertainty.helpers import samples


@pytest.fixture
def films():
    return samples(2, noise=0.5)


def one_vertebra_each(films):
    """The same as samples of vertebrae whose boxes were given."""
    return [
        dict(
            id=number,
            img_path=film['img_path'],
            raw_ann_info=annotation,
            film=film['film'][0],
            vertebra=dict(level=annotation['level'], order=annotation['order']),
            pred_instances={
                name: film['pred_instances'][name][[place]]
                for name in ('keypoints', 'keypoint_stds')
            },
        )
        for film in films
        for place, (number, annotation) in enumerate(
            zip(range(10, 16), film['raw_ann_info'], strict=True)
        )
    ]


def test_vertebrae_keep_their_deviations_in_any_order(films):
    expected = np.concatenate([f['pred_instances']['keypoint_stds'] for f in films])
    corners = np.concatenate([f['pred_instances']['keypoints'] for f in films])
    told = films[0]['pred_instances']
    for name in told:
        told[name] = told[name][::-1]
    found = observe(films)
    assert found.predicted.tolist() == corners.tolist()
    assert found.stds.tolist() == expected.tolist()
    assert found.levels == ['S1', 'L5', 'L4', 'L3', 'L2', 'L1'] * 2
    assert found.patients.tolist() == [0] * 6 + [1] * 6
    assert (found.films, found.missed, found.std_origin) == (2, 0, 'learned')
    true = np.array(films[0]['raw_ann_info'][2]['keypoints']).reshape(4, 3)[:, :2]
    assert (
        found.errors[2].tolist() == np.linalg.norm(corners[2] - true, axis=1).tolist()
    )


def test_what_was_not_found_or_is_not_there_does_not_count(films):
    told = films[0]['pred_instances']
    told['keypoints'][1] += 300  # beside the spine
    told['bbox_scores'][4] = 0.2
    found = observe(films)
    assert found.levels[:4] == ['S1', 'L4', 'L3', 'L1']
    assert len(found.records) == len(found.stds) == 10
    assert found.missed == 2
    assert len(observe(films, score_threshold=0.1).records) == 11


def test_given_boxes_are_read_as_well(films):
    found, expected = observe(one_vertebra_each(films)), observe(films)
    assert found.stds.tolist() == expected.stds.tolist()
    assert found.errors.tolist() == expected.errors.tolist()
    assert found.patients.tolist() == expected.patients.tolist()


def test_a_corner_that_is_not_labelled_has_no_error(films):
    films[0]['raw_ann_info'][0]['keypoints'][11] = 0
    found = observe(films)
    assert np.isnan(found.errors).nonzero() == (np.array([0]), np.array([3]))


@pytest.mark.parametrize('value', [None, np.nan])
def test_models_may_tell_no_deviations(films, value):
    for film in films:
        told = film['pred_instances']
        if value is None:
            del told['keypoint_stds']
        else:
            told['keypoint_stds'][:] = value
    films[1]['pred_instances'] = dict(
        keypoints=np.zeros((0, 4, 2)),
        bbox_scores=np.zeros(0),
        keypoint_stds=np.zeros((0, 4)),
    )
    found = observe(films)
    assert (found.stds, found.std_origin) == (None, None)
    assert found.missed == 6


def test_where_deviations_come_from_is_remembered(films):
    for film in films:
        film['std_origin'] = 'mc_dropout=8'
    assert observe(films).std_origin == 'mc_dropout=8'


def spoil(films, place, **changes):
    spoiled = copy.deepcopy(films)
    spoiled[place]['pred_instances'].update(changes)
    return spoiled


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda f: [], 'no predictions'),
        (lambda f: [{}], 'not one of this package|not one of a whole film'),
        (lambda f: [f[0], *one_vertebra_each(f[1:])], 'side by side'),
        (lambda f: spoil(f, 0, keypoint_stds=np.zeros((6, 4))), 'not a positive'),
        (
            lambda f: spoil(f, 0, keypoint_stds=np.full((6, 4), np.inf)),
            'not a positive',
        ),
        (lambda f: spoil(f, 1, keypoint_stds=None), 'differ in whether'),
        (lambda f: spoil(f, 1, keypoint_stds=np.ones((5, 4))), 'not one of'),
        (
            lambda f: [{**one, 'std_origin': 'calibrated from learned'} for one in f],
            'calibrated from learned already',
        ),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(films, make, message):
    with pytest.raises(SpondyloError, match=message) as error:
        observe(make(films))
    assert '\n' not in str(error.value)
