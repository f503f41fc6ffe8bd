"""The second step of the model that ships."""

import pytest

from spondylo_mmpose.datasets.pipeline_changes import pipeline_of
from spondylo_mmpose.datasets.transforms import RandomRadiographAppearance
from spondylo_mmpose.engine.launch import load_config
from tests.conftest import ROOT


@pytest.fixture(params=['finder', 'corners'])
def step(request, monkeypatch):
    monkeypatch.setenv('SPONDYLO_DATA', 'films')
    monkeypatch.setenv('SPONDYLO_SPLIT', 'loo/fold3')
    monkeypatch.setenv('SPONDYLO_PHANTOMS', 'drawings')
    first = {
        'finder': 'maht_net_t_spondylo.py',
        'corners': 'lumbar_lateral/corners_first_step.py',
    }
    return (
        load_config(ROOT / 'configs' / first[request.param]),
        load_config(ROOT / 'configs' / 'lumbar_lateral' / f'{request.param}.py'),
    )


def test_drawings_are_varied_more_than_films():
    films = load_config(ROOT / 'configs' / 'maht_net_topdown_t_spondylo.py')
    drawings = load_config(
        ROOT / 'configs' / 'lumbar_lateral' / 'corners_first_step.py'
    )
    assert drawings.model == films.model
    before, after = (
        {step['type']: step for step in pipeline_of(recipe.train_dataloader.dataset)}
        for recipe in (films, drawings)
    )
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {'RandomRadiographAppearance', 'RandomSuperposition'}
    usual = RandomRadiographAppearance()
    for name, largest in after['RandomRadiographAppearance'].items():
        if name != 'type':
            assert largest > getattr(usual, name)


def test_the_network_and_its_tests_are_those_of_the_first_step(step):
    before, after = step
    assert after.model == before.model
    assert after.test_dataloader == before.test_dataloader


def test_real_films_are_a_third_of_what_is_seen(step):
    before, after = step
    drawn, repeated = after.train_dataloader.dataset.datasets
    real = repeated.dataset
    assert (drawn.data_root, drawn.ann_file) == ('drawings', 'annotations/train.json')
    # A split of the films is none of the phantoms.
    assert (real.data_root, real.ann_file) == (
        'films', 'annotations/loo/fold3/train.json'
    )  # fmt: skip
    first = before.train_dataloader.dataset
    for one in (drawn, real):
        assert one.pipeline == first.pipeline
        assert one.get('pipeline_changes') == first.get('pipeline_changes')
        assert one.data_mode == first.data_mode
    vertebrae = 6 if real.data_mode == 'topdown' else 1
    seen = repeated.times * 5 * vertebrae
    assert 0.3 < seen / (seen + drawn.indices) < 0.36


def test_no_epoch_is_chosen_and_inputs_are_of_full_size(step):
    _, after = step
    assert after.default_hooks.checkpoint.save_best is None
    assert 'GrowingInputHook' not in [hook['type'] for hook in after.custom_hooks]
    assert 'films' not in after
