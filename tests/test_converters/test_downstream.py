"""What follows a conversion copes with S1 of two corners and with frontal films."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS

from spondylo_mmpose.evaluation import MeyerdingMetric, RadialErrorMetric
from spondylo_mmpose.evaluation.baselines import MeanShape
from spondylo_mmpose.evaluation.records import record_from_sample
from spondylo_mmpose.phantom.film import make_truth
from spondylo_mmpose.reporting.overlays import PREDICTION, TRUTH, film_overlay
from spondylo_mmpose.spine.anatomy import infer_facing
from tests.conftest import ROOT

from .helpers import jpeg, load
from .spine_sets import (
    aasce_files,
    convert_aasce,
    convert_buu,
    frontal_spine,
    landmark_row,
    plate_rows,
    rows_csv,
)

RECIPES = ('configs/rtmpose_s_spondylo.py', 'configs/hrnet_w32_spondylo.py')
TINY = 'tests/configs/tiny.py'


def recipe(path, root, part='train', **changes):
    """A recipe of the project and one of its data sets on converted films."""
    init_default_scope('mmpose')
    config = Config.fromfile(ROOT / path)
    dataset = config[f'{part}_dataloader'].dataset
    dataset.update(data_root=str(root), ann_file='annotations/train.json', **changes)
    return config, DATASETS.build(dataset)


@pytest.fixture(scope='module')
def truths():
    """Three phantoms of which S1 to L1 are on the film."""
    found = [t for i in range(20) if len((t := make_truth(0, i)).levels) >= 6]
    return found[:3]


@pytest.fixture(scope='module')
def lumbar(tmp_path_factory, truths):
    """Lateral films as BUU-LSPINE labels them, converted."""
    files = {}
    for i, truth in enumerate(truths):
        name = f'LA/{i + 1:04}-F-050Y1'
        rows = plate_rows(np.array(truth.corners)[:6])
        files |= {f'{name}.jpg': jpeg(grey=60 + i), f'{name}.csv': rows_csv(rows)}
    folder = tmp_path_factory.mktemp('lumbar')
    assert convert_buu(folder, files).items == {}
    return folder / 'buu'


@pytest.fixture(scope='module')
def frontal(tmp_path_factory):
    """Two frontal films as AASCE labels them, converted."""
    folder = tmp_path_factory.mktemp('frontal')
    row = landmark_row(frontal_spine())
    assert convert_aasce(folder, aasce_files({'a.jpg': row, 'b.jpg': row})).items == {}
    return folder / 'aasce'


def samples_of(root, shift=0.0):
    """What a metric gets of a model that is off by ``shift`` px to the right."""
    _, dataset = recipe(TINY, root, 'val')
    found = []
    for item in dataset:
        sample = item['data_samples'].to_dict()
        corners = np.array(sample['raw_ann_info']['keypoints']).reshape(1, 4, 3)
        sample['pred_instances'] = {'keypoints': corners[..., :2] + [shift, 0]}
        found.append(sample)
    return found


def evaluate(metric, samples):
    metric.process({}, samples)
    return metric.evaluate(len(samples))


@pytest.mark.parametrize('path', RECIPES)
def test_targets_leave_the_unlabelled_corners_out(path, lumbar):
    _, dataset = recipe(path, lumbar)
    seen = set()
    for place in range(len(dataset)):
        item = dataset[place]
        sample = item['data_samples']
        weights = sample.gt_instance_labels.keypoint_weights.numpy().ravel()
        assert np.isfinite(item['inputs'].numpy()).all()
        if sample.metainfo['vertebra']['level'] != 'S1':
            continue
        seen.add(bool(sample.metainfo['flip']))
        assert weights[2:].tolist() == [0, 0]
        assert set(weights[:2]) <= {0, 1}
        if 'gt_fields' in sample:
            heatmaps = sample.gt_fields.heatmaps.numpy()
            assert (heatmaps[2:] == 0).all()
            assert (heatmaps[:2].max((1, 2)) > 0.5).tolist() == (
                weights[:2] > 0
            ).tolist()
    assert seen


@pytest.mark.parametrize('data', ['lumbar', 'frontal'])
def test_a_step_of_training(data, request):
    root = request.getfixturevalue(data)
    config, dataset = recipe(TINY, root)
    config.model.backbone.pop('init_cfg', None)
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    batch = pseudo_collate([dataset[i] for i in range(6)])
    losses, weights = [], next(model.backbone.parameters())
    before = weights.detach().clone()
    for _ in range(2):
        found = model.loss(**model.data_preprocessor(batch, training=True))
        losses.append(found['loss_kpt'].item())
        optimizer.zero_grad()
        found['loss_kpt'].backward()
        optimizer.step()
    assert np.isfinite(losses).all()
    assert not torch.equal(before, weights)


def test_corner_errors_count_what_is_labelled(lumbar):
    metrics = evaluate(RadialErrorMetric(), samples_of(lumbar, shift=3.0))
    assert metrics['corner/MRE_px'] == pytest.approx(3)
    assert metrics['corner/MRE_px/S1'] == pytest.approx(3)
    assert metrics['corner/vertebrae'] == 3 * 6
    assert metrics['corner/corners'] == 3 * (5 * 4 + 2)
    assert metrics['corner/films'] == 3


def test_slip_on_a_sacrum_of_two_corners_is_measured(lumbar, truths):
    samples = samples_of(lumbar)
    # S1 and L5 as told, but L5 of the first film 10 px to the right.
    first = min(s['img_path'] for s in samples)
    for sample in samples:
        if sample['img_path'] == first and sample['vertebra']['level'] == 'L5':
            sample['pred_instances']['keypoints'][..., 0] += 10
    metrics = evaluate(MeyerdingMetric(), samples)
    assert metrics['clinical/pairs'] == 3 * 5
    plate = np.array(truths[0].corners)[0, :2]
    along = plate[1] - plate[0]
    change = 100 * 10 * abs(along[0]) / (along @ along)
    assert metrics['clinical/slip_MAE/L5-S1'] == pytest.approx(change / 3, rel=1e-4)


def test_facing_does_not_need_the_lower_corners(lumbar, truths):
    films = {}
    for sample in samples_of(lumbar):
        record = record_from_sample(sample)
        films.setdefault(record.film_id, []).append(record.true)
    found = [infer_facing(films[film])[0] for film in sorted(films)]
    assert found == [truth.facing for truth in truths]


def test_floor_and_overlay(lumbar):
    records = [record_from_sample(sample) for sample in samples_of(lumbar)]
    shape = MeanShape.from_coco([load(lumbar, 'train')])
    # Its quad is nowhere complete; it gets the mean of all levels.
    assert 'S1' not in shape.by_level
    predicted = shape.predict(records)
    assert all(np.isfinite(record.predicted).all() for record in predicted)

    film = records[0].film_id
    drawn = film_overlay([r for r in predicted if r.film_id == film])
    for colour in (TRUTH, PREDICTION):
        assert (drawn == colour).all(-1).any()
    sacrum = next(r for r in records if r.film_id == film and r.level == 'S1')
    plain = film_overlay([replace(sacrum, predicted=np.full((4, 2), np.nan))])
    rows, columns = np.nonzero((plain == TRUTH).all(-1))
    # Its end plate and nothing of a corner at 0, 0.
    low, high = np.nanmin(sacrum.true, 0) - 5, np.nanmax(sacrum.true, 0) + 5
    assert (columns >= low[0]).all() and (columns <= high[0]).all()
    assert (rows >= low[1]).all() and (rows <= high[1]).all()


def test_frontal_films_have_corner_errors_and_no_slip(frontal):
    samples = samples_of(frontal, shift=2.0)
    metrics = evaluate(RadialErrorMetric(), samples)
    assert metrics['corner/MRE_px'] == pytest.approx(2)
    assert metrics['corner/corners'] == 2 * 17 * 4
    assert metrics['corner/MRE_px/T1'] == pytest.approx(2)
    assert evaluate(MeyerdingMetric(), samples)['clinical/pairs'] == 0
