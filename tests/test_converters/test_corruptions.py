"""A thousand random corruptions of sound data sets in every raw format.

What is promised: reading a damaged data set raises nothing but ``SpondyloError``, and
the damage does not pass silently. It passes silently if the report lists no fault, and
yet a film is missing, a vertebra is missing or has another level, a corner is labelled
in one and not in the other, or a corner lies more than 1 px from where it was.

What no program can see is not injected: a coordinate that moves by less than shapes
differ from each other, one label file in the place of another where labels do not name
their image, a vertebra taken out whole as if never drawn, another date or name of a
patient. Bytes that are flipped, repeated, inserted or deleted at random may by chance
do such a thing (3 becomes 5 in a number). ``SUBTLE`` px are allowed to them: half the
height of a vertebra here. Damage to whole fields, files or images has no such
allowance.
"""

import functools
import random

import numpy as np
import pytest

from spondylo_mmpose.converters import reading
from spondylo_mmpose.converters.archive import RawSource
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError

from .damage import BYTES, DAMAGES
from .samples import SAMPLES
from .test_formats.helpers import Memory, read

NUMBER = 1008
SUBTLE = 22.0


@pytest.fixture(autouse=True)
def _decoded_once(monkeypatch):
    """The same few images over and over."""
    once = functools.lru_cache(64)(reading.read_radiograph)
    monkeypatch.setattr(reading, 'read_radiograph', once)


def films_of(sample, files):
    films, report = read(sample.split()[0], files)
    return {one.film.file_name: one.film for one in films.values()}, report.counts()


@functools.cache
def truth(sample):
    return films_of(sample, SAMPLES[sample])


def difference(found, expected, allowed):
    """What differs between two sets of films, ``None`` if nothing does."""
    if found.keys() != expected.keys():
        return 'films'
    for name, film in found.items():
        other = expected[name]
        if film.corners.shape != other.corners.shape:
            return f'{name}: number of vertebrae'
        if list(film.levels) != list(other.levels):
            return f'{name}: levels'
        if list(film.orders) != list(other.orders):
            return f'{name}: orders'
        if (np.isnan(film.corners) != np.isnan(other.corners)).any():
            return f'{name}: labelled corners'
        moved = np.nanmax(np.abs(film.corners - other.corners))
        if moved > allowed:
            return f'{name}: {moved:.1f} px'
    return None


@pytest.mark.parametrize('sample', SAMPLES)
def test_sound_data_sets_are_read_without_a_fault(sample):
    films, faults = truth(sample)
    assert len(films) == 3
    assert faults == {}


@pytest.mark.parametrize('sample', SAMPLES)
def test_each_data_set_is_of_one_format_only(sample):
    source: RawSource = Memory(SAMPLES[sample])
    matching = [name for name, one in FORMATS.items() if one.matches(source)]
    assert matching == [sample.split()[0]]


@pytest.mark.parametrize('sample', SAMPLES)
def test_corruptions_never_crash_and_never_pass_silently(sample):
    expected, _ = truth(sample)
    told = 0
    for seed in range(NUMBER // len(SAMPLES)):
        source = random.Random(f'{sample} {seed}')
        damage = source.choice(DAMAGES)
        try:
            found, faults = films_of(sample, damage(source, SAMPLES[sample]))
        except SpondyloError:
            told += 1
            continue
        if faults:
            told += 1
            continue
        allowed = SUBTLE if damage in BYTES else 1.0
        assert difference(found, expected, allowed) is None, (damage.__name__, seed)
    # Most damage is to something that matters.
    assert told > 0.6 * (NUMBER // len(SAMPLES))
