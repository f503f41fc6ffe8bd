import shutil
from argparse import ArgumentParser

import pytest

from spondylo_mmpose.engine.recipe import DETECTOR, TOP_DOWN, WHOLE_FILM
from spondylo_mmpose.engine.training_options import add_training_options
from spondylo_mmpose.engine.training_settings import differing
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.options import (
    command_line,
    handed_on,
    training_parser,
)
from spondylo_mmpose.experiments.recipes import read_recipe, read_recipes
from spondylo_mmpose.experiments.series_tool import find_detector
from tests.conftest import ROOT

CONFIGS = ROOT / 'tests' / 'configs'
TINY = CONFIGS / 'tiny.py'


@pytest.fixture(scope='module')
def recipes():
    paths = [TINY, CONFIGS / 'tiny_keypoint_rcnn.py', CONFIGS / 'tiny_detector.py']
    return read_recipes(paths)


def test_detectors_go_first_and_kinds_are_told(recipes):
    assert [(recipe.name, recipe.kind) for recipe in recipes] == [
        ('tiny_detector', DETECTOR),
        ('tiny', TOP_DOWN),
        ('tiny_keypoint_rcnn', WHOLE_FILM),
    ]
    assert [recipe.epochs for recipe in recipes] == [2, 4, 2]


def test_two_of_one_name_are_refused(tmp_path):
    shutil.copy(TINY, tmp_path / 'tiny.py')
    text = (tmp_path / 'tiny.py').read_text().replace('../../', f'{ROOT}/')
    (tmp_path / 'tiny.py').write_text(text)
    with pytest.raises(SpondyloError, match='is called tiny, and so is'):
        read_recipes([TINY, tmp_path / 'tiny.py'])


def test_what_is_no_recipe_is_refused():
    with pytest.raises(SpondyloError, match='no such config'):
        read_recipes([TINY, 'none.py'])
    with pytest.raises(SpondyloError, match='is no recipe'):
        read_recipes([ROOT / 'configs/_base_/spondylo_topdown.py'])


@pytest.mark.parametrize(
    ('options', 'training', 'testing'),
    [
        ({'log_processor.window_size': 1}, [], []),
        ({'default_hooks.logger.interval': 9}, [], []),
        ({'train_cfg.max_epochs': 9}, ['train_cfg'], []),
        ({'default_hooks.checkpoint.max_keep_ckpts': 9},
         ['default_hooks.checkpoint'], []),
        ({'test_dataloader.batch_size': 9}, [], ['test_dataloader']),
        ({'model.head.decoder.sigma': (9, 9)}, ['model'], []),
    ],
)  # fmt: skip
def test_what_results_depend_on(recipes, options, training, testing):
    before, after = recipes[1], read_recipe(TINY, options)
    assert differing(before.training, after.training) == training
    assert differing(before.testing, after.testing) == testing


def test_films_are_told_by_their_content(phantoms, tmp_path):
    root = tmp_path / 'data'
    shutil.copytree(phantoms / 'annotations', root / 'annotations')
    before = read_recipe(TINY, {'data_root': str(root)})
    path = root / 'annotations' / 'val.json'
    path.write_text(path.read_text() + ' ')
    after = read_recipe(TINY, {'data_root': str(root)})
    assert differing(before.training, after.training) == ['val films (val.json)']
    assert differing(before.testing, after.testing) == ['test films (val.json)']


def parse(*arguments):
    return training_parser().parse_args(arguments)


def test_options_come_out_as_they_were_typed():
    typed = [
        '--amp', '--device', 'cpu', '--early-stop', '3', '--no-pretrained',
        '--seed', '0', '--cfg-options', 'a.b=[1,2]', 'c=x',
    ]  # fmt: skip
    options = handed_on(parse(*typed))
    assert command_line(options) == typed
    # A training understands them.
    parser = ArgumentParser()
    add_training_options(parser)
    known, rest = parser.parse_known_args(command_line(options))
    assert (known.amp, known.seed, known.early_stop) == (True, 0, 3)
    assert rest == ['--device', 'cpu', '--cfg-options', 'a.b=[1,2]', 'c=x']


def test_options_left_out_or_at_their_default_are_none():
    assert handed_on(parse()) == {}
    assert handed_on(parse('--device', 'auto')) == {}


def test_detector_is_in_the_series_or_has_a_checkpoint(recipes, tmp_path):
    assert find_detector(None, recipes) is None
    config = str(CONFIGS / 'tiny_detector.py')
    assert find_detector([config], recipes).checkpoint is None
    with pytest.raises(SpondyloError, match='is not among the recipes'):
        find_detector([config], recipes[1:])
    with pytest.raises(SpondyloError, match='no such file'):
        find_detector([config, str(tmp_path / 'none.pth')], recipes)
    with pytest.raises(SpondyloError, match='CONFIG CHECKPOINT'):
        find_detector([config, config, config], recipes)
    weights = tmp_path / 'a.pth'
    weights.touch()
    assert find_detector([config, str(weights)], recipes[1:]).checkpoint == weights
