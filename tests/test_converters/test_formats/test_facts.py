import pytest

from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import RawFilm
from spondylo_mmpose.converters.formats.facts import name_of, tell_patients_apart
from spondylo_mmpose.converters.leaks import note_leaks
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.spine.anatomy import AROUND

from ..helpers import jpeg, load, make_spine, write_tree
from . import test_cvat as cvat
from . import test_labelme as labelme
from .helpers import dump, read

SPINE = make_spine(4)


def known_as(*images):
    films = [RawFilm('train', i.rpartition('/')[2][:-4], {'image': i}) for i in images]
    tell_patients_apart(films)
    return [film.known_as for film in films], [name_of(film).group for film in films]


@pytest.mark.parametrize('root', ['', 'download/set 1/'])
def test_films_that_are_only_called_alike(root):
    names, groups = known_as(f'{root}p1/side.jpg', f'{root}p2/side.jpg',
                             f'{root}p2/front.jpg')  # fmt: skip
    assert names == ['p1/side', 'p2/side', None]
    assert groups == ['p1/side', 'p2/side', 'front']


@pytest.mark.parametrize(
    'stem', ['side_jpg.rf.0a1b', '3209-F-073Y1', 'Screenshot-2022-01-02-101112']
)
def test_names_of_exports_and_known_schemes_stay_those_of_copies(stem):
    names, groups = known_as(f'train/{stem}.jpg', f'val/{stem}.jpg')
    assert names == [None, None]
    assert groups[0] == groups[1] == stem.partition('_jpg')[0]


def test_two_formats_of_one_film_stay_together():
    assert known_as('a/f.png', 'a/f.jpg', 'b/g.jpg')[1] == ['a/f', 'a/f', 'g']


def test_labels_without_an_image_share_no_name():
    films = [RawFilm('train', 'a', {'image': 'x/a.png'}), RawFilm('val', 'a', {})]
    tell_patients_apart(films)
    assert [film.known_as for film in films] == [None, None]
    tell_patients_apart([])


def test_folder_of_each_patient(tmp_path):
    files = {}
    for number, patient in enumerate(('patient0', 'patient1'), 90):
        files[f'{patient}/side.jpg'] = jpeg(grey=number)
        shapes = [labelme.polygon(quad[AROUND]) for quad in SPINE]
        text = labelme.label(shapes, imagePath='side.jpg')
        files[f'{patient}/side.json'] = dump(text)
    src = write_tree(tmp_path / 'src', files)
    report = convert(FORMATS['labelme'], src, tmp_path / 'out')
    films = load(tmp_path / 'out', 'train')['images']
    assert [(film['patient_id'], film['group']) for film in films] == [
        ('patient0/side', 'patient0/side'),
        ('patient1/side', 'patient1/side'),
    ]
    assert report.counts() == {}


def test_equal_names_of_two_splits_are_no_leak():
    images = [
        cvat.image([cvat.shape('polygon', quad[AROUND], 'vertebra') for quad in SPINE],
                   '0.jpg', subset=subset)
        for subset in ('Train', 'Validation', 'Test')
    ]  # fmt: skip
    files = {'annotations.xml': cvat.xml(*images)}
    for grey, subset in enumerate(('Train', 'Validation', 'Test'), 90):
        files[f'images/{subset}/0.jpg'] = jpeg(grey=grey)
    found, report = read('cvat', files)
    assert [one.film.patient_id for one in found.values()] == [
        'Test/0', 'Train/0', 'Validation/0',
    ]  # fmt: skip
    assert report.counts() == {}
    leaks = ConversionReport()
    note_leaks(list(found.values()), leaks)
    assert leaks.counts() == {}
