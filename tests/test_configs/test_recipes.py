"""Every recipe of configs/: what it may not get wrong, whatever it is."""

import copy
import functools

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.models.utils.tta import flip_heatmaps, flip_vectors
from mmpose.registry import DATASETS, KEYPOINT_CODECS, MODELS

from spondylo_mmpose.engine.launch import load_config, start_from_scratch
from spondylo_mmpose.spine.anatomy import FLIP_PAIRS
from tests.conftest import ROOT

RECIPES = sorted((ROOT / 'configs').glob('*_spondylo.py'))
# Cropped to one vertebra; name of the recipe and parameters of the model.
TOP_DOWN = {
    'hrnet_w32': 28_535_684,
    'resnet50': 33_996_356,
    'rtmpose_m': 13_062_542,
    'rtmpose_s': 5_111_254,
    'unet': 7_556_932,
}
RANDOM_STEPS = {
    'RandomBoxJitter': None,
    'RandomBBoxTransform': None,
    'RandomRadiographAppearance': None,
    'RandomCollimation': None,
    'RandomMarkerOcclusion': None,
    'RandomInversion': None,
}


@functools.cache
def loaded(path):
    return load_config(path)


def recipe(name):
    return copy.deepcopy(loaded(ROOT / 'configs' / f'{name}_spondylo.py'))


def kinds(pipeline):
    return [step.type.rpartition('.')[2] for step in pipeline]


def steps(pipeline, kind):
    return [
        {key: value for key, value in step.items() if key != 'type'}
        for step in pipeline
        if step.type.rpartition('.')[2] == kind
    ]


def nodes(tree):
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from nodes(child)
    elif isinstance(tree, (list, tuple)):
        for child in tree:
            yield from nodes(child)


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_whatever_a_recipe_is(path):
    config = copy.deepcopy(loaded(path))
    train = config.train_dataloader.dataset.pipeline
    val = config.val_dataloader.dataset.pipeline
    assert config.test_dataloader.dataset.pipeline == val
    # Grey values are normalised in the model, in training and testing alike.
    for pipeline in (train, val):
        assert not [kind for kind in kinds(pipeline) if 'Normalize' in kind]
        assert kinds(pipeline)[0] == 'LoadRadiograph'
    assert 'mean' in config.model.data_preprocessor
    # What is random belongs to training.
    assert 'RandomFlip' in kinds(train)
    assert not [kind for kind in kinds(val) if 'Random' in kind]
    assert config.randomness.seed == 42
    start_from_scratch(config)
    settings = {k: v for k, v in config.items() if not k.startswith('spondylo_')}
    for node in nodes(settings):
        # Left over, it would empty a setting of the config that inherits it.
        assert '_delete_' not in node
        init = node.get('init_cfg')
        assert not (isinstance(init, dict) and init['type'] == 'Pretrained')


def test_the_list_of_top_down_recipes_is_whole():
    found = {
        path.stem.removesuffix('_spondylo')
        for path in RECIPES
        if loaded(path).model.type == 'TopdownPoseEstimator'
    }
    # MAHT-Net has no codec; its crops are tested with it.
    crops = {f'maht_net_topdown{size}' for size in ('', '_t', '_lite')}
    assert found == {*TOP_DOWN, *crops}


@pytest.mark.parametrize('name', TOP_DOWN)
def test_parameters(name):
    init_default_scope('mmpose')
    with torch.device('meta'):
        model = MODELS.build(recipe(name).model)
    assert sum(p.numel() for p in model.parameters()) == TOP_DOWN[name]


@pytest.mark.parametrize('name', TOP_DOWN)
def test_crops_and_targets_of_training_are_those_of_testing(name):
    config = recipe(name)
    train = config.train_dataloader.dataset.pipeline
    val = config.val_dataloader.dataset.pipeline
    for kind in ('LoadRadiograph', 'GetBBoxCenterScale', 'TopdownAffine'):
        assert len(steps(val, kind)) == 1
        assert steps(train, kind) == steps(val, kind)
    (crop,) = steps(val, 'TopdownAffine')
    (target,) = steps(train, 'GenerateTarget')
    decoder = config.model.head.decoder
    assert target['encoder'] == decoder
    assert tuple(decoder.input_size) == tuple(crop['input_size'])
    # Maps of UDP need crops of UDP.
    assert crop.get('use_udp', False) == (decoder.type == 'GaussianFitHeatmap')
    assert {k: v for k, v in config.codec.items() if k != '_scope_'} == decoder


def targets(config, root, flip):
    """Crops of the true boxes with their targets, mirrored or not."""
    init_default_scope('mmpose')
    node = config.train_dataloader.dataset
    node.data_root = str(root)
    node.pipeline_changes = RANDOM_STEPS | {'RandomFlip': dict(prob=float(flip))}
    return DATASETS.build(node)


def decoded_on_film(config, sample):
    """The corners in the target, on the film as the model would report them."""
    codec = KEYPOINT_CODECS.build(config.model.head.decoder)
    data = sample['data_samples']
    if 'gt_fields' in data:
        encoded = (data.gt_fields.heatmaps.numpy(),)
    else:
        labels = data.gt_instance_labels
        encoded = tuple(labels[f'keypoint_{a}_labels'].numpy()[0] for a in 'xy')
    corners, _ = codec.decode(*encoded)
    meta = data.metainfo
    return (
        corners[0] / meta['input_size'] * meta['input_scale']
        + meta['input_center']
        - 0.5 * np.array(meta['input_scale'])
    )


@pytest.mark.parametrize('name', TOP_DOWN)
def test_targets_hold_the_corners_to_a_fraction_of_a_pixel(name, phantoms):
    """No centre of a Gaussian is rounded, no step is half a pixel off."""
    config = recipe(name)
    dataset = targets(config, phantoms, flip=False)
    for index in range(0, len(dataset), 5):
        truth = dataset.get_data_info(index)['keypoints'][0]
        assert decoded_on_film(config, dataset[index]) == pytest.approx(truth, abs=0.03)


@pytest.mark.parametrize('name', TOP_DOWN)
def test_flipped_targets_have_their_sides_swapped(name, phantoms):
    config = recipe(name)
    dataset = targets(config, phantoms, flip=True)
    for index in range(0, len(dataset), 7):
        info = dataset.get_data_info(index)
        truth = info['keypoints'][0]
        assert (truth[[0, 2], 0] < truth[[1, 3], 0]).all()
        mirrored = truth.copy()
        mirrored[:, 0] = info['film']['width'] - 1 - truth[:, 0]
        for left, right in FLIP_PAIRS:
            mirrored[[left, right]] = mirrored[[right, left]]
        assert decoded_on_film(config, dataset[index]) == pytest.approx(
            mirrored, abs=0.03
        )
        assert (mirrored[[0, 2], 0] < mirrored[[1, 3], 0]).all()


@pytest.mark.parametrize('name', TOP_DOWN)
def test_the_flip_test_undoes_the_mirror_exactly(name):
    config = recipe(name)
    codec = KEYPOINT_CODECS.build(config.model.head.decoder)
    width, height = codec.input_size
    corners = np.array([[[0.2, 0.3], [0.71, 0.33], [0.22, 0.7], [0.68, 0.74]]])
    corners = corners * [width - 1, height - 1]
    swapped = np.array([1, 0, 3, 2])
    mirrored = corners[:, swapped] * [-1, 1] + [width - 1, 0]
    one, other = codec.encode(corners), codec.encode(mirrored)
    assert config.model.test_cfg.flip_test
    if 'heatmaps' in one:
        back = flip_heatmaps(
            torch.from_numpy(other['heatmaps'])[None],
            flip_indices=swapped.tolist(),
            shift_heatmap=config.model.test_cfg.shift_heatmap,
        )[0]
        assert back.numpy() == pytest.approx(one['heatmaps'], abs=1e-5)
        return
    names = ('keypoint_x_labels', 'keypoint_y_labels')
    back = flip_vectors(*(torch.from_numpy(other[n]) for n in names), swapped.tolist())
    for vector, name in zip(back, names, strict=True):
        assert vector.numpy() == pytest.approx(one[name], abs=1e-5)
