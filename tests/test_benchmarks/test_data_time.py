import pytest

from spondylo_mmpose.benchmarks.data_time import DataTimeHook, measure_data_time
from spondylo_mmpose.engine.launch import load_config
from tests.conftest import ROOT


class FakeHub:
    def __init__(self, time, data_time):
        values = {'train/time': time, 'train/data_time': data_time}
        self.log_scalars = {name: FakeScalar(value) for name, value in values.items()}


class FakeScalar:
    def __init__(self, value):
        self.current = lambda: value


class FakeRunner:
    def __init__(self, time, data_time):
        self.message_hub = FakeHub(time, data_time)


def test_epochs_are_added_up_apart():
    hook = DataTimeHook()
    for epoch in (1.0, 2.0):
        hook.before_train_epoch(None)
        hook.after_train_iter(FakeRunner(10 * epoch, 3 * epoch))
        hook.after_train_iter(FakeRunner(5 * epoch, 1 * epoch))
    assert hook.epochs[1] == {
        'iterations': 2, 'seconds': 30, 'waited': 8, 'waited_for_first': 6
    }  # fmt: skip
    assert hook.epochs[0]['waited'] == 4


@pytest.mark.slow
def test_training_is_measured(phantoms, one_thread):
    options = {'data_root': str(phantoms)}
    for mib in (16, 0):
        config = load_config(ROOT / 'tests' / 'configs' / 'tiny.py', options)
        measured = measure_data_time(config, mib)
        assert 0 < measured['waited'] < measured['seconds']
        assert measured['waited_for_first'] <= measured['waited']
        assert measured['share'] == measured['waited'] / measured['seconds']
    assert not (ROOT / 'work_dirs' / 'tiny').exists()
