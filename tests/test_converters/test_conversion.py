import zipfile
from pathlib import Path

import numpy as np
import pytest

from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError

from . import samples
from .helpers import (
    IMAGES,
    LABELS,
    convert_mendeley,
    encode,
    jpeg,
    load,
    make_spine,
    two_films,
    txt_bytes,
    usual_json,
    write_tree,
)

SPINE = make_spine()


def keypoints(data):
    points = np.array([a['keypoints'] for a in data['annotations']]).reshape(-1, 4, 3)
    assert (points[..., 2] == 2).all()
    return points[..., :2]


def tree_bytes(folder: Path):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob('*'))
        if p.is_file()
    }


def test_whole_data_set_in_both_formats(tmp_path):
    files = two_films()
    report = convert_mendeley(write_tree(tmp_path / 'src', files), tmp_path / 'out')
    train, val = load(tmp_path / 'out', 'train'), load(tmp_path / 'out', 'val')
    np.testing.assert_array_equal(keypoints(train), SPINE)
    np.testing.assert_array_equal(keypoints(val), SPINE)
    (image,) = train['images']
    assert image == {
        'id': 1,
        'file_name': 'train/3209-F-073Y1_jpg.rf.ab.jpg',
        'width': 640,
        'height': 640,
        'license': 1,
        'patient_id': '3209',
        'group': '3209-F-073Y1',
        'source': 'buu',
        'split': 'train',
        'sex': 'F',
        'age': 73,
        'pixel_spacing_mm': None,
        'pixel_spacing_origin': None,
        'pixel_spacing_estimate': None,
        'original_size': None,
        'view': 'lateral',
        'named_levels': [],
    }
    copied = tmp_path / 'out/images' / image['file_name']
    assert copied.read_bytes() in files.values()
    assert report.items == {}
    assert report.totals == {
        'films': 2,
        'films left out': 0,
        'vertebrae': 12,
        'vertebrae left out': 0,
        'split': {
            'train': {'films': 1, 'vertebrae': 6},
            'val': {'films': 1, 'vertebrae': 6},
        },
        'source': {'buu': {'films': 2, 'vertebrae': 12}},
        'encoding': {
            'BL-BR-TL-TR': {'films': 1, 'vertebrae': 6},
            'TL-BL-BR-TR': {'films': 1, 'vertebrae': 6},
        },
    }


def test_folder_zip_and_zip_in_zip_give_the_same(tmp_path):
    src = write_tree(tmp_path / 'src', two_films())
    inner, outer = tmp_path / 'Dataset.zip', tmp_path / 'outer.zip'
    with zipfile.ZipFile(inner, 'w') as file:
        for name, content in two_films().items():
            file.writestr(f'Dataset/{name}', content)
        file.writestr('../../evil.jpg', b'x')
    with zipfile.ZipFile(outer, 'w') as file:
        file.write(inner, 'Dataset.zip')
    trees = []
    for number, path in enumerate((src, inner, outer)):
        out = tmp_path / 'runs' / str(number)
        report = convert_mendeley(path, out, workers=1 + number)
        assert report.count('member_unsafe') == (path != src)
        content = load(out, 'train')
        digests = content['info'].pop('source_digests')
        trees.append((digests['content'], content, tree_bytes(out / 'images')))
    assert trees[0] == trees[1] == trees[2]
    assert not list(tmp_path.rglob('evil.jpg'))


@pytest.mark.parametrize(
    ('name', 'files', 'label'),
    [
        ('coco', samples.of_coco(), 'annotations/train.json'),
        ('csv', samples.of_csv(), 'vertebrae.csv'),
        ('cvat', samples.of_cvat(), 'annotations.xml'),
        ('label_studio', samples.of_label_studio(), 'export.json'),
        ('labelme', samples.of_labelme(), 'set/a.json'),
    ],
)
def test_digest_tells_labels_of_one_file_for_all_films(tmp_path, name, files, label):
    digests = []
    for number, end in enumerate((b'', b'', b'\n')):
        src = write_tree(tmp_path / f'{number}', files | {label: files[label] + end})
        convert(FORMATS[name], src, tmp_path / f'out{number}')
        digests.append(
            load(tmp_path / f'out{number}', 'train')['info']['source_digests']
        )
    assert digests[0] == digests[1] != digests[2]


def test_converted_data_sets_in_one_folder_become_one(tmp_path):
    for name in ('labelme', 'cvat'):
        files = samples.SAMPLES[name]
        src = write_tree(tmp_path / 'src' / name, files)
        convert(FORMATS[name], src, tmp_path / 'parts' / name)
    report = convert(FORMATS['coco'], tmp_path / 'parts', tmp_path / 'all')
    made = load(tmp_path / 'all', 'train')
    assert [image['file_name'] for image in made['images']] == [
        f'train/{name}/images/train/{film}.png'
        for name in ('cvat', 'labelme')
        for film in 'abc'
    ]
    assert made['info']['description'] == (
        'Labels drawn with CVAT; Labels drawn with labelme'
    )
    assert report.counts() == {}


def test_output_is_the_same_each_time(tmp_path):
    src = write_tree(tmp_path / 'src', two_films())
    convert_mendeley(src, tmp_path / 'a', workers=1)
    convert_mendeley(src, tmp_path / 'b', workers=4)
    assert tree_bytes(tmp_path / 'a') == tree_bytes(tmp_path / 'b')


def test_large_film_in_another_layout_and_named_levels(tmp_path):
    spine = make_spine(size=3000)
    stem = 'N30-Olisthesis-L3-4-and-L4-5-F-48-Yrs_jpg.rf.aa'
    src = write_tree(
        tmp_path / 'src',
        {
            f'data/Train/images/{stem}.jpg': jpeg(3000, 3000),
            f'data/Train/labels/{stem}.txt': txt_bytes(
                encode(spine[::-1], 'TL-BL-BR-TR'), 3000, 3000
            ),
        },
    )
    report = convert_mendeley(src, tmp_path / 'out')
    data = load(tmp_path / 'out', 'train')
    assert (data['images'][0]['width'], data['images'][0]['source']) == (
        3000,
        'honduran',
    )
    assert data['images'][0]['named_levels'] == ['L3-L4', 'L4-L5']
    np.testing.assert_array_equal(keypoints(data), spine)
    assert report.items == {}


def test_phantoms_are_named_so(tmp_path):
    src = write_tree(tmp_path / 'src', {**two_films(), 'truth.json': b'{}'})
    convert_mendeley(src, tmp_path / 'out')
    data = load(tmp_path / 'out', 'val')
    assert data['images'][0]['source'] == 'phantom'
    assert data['licenses'] == []


def test_test_films_have_no_labels_and_leaks_are_told(tmp_path):
    files = {
        **two_films(),
        'Test/3209-F-073Y1.jpg': jpeg(120, 200, 95),
        'Test/3729-F-067Y1.jpg': jpeg(130, 210, 96),
    }
    report = convert_mendeley(write_tree(tmp_path / 'src', files), tmp_path / 'out')
    data = load(tmp_path / 'out', 'test')
    assert data['annotations'] == []
    assert [i['original_size'] for i in data['images']] == [[120, 200], [130, 210]]
    assert report.items == {
        'test_film_seen': [
            {
                'file': 'Test/3209-F-073Y1.jpg',
                'seen_in': ['train'],
                'also': [
                    'Train/Keypointrcnn_data/images/train/3209-F-073Y1_jpg.rf.ab.jpg'
                ],
            }
        ]
    }
    assert report.totals['encoding']['unlabelled'] == {'films': 2, 'vertebrae': 0}


def test_broken_member_costs_one_film(tmp_path):
    path = tmp_path / 'd.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_STORED) as file:
        for name, content in two_films().items():
            file.writestr(name, content)
    original = jpeg(grey=91)
    position = path.read_bytes().index(original) + len(original) // 2
    with path.open('r+b') as stream:
        stream.seek(position)
        byte = stream.read(1)[0]
        stream.seek(position)
        stream.write(bytes([byte ^ 0xFF]))
    report = convert_mendeley(path, tmp_path / 'out')
    assert report.counts() == {'member_corrupt': 1}
    assert report.totals['films'] == 1


def test_pycocotools_loads_the_result(tmp_path):
    coco = pytest.importorskip('pycocotools.coco')
    convert_mendeley(write_tree(tmp_path / 'src', two_films()), tmp_path / 'out')
    data = coco.COCO(str(tmp_path / 'out/annotations/train.json'))
    assert len(data.getAnnIds(imgIds=data.getImgIds(), iscrowd=False)) == 6


@pytest.mark.parametrize(
    ('files', 'message'),
    [
        ({}, 'no films found'),
        ({'holiday/a.jpg': jpeg()}, 'no films found'),
        ({f'{LABELS}a.json': usual_json(SPINE)}, 'no films found'),
        (
            {f'{IMAGES}a.jpg': b'', f'{LABELS}a.json': usual_json(SPINE)},
            r'not one film is usable .*: 1 image_unreadable: T/images/train/a\.jpg \(',
        ),
    ],
)
def test_nothing_to_convert_writes_nothing(tmp_path, files, message):
    (tmp_path / 'src').mkdir()
    with pytest.raises(SpondyloError, match=message):
        convert_mendeley(write_tree(tmp_path / 'src', files), tmp_path / 'out')
    assert [p.name for p in tmp_path.iterdir()] == ['src']


@pytest.mark.parametrize('where', ['src', 'src/out', '.'])
def test_output_may_not_touch_the_source(tmp_path, where):
    src = write_tree(tmp_path / 'src', two_films())
    before = tree_bytes(tmp_path)
    with pytest.raises(SpondyloError, match='choose another folder'):
        convert_mendeley(src, tmp_path / where, force=True)
    assert tree_bytes(tmp_path) == before


@pytest.mark.parametrize(
    'name', ['annotations/r70/split.json', 'calibration_report.json']
)
def test_work_of_others_is_not_replaced(tmp_path, name):
    src, out = write_tree(tmp_path / 'src', two_films()), tmp_path / 'out'
    convert_mendeley(src, out)
    convert_mendeley(src, out, force=True)
    write_tree(out, {name: b'{}'})
    before = tree_bytes(out)
    lost = name.removesuffix('/split.json')
    with pytest.raises(SpondyloError, match=f'since {lost} would be lost') as error:
        convert_mendeley(src, out, force=True)
    assert '\n' not in str(error.value)
    assert tree_bytes(out) == before
    (out / name).unlink()
    if lost != name:
        (out / lost).rmdir()
    convert_mendeley(src, out, force=True)


@pytest.mark.real
def test_real_films(real_data, tmp_path):
    report = convert_mendeley(real_data / 'mendeley_lateral6', tmp_path / 'out')
    assert report.items == {}
    assert (report.totals['films'], report.totals['vertebrae']) == (6, 36)
    assert report.totals['encoding'] == {
        'BL-BR-TL-TR': {'films': 4, 'vertebrae': 25},
        'TL-BL-BR-TR': {'films': 2, 'vertebrae': 11},
    }
