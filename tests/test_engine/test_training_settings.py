import pytest
from mmengine.config import Config

from spondylo_mmpose.engine.training_settings import (
    Change,
    changes_between,
    describe_changes,
    differing,
    training_settings,
)

SETTINGS = {
    'model': {'type': 'Net', 'init_cfg': {'type': 'Pretrained'}, 'size': (4, 4)},
    'train_dataloader': {
        'batch_size': 4, 'dataset': {'data_root': 'a', 'ann_file': 'b', 'flip': True}
    },
    'optim_wrapper': {
        'type': 'OptimWrapper', 'clip_grad': {'max_norm': 1},
        'optimizer': {'type': 'Adam', 'lr': 0.1},
        'paramwise_cfg': {'custom_keys': {'backbone': {'lr_mult': 0.1}}},
    },
    'param_scheduler': [{'type': 'LinearLR', 'end': 3}],
    'train_cfg': {'max_epochs': 3},
    'custom_hooks': [{'type': 'EMAHook'}],
    'randomness': {'seed': 0},
    'default_hooks': {'checkpoint': {'interval': 1}, 'logger': {'interval': 1}},
    'test_cfg': {}, 'test_dataloader': {'batch_size': 4},
    'work_dir': 'w', 'load_from': None, 'max_epochs': 3,
}  # fmt: skip


def changes(**options):
    after = Config(SETTINGS)
    after.merge_from_dict({k.replace('__', '.'): v for k, v in options.items()})
    return changes_between(Config(SETTINGS).pretty_text, after.pretty_text)


def test_what_a_training_depends_on():
    assert sorted(training_settings(Config(SETTINGS))) == [
        'custom_hooks', 'default_hooks.checkpoint', 'load_from', 'model',
        'optim_wrapper', 'param_scheduler', 'randomness', 'train_cfg',
        'train_dataloader',
    ]  # fmt: skip
    assert training_settings(Config()) == {'default_hooks.checkpoint': None}


def test_differing():
    one, other = {'a': '1', 'b': '2', 'c': '3'}, {'b': '2', 'c': '4', 'd': '5'}
    assert differing(one, other) == ['a', 'c', 'd']


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        ({'train_cfg__max_epochs': 5}, Change('train_cfg.max_epochs', '3', '5', True)),
        ({'model__size': (4, 8)}, Change('model.size', '[4, 4]', '[4, 8]', True)),
        (
            {'train_dataloader__dataset__flip': False},
            Change('train_dataloader.dataset.flip', 'true', 'false', True),
        ),
        (
            {'optim_wrapper__accumulative_counts': 2},
            Change('optim_wrapper.accumulative_counts', None, '2', True),
        ),
        (
            {'custom_hooks__0__momentum': 0.5},
            Change('custom_hooks.0.momentum', None, '0.5', True),
        ),
        (
            {'default_hooks__checkpoint__interval': 2},
            Change('default_hooks.checkpoint.interval', '1', '2', True),
        ),
        # The state in the checkpoint holds these.
        (
            {'optim_wrapper__optimizer__lr': 0.2},
            Change('optim_wrapper.optimizer.lr', '0.1', '0.2', False),
        ),
        (
            {'optim_wrapper__paramwise_cfg__custom_keys__backbone__lr_mult': 1},
            Change('optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult',
                   '0.1', '1', False),
        ),
        (
            {'param_scheduler__0__end': 4},
            Change('param_scheduler.0.end', '3', '4', False),
        ),
        ({'randomness__seed': 1}, Change('randomness.seed', '0', '1', False)),
        # But not what it is a state of.
        (
            {'optim_wrapper__optimizer__type': 'SGD'},
            Change('optim_wrapper.optimizer.type', '"Adam"', '"SGD"', True),
        ),
    ],
)  # fmt: skip
def test_a_change_and_whether_it_holds(options, expected):
    assert changes(**options) == [expected]


def test_what_does_not_matter_when_a_training_goes_on():
    assert changes() == []
    idle = {
        'model__init_cfg': None, 'load_from': 'epoch_1.pth', 'resume': True,
        'train_dataloader__dataset__data_root': 'moved', 'work_dir': 'v',
        'train_dataloader__dataset__ann_file': 'c', 'max_epochs': 9,
        'default_hooks__logger__interval': 9, 'test_dataloader__batch_size': 9,
    }  # fmt: skip
    assert changes(**idle) == []


def test_a_text_that_is_no_config_tells_nothing():
    assert changes_between('not a config', 'model = dict()') == []


def test_one_line_tells_what_changed():
    told = describe_changes(
        changes(optim_wrapper__optimizer__lr=0.2, train_cfg__new='x' * 80)
    )
    assert told == (
        'settings differ from those of the last start: optim_wrapper.optimizer.lr '
        f'(0.1, now 0.2), train_cfg.new (not set, now "{"x" * 39}...); the checkpoint '
        'overrides optim_wrapper.optimizer.lr'
    )
    many = [Change(f'model.{i}', '1', '2', True) for i in range(12)]
    assert describe_changes(many).endswith('model.9 (1, now 2) and 2 more')
