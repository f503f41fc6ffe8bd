import argparse
import re

import pytest
from mmengine.config import Config

from spondylo_mmpose.engine.cfg_options import CfgOptions, check_names
from spondylo_mmpose.errors import SpondyloError


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=CfgOptions)
    return parser


def test_values_are_parsed(parser):
    args = parser.parse_args(['--cfg-options', 'a.b=1', 'c=x', 'd=[1,2]', 'e='])
    assert args.cfg_options == {'a.b': 1, 'c': 'x', 'd': [1, 2], 'e': ''}


@pytest.mark.parametrize('option', ['foo', '=1', 'a=[1,(2]'])
def test_a_malformed_option_is_told(parser, option, capsys):
    with pytest.raises(SystemExit) as exit_:
        parser.parse_args(['--cfg-options', option])
    assert exit_.value.code == 2
    assert '--cfg-options' in capsys.readouterr().err.splitlines()[-1]


def test_a_name_that_nothing_reads_is_refused():
    config = Config({'model': {}, 'data_root': 'x'})
    check_names(config, {'model.new': 1, 'data_root': 'y', 'load_from': 'z'})
    with pytest.raises(SpondyloError, match=r'no setting data_rot; .* data_root\?'):
        check_names(config, {'data_rot': 'y'})


RECIPE = {
    'max_epochs': 3, 'base_lr': 0.5, 'flag': True, 'spent': 'x', 'data_root': 'y',
    'crop': {'size': (8, 8), 'sigma': 2.0}, 'steps': [{'type': 'A', 'sigma': 2.0}],
    'train_cfg': {'max_epochs': 3, 'val_interval': 3},
    'optim_wrapper': {'optimizer': {'lr': 0.5}},
    'model': {'head': {'decoder': {'size': (8, 8), 'sigma': 2.0}}, 'flag': 1},
    'train_dataloader': {'dataset': {'pipeline': [{'type': 'A', 'sigma': 2.0}]}},
}  # fmt: skip
SIGMA = 'model.head.decoder.sigma, train_dataloader.dataset.pipeline.0.sigma'


@pytest.mark.parametrize(
    ('option', 'mend'),
    [
        ('max_epochs', 'train_cfg.max_epochs'),
        ('base_lr', 'optim_wrapper.optimizer.lr'),
        ('crop', 'model.head.decoder'),
        ('crop.sigma', SIGMA),
        ('steps', 'train_dataloader.dataset.pipeline'),
        # Nothing of that value is called so.
        ('spent', 'the setting that it went into; tools/print_config.py CONFIG .*'),
        ('flag', 'the setting that it went into; .*'),
        ('crop.new', 'the setting that it went into; .*'),
    ],
)
def test_a_variable_of_the_recipe_is_refused_with_its_settings(option, mend):
    name = option.split('.')[0]
    with pytest.raises(SpondyloError) as caught:
        check_names(Config(RECIPE), {'model.flag': 2, option: 1})
    assert re.fullmatch(
        f'--cfg-options {option}: {name} is a variable that the recipe has used up '
        f'already; change {mend}',
        str(caught.value),
    )


def test_what_the_runner_and_this_package_look_up_is_known():
    names = 'sync_bn', 'compile', 'from_scratch.model', 'passes', 'train_cfg.a'
    check_names(Config(RECIPE), dict.fromkeys(names))


def test_a_shown_list_of_settings_is_short():
    steps = [{'type': 'A', 'sigma': 2.0}] * 5
    config = Config({'sigma': 2.0, 'model': {'steps': steps}})
    with pytest.raises(SpondyloError, match=r'model.steps.3.sigma, \.\.\.$'):
        check_names(config, {'sigma': 1})
