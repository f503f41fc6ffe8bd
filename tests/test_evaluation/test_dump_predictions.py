import copy

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.dump_predictions import predictions_of_dump
from spondylo_mmpose.evaluation.prediction_json import (
    decode_predictions,
    encode_predictions,
)
from spondylo_mmpose.utils.io import read_json
from tests.test_evaluation.offline_helpers import samples_of, shifted, write_truth


@pytest.fixture
def samples(tmp_path):
    content = read_json(write_truth(tmp_path))
    return samples_of(content, shifted(content, [3, 4]))


def test_vertebrae_are_gathered_by_film(samples):
    samples[1]['pred_instances']['keypoint_scores'][:] = [[1.5, 1.5, 1.5, 0.5]]
    read = predictions_of_dump(samples)
    assert read.given_boxes
    assert [film.file_name for film in read.films] == [
        'a/one.png', 'a/two.png', 'b/three.png',
    ]  # fmt: skip
    assert [film.annotation_ids for film in read.films] == [
        [1, 2, 3], [4, 5, 6], [7, 8],
    ]  # fmt: skip
    assert read.films[2].size == (300, 220)
    assert read.films[0].scores.tolist() == [0.5, 1, 0.5]  # 1.25 is held at 1
    assert read.films[0].corners[0].tolist() == [
        [53, 154], [93, 154], [53, 174], [93, 174],
    ]  # fmt: skip


def test_what_was_handed_out_twice_counts_once(samples):
    samples[0]['pred_instances']['keypoints'][0, 1] = np.nan
    read = predictions_of_dump(samples + copy.deepcopy(samples[:2]))
    assert [len(film) for film in read.films] == [3, 3, 2]


def test_scores_may_be_missing(samples):
    del samples[0]['pred_instances']['keypoint_scores']
    assert np.isnan(predictions_of_dump(samples).films[0].scores).tolist() == [
        True, False, False,
    ]  # fmt: skip


def test_two_predictions_for_one_vertebra_are_refused(samples):
    other = copy.deepcopy(samples[4])
    other['pred_instances']['keypoints'] += 1
    with pytest.raises(SpondyloError, match=r'vertebra 5 of film a/two\.png has two'):
        predictions_of_dump([*samples, other])


def test_one_film_name_in_two_data_sets_is_refused(samples):
    samples[1]['img_path'] = '/other/images/a/one.png'
    with pytest.raises(SpondyloError, match='in two data sets'):
        predictions_of_dump(samples)


def whole_film(samples):
    """One sample of a model that sees whole films."""
    own = samples[:3]
    return {
        'img_path': own[0]['img_path'],
        'raw_ann_info': [sample['raw_ann_info'] for sample in own],
        'film': [sample['film'] for sample in own],
        'pred_instances': {
            'keypoints': np.arange(16.0).reshape(2, 4, 2),
            'bbox_scores': np.array([0.75, 1.25]),
        },
    }


def test_samples_of_whole_films_are_end_to_end(samples):
    read = predictions_of_dump([whole_film(samples)] * 2)
    assert not read.given_boxes
    (film,) = read.films
    assert (film.file_name, film.size) == ('a/one.png', (200, 220))
    assert film.corners.tolist() == np.arange(16).reshape(2, 4, 2).tolist()
    assert film.scores.tolist() == [0.75, 1]
    assert film.annotation_ids is None


def test_a_film_without_labels_is_known_by_its_path(samples):
    sample = whole_film(samples) | {'raw_ann_info': None, 'film': None}
    (film,) = predictions_of_dump([sample]).films
    assert (film.file_name, film.size) == ('/data/images/a/one.png', None)


def test_two_predictions_for_one_film_are_refused(samples):
    one, other = whole_film(samples), copy.deepcopy(whole_film(samples))
    other['pred_instances']['keypoints'] += 1
    with pytest.raises(SpondyloError, match='has two different predictions'):
        predictions_of_dump([one, other])


@pytest.mark.parametrize('make', [lambda s: [], lambda s: [*s, whole_film(s)]])
def test_nothing_and_a_mixture_are_refused(samples, make):
    with pytest.raises(SpondyloError, match=r'no predictions|side by side'):
        predictions_of_dump(make(samples))


def test_samples_of_others_are_refused_in_one_line():
    with pytest.raises(SpondyloError, match='is not one of') as error:
        predictions_of_dump([{'a': 1}])
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('film', [[], 'x', 3])
def test_a_film_that_is_none_is_refused_in_one_line(samples, film):
    samples[1]['film'] = film
    with pytest.raises(SpondyloError, match='is not one of this package'):
        predictions_of_dump(samples)


STDS = [[1.5, 2, 0.25, 4], [3, 0.5, 1, 8]]  # exact in single precision


def test_deviations_of_whole_films_reach_the_json_and_come_back(samples):
    sample = whole_film(samples)
    sample['pred_instances']['keypoint_stds'] = np.array(STDS, np.float32)
    read = predictions_of_dump([sample])
    assert read.films[0].corner_std.tolist() == STDS
    encoded = encode_predictions(read)
    vertebrae = encoded['films'][0]['vertebrae']
    assert [one['corner_std'] for one in vertebrae] == STDS
    assert decode_predictions(encoded).films[0].corner_std.tolist() == STDS


def test_deviations_of_given_boxes_belong_to_their_vertebrae(samples):
    for place, stds in zip((0, 2), STDS, strict=True):
        samples[place]['pred_instances']['keypoint_stds'] = np.array([stds])
    one, two, three = predictions_of_dump(samples[::-1]).films[::-1]
    assert one.annotation_ids == [3, 2, 1]
    assert one.corner_std[[2, 0]].tolist() == STDS
    assert np.isnan(one.corner_std[1]).all()
    assert two.corner_std is None
    assert three.corner_std is None


@pytest.mark.parametrize('stds', [None, np.full((2, 4), np.nan)])
def test_a_model_may_tell_no_deviations(samples, stds):
    sample = whole_film(samples)
    sample['pred_instances']['keypoint_stds'] = stds
    read = predictions_of_dump([sample])
    assert read.films[0].corner_std is None
    vertebra = encode_predictions(read)['films'][0]['vertebrae'][0]
    assert vertebra['corner_std'] is None
