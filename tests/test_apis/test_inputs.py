"""What stands on a command line, and what its outputs are called."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import (
    ComprehensiveSRStorage,
    DigitalXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
)

from spondylo_mmpose.apis.inputs import films_in, find_films
from spondylo_mmpose.apis.output_names import name_outputs
from spondylo_mmpose.errors import SpondyloError
from tests.test_imaging.helpers import dicom

DICOM = b'\0' * 128 + b'DICM'


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / 'films'
    for name, content in {
        'b.JPG': b'', 'a.png': b'', 'deep/er/c.tiff': b'', 'IM0001': DICOM,
        'scan.042': DICOM, 'notes.txt': b'text', 'short': b'', '.hidden.png': b'',
        '.cache/d.png': b'', '__MACOSX/a.png': b'',
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / 'gone.png').symlink_to('nowhere')  # a film that is missing
    return root


def test_a_folder_gives_what_may_be_films(folder):
    found = [path.relative_to(folder).as_posix() for path in films_in(folder)]
    assert found == [
        'IM0001', 'a.png', 'b.JPG', 'deep/er/c.tiff', 'gone.png', 'scan.042',
    ]  # fmt: skip


def test_what_of_a_study_is_no_film_is_passed_over(folder, tmp_path):
    pixels = np.zeros((8, 8), np.uint8)
    kinds = {
        'film.dcm': {'SOPClassUID': DigitalXRayImageStorageForPresentation},
        'private': {'SOPClassUID': '1.2.3.4'},
        'report.dcm': {'SOPClassUID': ComprehensiveSRStorage},
        'drawing.dcm': {
            'SOPClassUID': SecondaryCaptureImageStorage,
            'Manufacturer': 'spondylo_mmpose',
        },
        'other_drawing': {'SOPClassUID': SecondaryCaptureImageStorage},
    }
    study = tmp_path / 'study'
    study.mkdir()
    for name, elements in kinds.items():
        (study / name).write_bytes(dicom(pixels, **elements))
    passed_over = []
    found = [path.name for path in find_films([study], passed_over)]
    assert found == ['film.dcm', 'other_drawing', 'private']
    assert [path.name for path in passed_over] == ['drawing.dcm', 'report.dcm']
    for name in found:
        (study / name).unlink()
    with pytest.raises(SpondyloError, match='holds no film'):
        films_in(study)


def test_files_are_taken_whatever_they_are_called_and_each_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    told = ['notes.txt', folder / 'a.png', 'a.png', 'a*.png', folder / 'deep' / '**']
    assert find_films(told) == [
        Path('notes.txt'), folder / 'a.png', folder / 'deep' / 'er' / 'c.tiff',
    ]  # fmt: skip


def test_a_link_that_leads_nowhere_is_a_film_that_fails_later(folder):
    assert find_films([folder / 'gone.png']) == [folder / 'gone.png']
    assert find_films([folder / 'g*']) == [folder / 'gone.png']


def test_a_name_with_brackets_is_a_name(tmp_path):
    path = tmp_path / 'film[1].png'
    path.touch()
    assert find_films([path]) == [path]


@pytest.mark.parametrize('name', ['none.png', '*.bmp', 'deep/[z]'])
def test_what_names_nothing_is_told(folder, name):
    with pytest.raises(SpondyloError, match='no such file, folder or pattern'):
        find_films([folder / name])


def test_an_empty_name_is_not_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(SpondyloError, match="'': an empty name"):
        find_films([''])


def test_a_folder_without_films_is_told(tmp_path):
    with pytest.raises(SpondyloError, match=r'holds no film; films end in \.bmp'):
        find_films([tmp_path])


def names(paths, out=Path('out')):
    return [one.json.name for one in name_outputs([Path(p) for p in paths], out)]


def test_outputs_are_called_as_their_films():
    (one,) = name_outputs([Path('a/film.1.jpg')], Path('out'))
    assert (one.json, one.overlay) == (Path('out/film.1.json'), Path('out/film.1.png'))


def test_films_of_one_stem_get_different_names_that_stay():
    told = ['a/film.jpg', 'b/film.jpg', 'b/FILM.dcm', 'c/other.jpg']
    made = names(told)
    assert len({name.casefold() for name in made}) == 4
    assert made[3] == 'other.json'
    assert all(name.lower().startswith('film-') for name in made[:3])
    assert names(told[::-1]) == made[::-1]


@pytest.mark.parametrize('stem', ['Predict', 'index', 'serve', 'x.reviewed', 'x.coco'])
def test_no_film_has_the_name_of_a_record_or_a_review(stem):
    (name,) = names([f'{stem}.png'])
    assert name.startswith(f'{stem}-')


def test_names_stay_short_enough_for_a_file_system(tmp_path):
    (one, other) = names(['x' * 240 + '.png', 'x' * 239 + 'y.png'])
    assert one != other
    (tmp_path / f'.{one}.temporary').touch()


def test_a_film_is_never_replaced(tmp_path):
    path = tmp_path / 'film.png'
    path.touch()
    with pytest.raises(SpondyloError, match=r'film\.png: is one of the films and'):
        name_outputs([path], tmp_path)
    name_outputs([tmp_path / 'film.jpg'], tmp_path)
