import pytest

from spondylo_mmpose.benchmarks.crop_choice import (
    choices,
    crop_config,
    table,
    with_box_errors,
)
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

RECIPE = ROOT / 'configs' / 'demo' / 'hrnet_w16.py'


def steps(loader):
    return {step.type: step for step in loader.dataset.pipeline}


def test_a_cross_through_the_first_or_all_pairs():
    assert choices([1.5, 1.25], [128, 64]) == [(1.5, 128), (1.25, 128), (1.5, 64)]
    assert choices([1.5, 1.25], [128, 64], grid=True) == [
        (1.5, 128), (1.25, 128), (1.5, 64), (1.25, 64)
    ]  # fmt: skip


def test_padding_and_size_reach_every_part_of_the_recipe():
    config = crop_config(RECIPE, 'somewhere', (1.75, 96))
    assert config.model.head.decoder.heatmap_size == (24, 24)
    for loader in (config.train_dataloader, config.val_dataloader):
        assert loader.dataset.data_root == 'somewhere'
        assert steps(loader)['GetBBoxCenterScale'].padding == 1.75
        assert steps(loader)['TopdownAffine'].input_size == (96, 96)
    target = steps(config.train_dataloader)['GenerateTarget']
    assert target.encoder == config.model.head.decoder


@pytest.mark.parametrize(('name', 'stride'), [('unet', 2), ('hrnet_w32', 4)])
def test_the_stride_of_the_heatmaps_stays(name, stride):
    config = crop_config(ROOT / f'configs/{name}_spondylo.py', 'somewhere', (1.5, 96))
    assert config.model.head.decoder.heatmap_size == (96 // stride, 96 // stride)
    assert config.model.head.decoder.sigma == 8 / stride


def test_bins_keep_their_crops():
    with pytest.raises(SpondyloError, match='rtmpose_s_spondylo: has no heatmaps'):
        crop_config(ROOT / 'configs/rtmpose_s_spondylo.py', 'somewhere', (1.5, 96))


def test_boxes_are_misplaced_before_they_are_padded_and_only_in_the_copy():
    config = crop_config(RECIPE, 'somewhere', (1.5, 64))
    changed = with_box_errors(config, 0.07)
    kinds = [step.type for step in changed.val_dataloader.dataset.pipeline]
    assert kinds[:3] == ['LoadRadiograph', 'RandomBoxJitter', 'GetBBoxCenterScale']
    assert steps(changed.val_dataloader)['RandomBoxJitter'].deviation == 0.07
    assert 'RandomBoxJitter' not in steps(config.val_dataloader)


@pytest.mark.parametrize('deviation', ['0', '0.05'])
def test_table(deviation):
    row = dict(padding=1.5, size=128, errors={deviation: dict(MRE_px=3.456)})
    assert table([row]).splitlines()[1:] == [
        '| --- | --- | --- |', '| 1.5 | 128 | 3.46 |'
    ]  # fmt: skip
    assert f'off by {100 * float(deviation):g} %' in table([row])
