import copy
import multiprocessing
import pickle

import numpy as np
import pytest

from spondylo_mmpose.datasets.film_cache import FilmCache

SIZES = {'a': (4, 3), 'b': (2, 5), 'c': (1, 1)}
A = np.arange(12, dtype=np.uint8).reshape(3, 4)
B = np.arange(100, 110, dtype=np.uint8).reshape(5, 2)


def in_fork(work):
    """Call a function in a forked process."""
    process = multiprocessing.get_context('fork').Process(target=work)
    process.start()
    process.join(30)
    assert process.exitcode == 0


def test_films_are_kept():
    cache = FilmCache(SIZES)
    assert len(cache) == 3
    assert cache.get('a') is None
    cache.put('a', A)
    cache.put('b', B)
    assert (cache.get('a') == A).all()
    assert (cache.get('b') == B).all()
    assert 'c' not in cache
    assert cache.get('unknown') is None


def test_a_worker_leaves_its_films_to_all():
    cache = FilmCache(SIZES)
    in_fork(lambda: cache.put('a', A))
    assert (cache.get('a') == A).all()

    def check():
        assert (cache.get('a') == A).all()
        cache.put('b', B)

    in_fork(check)  # another worker, of the next epoch
    assert (cache.get('b') == B).all()


def test_many_workers_at_once():
    films = {str(i): np.full((50, 60), i, np.uint8) for i in range(20)}
    cache = FilmCache(dict.fromkeys(films, (60, 50)))

    def work():
        for name, film in films.items():
            seen = cache.get(name)
            assert seen is None or (seen == film).all()
            cache.put(name, film)

    fork = multiprocessing.get_context('fork')
    workers = [fork.Process(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    assert all((cache.get(name) == film).all() for name, film in films.items())


def test_a_film_is_not_changed_through_the_cache():
    cache = FilmCache(SIZES)
    cache.put('a', A)
    with pytest.raises(ValueError, match='read-only'):
        cache.get('a')[0, 0] = 9
    assert (cache.get('a') == A).all()


@pytest.mark.parametrize('shape', [(4, 3), (3, 3), (12,), (3, 4, 1)])
def test_another_size_than_announced_is_not_kept(shape):
    cache = FilmCache(SIZES)
    cache.put('a', np.zeros(shape, np.uint8))
    assert cache.get('a') is None


def test_what_does_not_fit_is_not_kept():
    mib = {'a': (1024, 1024), 'b': (1024, 1024), 'c': (10, 10)}
    cache = FilmCache(mib, limit_mib=1.5)
    assert len(cache) == 2  # a and the small c
    cache.put('b', np.zeros((1024, 1024), np.uint8))
    assert cache.get('b') is None
    cache.put('c', np.ones((10, 10), np.uint8))
    assert cache.get('c').all()


@pytest.mark.parametrize('limit', [0, -1])
def test_no_cache(limit):
    cache = FilmCache(SIZES, limit)
    assert len(cache) == 0
    cache.put('a', A)
    assert cache.get('a') is None


def test_sizes_that_are_none():
    cache = FilmCache({'a': (0, 5), 'b': (-3, 5)})
    assert len(cache) == 0


def test_no_memory_is_no_error(monkeypatch):
    def fail(*_):
        raise OSError(12, 'Cannot allocate memory')

    monkeypatch.setattr('mmap.mmap', fail)
    cache = FilmCache(SIZES)
    cache.put('a', A)
    assert cache.get('a') is None


def test_a_pickled_copy_is_empty_and_works():
    cache = FilmCache(SIZES)
    cache.put('a', A)
    copied = pickle.loads(pickle.dumps(cache))
    copied.put('a', A)
    assert copied.get('a') is None


def test_a_copy_in_the_process_shares_the_block():
    cache = FilmCache(SIZES)
    copy.deepcopy({'cache': cache})['cache'].put('a', A)
    assert (cache.get('a') == A).all()


def test_the_block_goes_with_the_cache():
    def resident():
        with open('/proc/self/smaps_rollup') as lines:  # noqa: PTH123
            return next(int(x.split()[1]) for x in lines if x.startswith('Pss_Shmem'))

    before = resident()
    cache = FilmCache({'a': (8192, 8192)})
    cache.put('a', np.ones((8192, 8192), np.uint8))
    held = resident()
    del cache
    assert held - before > 60_000  # KiB, of 64 MiB
    assert resident() - before < 1_000
