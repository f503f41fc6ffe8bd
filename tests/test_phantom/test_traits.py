"""Traits of real films: each changes the picture, none but fractures the truth."""

import numpy as np
import pytest

from spondylo_mmpose.phantom import make_phantom
from spondylo_mmpose.phantom.bones import BoneLook, draw_body
from spondylo_mmpose.phantom.canvas import Canvas
from spondylo_mmpose.phantom.traits import TRAITS, choose_traits

FILM = (5, 6)


@pytest.fixture(scope='module')
def plain():
    return make_phantom(*FILM)


@pytest.fixture(scope='module')
def films():
    return {trait: make_phantom(*FILM, traits=[trait]) for trait in TRAITS}


@pytest.mark.parametrize('trait', TRAITS)
def test_a_trait_changes_the_picture_and_only_fractures_the_truth(plain, films, trait):
    film = films[trait]
    same = np.array_equal(film.truth.corners, plain.truth.corners)
    assert same == (trait != 'fractures')
    assert not np.array_equal(film.image, plain.image)


def test_traits_are_the_same_for_the_same_seed(films):
    again = make_phantom(*FILM, traits=['sacrum'])
    assert np.array_equal(again.image, films['sacrum'].image)


def test_a_hidden_sacrum_leaves_what_lies_far_from_it(plain, films):
    s1 = plain.truth.corners[0].mean(axis=0)
    rows, columns = np.mgrid[:640, :640]
    far = np.hypot(columns - s1[0], rows - s1[1]) > 350
    change = np.abs(films['sacrum'].image.astype(float) - plain.image)
    # The exposure is that of the whole film, so that all of it moves a little.
    assert change[far].mean() < 0.6 * change[~far].mean()


def test_corners_lose_contrast_where_they_are_rounded():
    """Steepest grey step within 4 px of a lumbar corner, plain and rounded."""
    steepest = {(): [], ('corners',): []}
    for traits, found in steepest.items():
        for index in range(6):
            film = make_phantom(5, index, traits=traits)
            image = film.image.astype(float)
            slope = np.hypot(*np.gradient(image))
            for x, y in film.truth.corners[1:5].reshape(-1, 2).round().astype(int):
                part = slope[max(y - 4, 0) : y + 5, max(x - 4, 0) : x + 5]
                found.append(part.max())
    assert np.median(steepest['corners',]) < np.median(steepest[()])


def test_mottle_is_seen_between_neighbouring_pixels(plain, films):
    def grain(image):
        middle = image[200:440, 200:440].astype(float)
        return np.abs(np.diff(middle, axis=1)).mean()

    assert grain(films['mottle'].image) > grain(plain.image)


def _look(opening=0.0, diverging=0.0, rotation=0.0, fill=0.0, spurs=0.0):
    return BoneLook(
        fill=fill,
        plate=20.0,
        wall=20.0,
        double=0.0,
        worn=0.0,
        soft=0.7,
        opening=opening,
        diverging=diverging,
        rotation=rotation,
        spurs=spurs,
    )


QUAD = np.array([[50.0, 50], [150, 50], [50, 110], [150, 110]])


def _drawn(look):
    canvas = Canvas(200)
    draw_body(canvas, QUAD, look, np.random.default_rng(3))
    return canvas.image


def test_an_oblique_end_plate_opens_in_its_middle_and_meets_at_its_ends():
    change = np.abs(_drawn(_look(opening=0.3)) - _drawn(_look()))
    upper = change[30:80]
    # 0.3 of 60 px apart: 9 px to either side of where the one line was.
    rows = np.flatnonzero(upper[:, 90:110].max(axis=1) > 3) + 30
    assert np.ptp(rows) >= 16
    assert upper[:, 50:53].max() < 0.5 * upper[:, 90:110].max()


def test_walls_of_a_rotated_vertebra_are_double():
    change = np.abs(_drawn(_look(rotation=0.1)) - _drawn(_look()))
    columns = np.flatnonzero(change[75:85].max(axis=0) > 1)
    # A tenth of 100 px behind each wall, which may be hollow by 5 px.
    assert columns.min() > 55
    assert any(55 < c < 68 for c in columns) and any(150 < c < 165 for c in columns)


def test_the_opening_changes_from_level_to_level():
    look = _look(opening=-0.1, diverging=0.05)
    assert [round(look.at(k).opening, 2) for k in range(4)] == [-0.1, -0.05, 0, 0.05]
    assert _look().at(3) == _look()


def test_spurs_reach_beyond_the_walls():
    def beyond(spurs):
        image = _drawn(_look(fill=20.0, spurs=spurs))
        return np.abs(image[30:130, :44]).sum() + np.abs(image[30:130, 157:]).sum()

    assert beyond(0.35) > 2 * beyond(0.0)


def test_a_chalky_aorta_lies_in_front_of_the_spine(plain, films):
    # This film faces left: what is in front of it lies at smaller x.
    assert plain.truth.facing == 'left'
    change = np.abs(films['aorta'].image.astype(float) - plain.image) > 12
    rows, columns = np.nonzero(change)
    assert len(columns) > 50
    front = plain.truth.corners[::-1, ::2].reshape(-1, 2)  # downward
    assert (columns < np.interp(rows, front[:, 1], front[:, 0])).mean() > 0.95


def test_metal_is_white_hides_little_and_leaves_the_rest():
    for index in range(6):
        plain = make_phantom(5, index).image.astype(float)
        metal = make_phantom(5, index, traits=['metal']).image
        change = metal - plain
        assert 5e-5 < (change > 40).mean() < 0.05
        assert metal[change > 40].max() > np.percentile(plain, 90)
        # The reader's window is set by the patient, not by the screws.
        assert abs(np.median(change)) <= 8


@pytest.mark.parametrize('index', [310, 22, 145, 77])  # 3, 4, 4 and 16 vertebrae
def test_every_trait_finds_room_on_zoomed_and_on_long_films(index):
    plain = make_phantom(11, index)
    whole = make_phantom(11, index, traits=[t for t in TRAITS if t != 'fractures'])
    assert np.array_equal(whole.truth.corners, plain.truth.corners)
    assert not np.array_equal(whole.image, plain.image)
    every = make_phantom(11, index, traits=TRAITS)
    assert len(every.truth.fractures) == len(every.truth.corners)


def test_older_traits_are_drawn_as_before_whatever_is_added(films):
    """The added ones have a stream of their own."""
    chosen = choose_traits(TRAITS[:5], 0.5, np.random.default_rng(3))
    more = choose_traits(TRAITS, 0.5, np.random.default_rng(3))
    assert [trait for trait in more if trait in TRAITS[:5]] == chosen
    both = make_phantom(*FILM, traits=['mottle', 'metal']).image.astype(float)
    same = np.abs(both - films['mottle'].image) < 3
    assert same.mean() > 0.9


def test_each_film_gets_a_share_of_the_traits(plain):
    rng = np.random.default_rng(0)
    chosen = [choose_traits(TRAITS, 0.5, rng) for _ in range(400)]
    for trait in TRAITS:
        assert 160 < sum(trait in one for one in chosen) < 240
    # Independent of each other: of 256 combinations most come up.
    assert len({tuple(one) for one in chosen}) > 150
    none = make_phantom(*FILM, traits=TRAITS, trait_share=0.0)
    assert np.array_equal(none.image, plain.image)
    every = make_phantom(*FILM, traits=TRAITS)
    assert not np.array_equal(every.image, plain.image)
