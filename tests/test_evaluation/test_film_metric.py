"""Metrics over whole films in several processes."""

import json
import pickle
import shutil

import numpy as np
import pytest
import torch
import torch.distributed as dist
from mmengine.structures import InstanceData
from mmpose.datasets.transforms import PackPoseInputs

from spondylo_mmpose.converters.coco_reader import corners_of
from spondylo_mmpose.datasets import LoadRadiograph, SpondyloDataset
from spondylo_mmpose.evaluation import (
    FilmClinicalMetric,
    PublishedSlotMetric,
    SpineDetectionMetric,
)
from tests.test_evaluation.film_helpers import (
    column,
    film_of,
    prediction_of,
    sample_of_film,
)

FILMS = 5


def samples():
    """Films of 2 to 6 vertebrae; each misses its lowest and is off by its number.

    They lean forward, so that their facing can be told.
    """
    made = []
    for number in range(FILMS):
        places = np.arange(number + 2)
        corners = column(*places) - np.stack([8 * places, 0 * places], 1)[:, None]
        prediction = prediction_of(f'{number}.png', corners[1:] + [0, number])
        made.append(sample_of_film(film_of(f'{number}.png', corners), prediction))
    return made


def evaluate(chosen, size):
    values = {}
    for metric in (
        SpineDetectionMetric(px_thresholds=(1, 5), mm_thresholds=(), intervals=True),
        FilmClinicalMetric(intervals=True),
        PublishedSlotMetric(),
    ):
        metric.process({}, [samples()[i] for i in chosen])
        values |= metric.evaluate(size)
    return values


def work(rank, folder, world):
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/meet', rank=rank, world_size=world
    )
    # As a sampler shares five films out among three: one is handed out twice.
    share = [i % FILMS for i in range(rank, 6, world)]
    values = evaluate(share, FILMS)
    (folder / f'{rank}.pkl').write_bytes(pickle.dumps(values))
    dist.destroy_process_group()


def test_three_processes_find_what_one_finds(tmp_path, run_tool):
    run_tool.in_processes(work, (tmp_path, 3), 3)
    alone = evaluate(range(FILMS), FILMS)
    for rank in range(3):
        values = pickle.loads((tmp_path / f'{rank}.pkl').read_bytes())
        assert values == pytest.approx(alone, nan_ok=True)
    assert alone['spine/films'] == FILMS
    # Of 2 + 3 + 4 + 5 + 6 vertebrae the lowest of each film is missed.
    assert alone['spine/recall'] == pytest.approx(100 * 15 / 20)
    assert alone['spine/MRE_px'] == pytest.approx(np.dot(range(5), range(1, 6)) / 15)
    assert (
        alone['spine/recall_low'] < alone['spine/recall'] < alone['spine/recall_high']
    )
    # Pairs: 1 + 2 + 3 + 4 + 5; the lowest of each film needs what was missed.
    assert alone['clinical/pairs'] == 15
    assert alone['clinical/slip_unmeasured'] == 5
    assert alone['clinical/slip_MAE'] == pytest.approx(0, abs=1e-9)
    assert alone['clinical/pairs_shifted_percent'] == 100


def test_order_and_repeats_do_not_matter():
    alone = evaluate(range(FILMS), FILMS)
    assert evaluate([3, 1, 4, 0, 0, 2, 3], 7) == pytest.approx(alone, nan_ok=True)


def test_films_without_labels_are_counted_apart():
    bare = sample_of_film(film_of('bare.png', np.zeros((0, 4, 2))), None)
    metric = SpineDetectionMetric()
    metric.process({}, [*samples(), bare])
    values = metric.evaluate(FILMS + 1)
    assert values['spine/films'] == FILMS
    assert values['spine/films_without_labels'] == 1
    assert values['spine/score_threshold'] == 0.3
    assert values['spine/iou_threshold'] == 0.5


def test_samples_are_those_of_the_data_set(phantoms, tmp_path):
    root = tmp_path / 'coco'
    shutil.copytree(phantoms, root)
    # The first film loses its labels.
    file = root / 'annotations' / 'train.json'
    content = json.loads(file.read_text())
    bare = content['images'][0]['id']
    content['annotations'] = [
        a for a in content['annotations'] if a['image_id'] != bare
    ]
    file.write_text(json.dumps(content))
    keys = ('img_path', 'film', 'raw_ann_info')
    dataset = SpondyloDataset(
        data_root=str(root),
        ann_file='annotations/train.json',
        data_prefix=dict(img='images/'),
        data_mode='bottomup',
        test_mode=True,
        pipeline=[LoadRadiograph(), PackPoseInputs(meta_keys=keys)],
    )
    metric = SpineDetectionMetric()
    for i in range(len(dataset)):
        sample = dataset[i]['data_samples']
        annotations = sample.to_dict().get('raw_ann_info') or []
        corners = corners_of(annotations) + [3, 4]
        sample.pred_instances = InstanceData(keypoints=torch.tensor(corners))
        metric.process({}, [sample.to_dict()])
    values = metric.evaluate(len(dataset))
    assert values['spine/films'] == len(content['images']) - 1
    assert values['spine/films_without_labels'] == 1
    assert values['spine/vertebrae'] == len(content['annotations'])
    assert values['spine/recall'] == values['spine/precision'] == 100
    assert values['spine/MRE_px'] == pytest.approx(5)
    assert np.isnan(values['spine/AP'])


def test_metrics_are_registered():
    from mmpose.registry import METRICS

    for name in ('SpineDetectionMetric', 'PublishedSlotMetric', 'FilmClinicalMetric'):
        metric = METRICS.build(dict(type=name, score_threshold=0.5))
        assert metric.score_threshold == 0.5
