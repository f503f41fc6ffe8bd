import pytest

from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import RawFilm
from spondylo_mmpose.converters.formats.mendeley_layout import find_films


@pytest.mark.parametrize('root', ['', 'data/', 'Dataset/Train/Keypointrcnn_data/'])
def test_images_and_labels_by_split(root):
    names = [f'{root}images/val/a.jpg', f'{root}labels/val/a.txt']
    assert find_films(names, ConversionReport()) == [
        RawFilm('val', 'a', {'image': names[0], 'txt': names[1]})
    ]


def test_split_above_images_and_labels():
    names = ['Train/images/a.jpg', 'Train/labels/a.json', 'Clinical/images/b.png']
    names += ['Validation/images/c.JPG', 'Validation/labels/c.json']
    assert find_films(names, ConversionReport()) == [
        RawFilm('test', 'b', {'image': 'Clinical/images/b.png'}),
        RawFilm('train', 'a', {'image': names[0], 'json': names[1]}),
        RawFilm('val', 'c', {'image': names[3], 'json': names[4]}),
    ]


def test_plain_test_folder_and_orphans():
    names = ['d/Test/t.jpg', 'd/labels/train/x.json', 'd/readme.txt', 'other/y.jpg']
    assert find_films(names, ConversionReport()) == [
        RawFilm('test', 't', {'image': 'd/Test/t.jpg'}),
        RawFilm('train', 'x', {'json': 'd/labels/train/x.json'}),
    ]


def test_second_file_of_one_role_is_reported():
    report = ConversionReport()
    names = ['b/images/train/a.jpg', 'a/images/train/a.jpg']
    (film,) = find_films(names, report)
    assert film.image == 'a/images/train/a.jpg'
    assert report.items == {
        'file_duplicated': [{'file': names[0], 'taken': 'a/images/train/a.jpg'}]
    }
