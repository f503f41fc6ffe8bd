import pytest

from spondylo_mmpose.benchmarks.training_turns import take_turns
from spondylo_mmpose.benchmarks.training_variants import Variant
from tests.conftest import ROOT

UNET = str(ROOT / 'tests' / 'configs' / 'tiny_unet.py')


class FakeEnds:
    """Gives so many turns and keeps what is told."""

    def __init__(self, turns):
        self.turns = iter([True] * turns + [False])
        self.told = []

    def send(self, told):
        self.told.append(told)

    def recv(self):
        return next(self.turns)


@pytest.mark.parametrize(
    ('loop', 'options', 'layout'),
    [
        ('runner', (), 'contiguous'),
        ('runner', ('--amp',), 'channels_last'),
        ('plain', (), 'contiguous'),
    ],
)
def test_a_step_for_each_turn(loop, options, layout, phantoms, one_thread):
    ends = FakeEnds(3)
    variant = Variant('it', UNET, options, loop=loop)
    take_turns(ends, variant, str(phantoms), 2, 1)
    facts, *steps, peak = ends.told
    assert (facts['crop'], facts['optimizer']) == ([64, 64], 'Adam')
    assert 10_000 < facts['parameters'] < 1_000_000
    assert bool(facts['custom_hooks']) == (loop == 'runner')
    assert [step['layout'] for step in steps] == [layout] * 3
    assert all(step['seconds'] > 0 for step in steps)
    assert peak > 50


def test_what_fails_is_told(tmp_path):
    ends = FakeEnds(1)
    take_turns(ends, Variant('it', UNET), str(tmp_path / 'none'), 2, 1)
    (told,) = ends.told
    assert told['error'].startswith('it: ')
    assert 'train.json' in told['error']
