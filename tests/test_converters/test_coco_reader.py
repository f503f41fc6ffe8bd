import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.converters.coco import CC_BY_4, DatasetInfo, Film, coco_dataset
from spondylo_mmpose.converters.coco_reader import (
    LEVEL_NOT_GIVEN,
    facts_of,
    films_of_coco,
    info_of_coco,
    info_of_several,
)
from spondylo_mmpose.spine.anatomy import LEVELS, order_upward
from tests.test_converters.helpers import make_spine

INFO = DatasetInfo('d', 'u', 'c', CC_BY_4, {'a.zip': 'ff'})
NAMES = st.text(st.characters(codec='utf-8', exclude_characters='/\0'), min_size=1)
MAYBE_NAME = st.none() | NAMES
SPACING = st.floats(0.01, 5)


def vertebra(keypoints, **more):
    return {'image_id': 1, 'keypoints': keypoints, **more}


def content(*annotations):
    image = {'id': 1, 'file_name': 'a.png', 'width': 10, 'height': 20}
    return {'images': [image], 'annotations': list(annotations)}


LOW = [1, 12, 2, 5, 12, 2, 1, 18, 1, 0, 0, 0]
HIGH = [1, 2, 2, 5, 2, 2, 1, 8, 2, 5, 8, 2]


def test_corner_without_label_is_nan():
    (film,) = films_of_coco(content(vertebra(LOW)), 'val')
    assert film.corners[0, :3].tolist() == [[1, 12], [5, 12], [1, 18]]
    assert np.isnan(film.corners[0, 3]).all()
    assert (film.split, film.levels) == ('val', [None])
    assert film.level_origin == LEVEL_NOT_GIVEN


def test_vertebrae_come_by_order_or_else_upward():
    high, low = vertebra(HIGH, level='L5'), vertebra(LOW, level='S1')
    (film,) = films_of_coco(content(high, low), 'val')
    assert (film.levels, film.orders) == (['S1', 'L5'], None)
    high, low = {**high, 'order': 4}, {**low, 'order': 2}
    (film,) = films_of_coco(content(high, low), 'val')
    assert (film.levels, film.orders) == (['S1', 'L5'], [2, 4])


def test_image_without_annotation_is_a_film_without_corners():
    (film,) = films_of_coco(content(), 'test')
    assert film.corners.shape == (0, 4, 2)
    assert facts_of(film) == {}


def test_origin_of_one_level_alone_is_kept():
    low = vertebra(LOW, order=0, level='S1', level_origin='file')
    high = vertebra(HIGH, order=1, level='L5', level_origin='guess')
    (film,) = films_of_coco(content(low, high), 'val')
    assert film.level_origin == 'file'
    assert film.vertebra_extra == [{}, {'level_origin': 'guess'}]


@st.composite
def films(draw):
    number = draw(st.integers(0, 4))
    # Eighths have no more decimals than the file.
    corners = make_spine(4)[:number] + draw(st.integers(-20, 20)) / 8
    # At least the superior end plate is there.
    hidden = draw(st.integers(0, 4**number - 1))
    bits = [bool(hidden >> i & 1) for i in range(2 * number)]
    corners[:, 2:][np.array(bits, bool).reshape(number, 2)] = np.nan
    corners = corners[order_upward(corners)]
    orders = draw(st.sets(st.integers(0, 30), min_size=number, max_size=number))
    return Film(
        file_name=draw(NAMES),
        width=640,
        height=700,
        split='train',
        corners=corners,
        levels=draw(
            st.lists(
                st.none() | st.sampled_from(LEVELS), min_size=number, max_size=number
            )
        ),
        level_origin=draw(NAMES),
        orders=sorted(orders),
        patient_id=draw(MAYBE_NAME),
        group=draw(MAYBE_NAME),
        source=draw(MAYBE_NAME),
        sex=draw(st.sampled_from(['M', 'F', None])),
        age=draw(st.none() | st.integers(0, 120)),
        pixel_spacing_mm=draw(st.none() | st.tuples(SPACING, SPACING)),
        original_size=draw(st.none() | st.tuples(st.integers(1), st.integers(1))),
        view=draw(st.sampled_from(['lateral', 'ap', None])),
        extra={'named_levels': draw(st.lists(NAMES))},
        vertebra_extra=[{'note': draw(MAYBE_NAME)} for _ in range(number)],
    )


@settings(max_examples=50)
@given(st.lists(films(), max_size=2, unique_by=lambda film: film.file_name))
def test_what_the_writer_wrote_comes_back_whole(drawn):
    written = coco_dataset(drawn, INFO)
    read = films_of_coco(written)
    assert coco_dataset(read, info_of_coco(written)) == written
    for film, again in zip(sorted(drawn, key=lambda f: f.file_name), read, strict=True):
        np.testing.assert_array_equal(again.corners, film.corners)
        assert facts_of(again) == facts_of(film)


def test_licence_of_one_data_set_does_not_cover_the_films_of_another():
    ours = DatasetInfo('ours')
    theirs = DatasetInfo('theirs', 'https://example.org', 'They', CC_BY_4)
    assert info_of_several([theirs, theirs]) == theirs
    both = DatasetInfo('theirs; ours', 'https://example.org', 'They')
    assert info_of_several([theirs, ours, theirs]) == both
