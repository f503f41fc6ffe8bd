"""The second step of the model that ships."""

import pytest

from spondylo_mmpose.datasets.transforms import RandomRadiographAppearance
from spondylo_mmpose.engine.end_to_end import passes_of
from spondylo_mmpose.engine.launch import dataset_nodes, load_config
from tests.conftest import ROOT

FIRST = {
    'finder': 'lumbar_lateral/finder_first.py',
    'corners': 'maht_net_topdown_t_spondylo.py',
    'corners_varied': 'lumbar_lateral/corners_varied_first.py',
}


@pytest.fixture(params=FIRST)
def step(request, monkeypatch):
    monkeypatch.setenv('SPONDYLO_DATA', 'films')
    monkeypatch.setenv('SPONDYLO_SPLIT', 'loo/fold3')
    monkeypatch.setenv('SPONDYLO_PHANTOMS', 'drawings')
    return (
        load_config(ROOT / 'configs' / FIRST[request.param]),
        load_config(ROOT / 'configs' / 'lumbar_lateral' / f'{request.param}.py'),
    )


def test_the_network_and_its_tests_are_those_of_the_first_step(step):
    before, after = step
    # But for the mirrored picture.
    assert not before.model.test_cfg.flip_test
    before.model.test_cfg.flip_test = True
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
        assert usual_steps(one.pipeline) == usual_steps(first.pipeline)
        assert one.get('pipeline_changes') == first.get('pipeline_changes')
        assert one.data_mode == first.data_mode
    vertebrae = 6 if real.data_mode == 'topdown' else 1
    seen = repeated.times * 5 * vertebrae
    assert 0.3 < seen / (seen + drawn.indices) < 0.36


FRAMES = ('RandomFrame', 'RandomCopy')


def usual_steps(pipeline):
    """A pipeline without frames, copies and the widest turn."""
    return [
        {key: value for key, value in step.items() if key != 'rotate'}
        for step in pipeline
        if step['type'] not in FRAMES
    ]


def test_the_finder_alone_sees_films_in_frames_and_copied(step):
    before, after = step
    is_finder = after.train_dataloader.dataset.datasets[0].data_mode == 'bottomup'
    for one in after.train_dataloader.dataset.datasets:
        kinds = [s['type'] for s in one.get('dataset', one).pipeline]
        assert [kind for kind in kinds if kind in FRAMES] == list(FRAMES) * is_finder
        if is_finder:
            # A frame belongs to the film that is fitted into the input.
            assert kinds.index('RandomFrame') < kinds.index('FilmAffine')
    kinds = [s['type'] for s in before.train_dataloader.dataset.pipeline]
    assert not set(FRAMES) & set(kinds)


def test_no_epoch_is_chosen_and_inputs_are_of_full_size(step):
    _, after = step
    assert after.default_hooks.checkpoint.save_best is None
    assert 'GrowingInputHook' not in [hook['type'] for hook in after.custom_hooks]
    assert 'films' not in after


def test_the_finder_keeps_the_mean_of_its_steps_after_the_warm_up(step):
    _, after = step
    is_finder = after.train_dataloader.dataset.datasets[0].data_mode == 'bottomup'
    means = [hook for hook in after.custom_hooks if hook['type'] == 'EMAHook']
    assert [hook['begin_iter'] for hook in means] == [30] * is_finder
    assert after.param_scheduler[0]['end'] == 30


def test_corners_are_looked_at_twice_where_boxes_are_found():
    corners, finder = (
        load_config(ROOT / 'configs' / 'lumbar_lateral' / f'{name}.py')
        for name in ('corners', 'finder')
    )
    assert passes_of(corners) == 2
    assert passes_of(finder) == 1


def test_the_other_corners_see_crops_that_vary_more_in_both_steps(monkeypatch):
    monkeypatch.setenv('SPONDYLO_SPLIT', 'all')
    for name, usual in (
        ('lumbar_lateral/corners_varied_first.py', FIRST['corners']),
        ('lumbar_lateral/corners_varied.py', 'lumbar_lateral/corners.py'),
    ):
        varied, plain = (load_config(ROOT / 'configs' / one) for one in (name, usual))
        pairs = zip(films_of(varied), films_of(plain), strict=True)
        for changes, before in pairs:
            more = dict(changes)
            noise = more.pop('RandomRadiographAppearance')['noise']
            assert noise == 2 * RandomRadiographAppearance().noise
            assert more.pop('RandomSuperposition') == {'probability': 0.9}
            assert more == before
        assert varied.model == plain.model
        assert varied.test_dataloader == plain.test_dataloader
        assert passes_of(varied) == passes_of(plain)


def films_of(config):
    """Changes to the pipelines of what a recipe trains on."""
    nodes = dataset_nodes(config.train_dataloader.dataset)
    return [node['pipeline_changes'] for node in nodes]


def test_without_films_the_finder_learns_from_what_readers_would_label(monkeypatch):
    monkeypatch.setenv('SPONDYLO_SPLIT', 'all')
    monkeypatch.setenv('SPONDYLO_PHANTOMS', 'drawings')
    alone, tuned = (
        load_config(ROOT / 'configs' / 'lumbar_lateral' / f'{name}.py')
        for name in ('finder_phantoms', 'finder')
    )
    (phantoms,) = dataset_nodes(alone.train_dataloader.dataset)
    drawn = tuned.train_dataloader.dataset.datasets[0]
    assert phantoms == {**drawn, 'indices': None}
    assert phantoms.data_root == 'drawings'
    assert alone.model == tuned.model
    assert alone.custom_hooks == tuned.custom_hooks
