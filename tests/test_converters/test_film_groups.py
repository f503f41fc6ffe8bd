from spondylo_mmpose.converters.film_groups import (
    comparable_image,
    connected_films,
    divided_films,
    labelled_images,
)


def image(name, patient=None, group=None):
    return {'file_name': name, 'patient_id': patient, 'group': group}


def test_chains_of_patients_and_groups():
    images = [
        image('a', 'p1', 'g1'),
        image('b', 'p2', 'g1'),  # a copy of a under another patient
        image('c', 'p3', 'g3'),
        image('d', 'p2', 'g4'),  # the patient of b
        image('e', 'p3'),
    ]
    assert connected_films(images) == [[0, 1, 3], [2, 4]]


def test_films_of_nobody_stand_alone():
    images = [image('a'), image('b'), image('c', '', '')]
    assert connected_films(images) == [[0], [1], [2]]
    assert connected_films([]) == []


def test_patient_and_group_of_one_name_are_two_things():
    assert connected_films([image('a', '7'), image('b', None, '7')]) == [[0], [1]]


def test_numbers_and_texts_name_the_same_patient():
    assert connected_films([image('a', 7), image('b', '7')]) == [[0, 1]]


def test_lists_join_what_entries_do_not():
    images = [image('a'), image('b', 'p'), image('c'), image('d', 'p')]
    assert connected_films(images, [['a', 'b', 'z'], ['c']]) == [[0, 1, 3], [2]]


def test_divided_films():
    train = [image('a', 'p1'), image('b', 'p2')]
    val = [image('c', 'p2', 'g'), image('d', 'p3')]
    test = [image('e', None, 'g')]
    assert divided_films({'train': train, 'val': [val[1]], 'test': test}) == []
    assert divided_films({'train': train, 'val': val, 'test': test}) == [
        {'train': [train[1]], 'val': [val[0]], 'test': test}
    ]
    assert len(divided_films({'train': train, 'val': val}, [['a', 'd']])) == 2


def test_the_same_file_in_two_parts_leaks():
    assert divided_films({'train': [image('a')], 'val': [image('a')]})


def test_labelled_images():
    images = [{'id': 3, 'file_name': 'a'}, {'id': 5, 'file_name': 'b'}]
    content = {'images': images, 'annotations': [{'image_id': 5}]}
    assert labelled_images(content) == [images[1]]


def test_what_names_a_film_across_data_sets():
    film = {'file_name': 'images/a.png', 'patient_id': 7, 'group': '', 'source': 'buu'}
    assert comparable_image(film, '/d') == image('/d:images/a.png', 'buu:7')
    drawn = {**film, 'source': 'phantom'}
    assert comparable_image(drawn, '/d') == image('a.png', '/d:phantom:7')
