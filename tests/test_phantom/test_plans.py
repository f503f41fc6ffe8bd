"""Which films go into which split."""

from spondylo_mmpose.phantom.patient import family_at
from spondylo_mmpose.phantom.plans import plan_films


def test_validation_films_are_never_zoomed_ones():
    plans = plan_films(50, 1, 0.2)
    val = [p.index for p in plans if p.split == 'val']
    assert len(val) == 10
    assert 'honduran' not in {family_at(1, index) for index in val}
    assert all(p.split == 'train' for p in plan_films(50, 1, 0.0))
