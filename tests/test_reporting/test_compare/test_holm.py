import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.reporting.compare.holm import holm


def test_by_hand():
    # Sorted: 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1; the last may not be below the
    # one before it.
    np.testing.assert_allclose(
        holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]
    )


def test_never_above_one_and_one_test_stays_as_it_is():
    np.testing.assert_allclose(holm([0.4, 0.9, 0.8]), [1, 1, 1])
    np.testing.assert_allclose(holm([0.03]), [0.03])
    assert holm([]).shape == (0,)


def test_a_test_that_was_not_made_is_none_of_the_family():
    np.testing.assert_allclose(holm([np.nan, 0.01, 0.02]), [np.nan, 0.02, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_order_stays_and_nothing_gets_smaller(p):
    adjusted = holm(p)
    assert (adjusted >= np.asarray(p)).all()
    assert (np.diff(adjusted[np.argsort(p, kind='stable')]) >= 0).all()
    assert adjusted.min() == pytest.approx(min(1, len(p) * min(p)))
