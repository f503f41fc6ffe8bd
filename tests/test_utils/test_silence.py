"""Warnings that stay quiet in several threads."""

import threading
import warnings

import pytest

from spondylo_mmpose.utils.silence import no_warnings


def test_nothing_warns_and_filters_come_back():
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter('always')
        with no_warnings(), no_warnings():
            warnings.warn('quiet', stacklevel=1)
        warnings.warn('loud', stacklevel=1)
    assert [str(one.message) for one in heard] == ['loud']
    assert warnings.filters == before


def test_filters_come_back_whoever_leaves_first():
    before = list(warnings.filters)
    first_is_in, second_is_in = threading.Event(), threading.Event()

    def first():
        with no_warnings():
            first_is_in.set()
            assert second_is_in.wait(60)

    thread = threading.Thread(target=first)
    thread.start()
    assert first_is_in.wait(60)
    with no_warnings():
        second_is_in.set()
        thread.join()
        # The second one is still inside.
        warnings.warn('quiet', stacklevel=1)
    assert warnings.filters == before


def test_an_error_leaves_nothing_behind():
    before = list(warnings.filters)
    with pytest.raises(ValueError, match='broken'), no_warnings():
        raise ValueError('broken')
    assert warnings.filters == before
