import argparse

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
