import pytest
from mmengine.hub import get_config

from spondylo_mmpose.benchmarks.training_variants import (
    FAMILIES,
    PAIRS,
    Variant,
    crop_of,
    prepare,
    told_of,
    variants_of,
)
from spondylo_mmpose.engine.launch import load_config
from tests.conftest import ROOT


def leaves(node, path=''):
    """Settings by dotted names."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from leaves(child, f'{path}.{key}' if path else key)
    elif isinstance(node, (list, tuple)) and any(isinstance(n, dict) for n in node):
        for place, child in enumerate(node):
            yield from leaves(child, f'{path}.{place}')
    else:
        yield path, tuple(node) if isinstance(node, list) else node


def changed(variant, root):
    """What differs from MMPose's config in model, optimiser and training pipeline."""
    before = dict(leaves(get_config(variant.config).to_dict()))
    after = dict(leaves(prepare(variant, root, 8).to_dict()))
    parts = ('model.', 'optim_wrapper.', 'train_dataloader.', 'param_scheduler.')
    names = {n for n in before | after if n.startswith(parts)}
    return {n: after.get(n) for n in names if before.get(n) != after.get(n)}


@pytest.mark.parametrize('family', FAMILIES.values(), ids=FAMILIES)
def test_of_the_stock_config_no_more_is_changed_than_is_told(family, tmp_path):
    variants = {one.name: one for one in variants_of(family)}
    loader = 'train_dataloader.'
    at_its_crop = changed(variants['stock'], tmp_path)
    pretrained = {n for n in at_its_crop if n.startswith('model.backbone.init_cfg')}
    assert pretrained
    assert {n: v for n, v in at_its_crop.items() if n not in pretrained} == {
        'model.head.out_channels': 4,
        f'{loader}batch_size': 8,
        f'{loader}num_workers': 0,
        f'{loader}persistent_workers': False,
        f'{loader}sampler.shuffle': False,
        f'{loader}dataset.type': 'SpondyloDataset',
        f'{loader}dataset.data_root': str(tmp_path),
        f'{loader}dataset.ann_file': 'annotations/train.json',
        f'{loader}dataset.data_prefix.img': 'images/',
    }
    at_ours = changed(variants['stock, our crop'], tmp_path)
    more = {name: value for name, value in at_ours.items() if name not in at_its_crop}
    sizes = {name.rpartition('.')[2]: value for name, value in more.items()}
    assert sizes == {'input_size': (192, 192), 'heatmap_size': (48, 48)}
    assert sorted(name.rpartition('.')[0] for name in more) == [
        'model.head.decoder',
        'model.head.decoder',
        f'{loader}dataset.pipeline.5',
        f'{loader}dataset.pipeline.6.encoder',
        f'{loader}dataset.pipeline.6.encoder',
    ]


def test_pairs_are_of_variants():
    for family in FAMILIES.values():
        names = {one.name for one in variants_of(family)}
        assert all({slow, fast} <= names for _, slow, fast in PAIRS)


def test_ours_is_as_the_tool_starts_it(tmp_path):
    path = ROOT / 'configs' / 'hrnet_w32_spondylo.py'
    plain = Variant('ours', str(path))
    half = Variant('ours, --amp', str(path), ('--amp',))
    config = prepare(plain, tmp_path, 3)
    told = told_of(config, plain)
    assert crop_of(load_config(path)) == (192, 192)
    assert told['crop'] == [192, 192]
    assert (told['codec'], told['optimizer']) == ('GaussianFitHeatmap', 'AdamW')
    assert told['optimizer_wrapper'] == 'OptimWrapper'
    # Without pretrained weights the recipe learns faster.
    assert config.optim_wrapper.optimizer.lr == 5e-4
    assert config.train_dataloader.dataset.data_root == str(tmp_path)
    assert 'FiniteTrainingHook' in told['custom_hooks']
    other = prepare(half, tmp_path, 3)
    assert told_of(other, half)['optimizer_wrapper'] == 'CpuAmpOptimWrapper'
