import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spondylo_mmpose.converters.conversion_report import KINDS
from spondylo_mmpose.converters.mendeley import convert_mendeley
from spondylo_mmpose.errors import SpondyloError

from .helpers import (
    encode,
    jpeg,
    json_bytes,
    json_labels,
    make_spine,
    two_films,
    txt_bytes,
    usual_json,
    usual_txt,
    write_tree,
)

SPINE = make_spine()
IMAGES, LABELS = 'T/images/train/', 'T/labels/train/'


def load(out, split):
    return json.loads((out / 'annotations' / f'{split}.json').read_text())


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
            {'file': 'Test/3209-F-073Y1.jpg', 'seen_in': ['train']},
        ]
    }
    assert report.totals['encoding']['unlabelled'] == {'films': 2, 'vertebrae': 0}


def json_with(change):
    data = json_labels(encode(SPINE[::-1], 'BL-BR-TL-TR'))
    change(data)
    return json.dumps(data).encode()


def points(index, value):
    """Change that sets the corners of one vertebra."""

    def change(data):
        data['keypoints'][index] = value(data['keypoints'][index])

    return change


def again(data):
    for name in ('keypoints', 'boxes', 'labels'):
        data[name].append(data[name][0])


def stray(data):
    data['keypoints'].append([[9, 602, 1], [27, 602, 1], [9, 600, 1], [27, 600, 1]])
    data['boxes'].append([9, 600, 27, 602])
    data['labels'].append(0)


def exif_turned():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    Image.new('L', (640, 640), 7).save(buffer, 'JPEG', exif=exif)
    return buffer.getvalue()


# Kind expected, and the labels that cause it.
LABEL_FAULTS = {
    'labels_unreadable': usual_json(SPINE)[:200],
    'labels_empty': b'{"boxes": [], "keypoints": [], "labels": []}',
    # Right before left, a mirror of any known order.
    'encoding_undecided': json_bytes(SPINE[::-1, [1, 0, 3, 2]]),
    'vertebrae_all_faulty': b'{"keypoints": [[]], "boxes": [0], "labels": [0]}',
    'corner_missing': json_with(points(0, lambda p: p[:3])),
    'corner_malformed': json_with(points(0, lambda p: [*p[:3], 'x'])),
    'not_finite': json_with(points(0, lambda p: [*p[:3], [float('nan'), 1, 1]])),
    'vertebra_unlabelled': json_with(points(0, lambda p: [[0, 0, 0]] * 4)),
    'corner_outside': json_with(points(0, lambda p: [*p[:3], [700, 1, 1]])),
    'stray_box': json_with(stray),
    'vertebra_duplicated': json_with(again),
    'bow_tie': json_with(points(0, lambda p: [p[1], p[0], p[2], p[3]])),
    'order_disagrees': json_with(points(0, lambda p: [p[2], p[3], p[0], p[1]])),
    'corners_coincide': json_with(points(0, lambda p: [p[0], p[0], p[2], p[3]])),
    'quad_concave': json_with(
        points(2, lambda p: [[p[2][0] + 40, p[2][1] + 8, 1], *p[1:]])
    ),
    'corner_unlabelled': json_with(points(0, lambda p: [*p[:3], [0, 0, 0]])),
    'encoding_unusual': json_with(
        lambda d: d.update(
            json_labels(encode(SPINE[::-1], 'TL-TR-BL-BR')),
        )
    ),
    'unsorted_file': json_with(
        lambda d: d.update(json_labels(encode(SPINE, 'BL-BR-TL-TR')))
    ),
    'box_disagrees': json_with(lambda d: d['boxes'].__setitem__(0, [1, 1, 9, 9])),
    'class_unexpected': json_with(lambda d: d['labels'].__setitem__(0, 1)),
    'list_lengths_differ': json_with(lambda d: d['boxes'].pop()),
}
ALSO = {'vertebrae_all_faulty': {'corner_missing': 1}}


def test_one_of_each_fault_is_counted_exactly(tmp_path):
    files, expected = {}, dict.fromkeys(KINDS, 0)

    def film(name, image, labels, suffix='json'):
        if image is not None:
            files[f'{IMAGES}{name}.jpg'] = image
        if labels is not None:
            files[f'{LABELS}{name}.{suffix}'] = labels

    shades = iter(range(1, 200))
    for kind, labels in LABEL_FAULTS.items():
        film(kind, jpeg(grey=next(shades)), labels)
        expected[kind] += 1
        for other, number in ALSO.get(kind, {}).items():
            expected[other] += number
    film('good', jpeg(grey=next(shades)), usual_json(SPINE))
    film('cut_image', jpeg()[:-400], usual_json(SPINE))
    film('no_image_inside', b'text', usual_json(SPINE))
    film('alone', jpeg(grey=next(shades)), None)
    film('orphan', None, usual_json(SPINE))
    film('both', jpeg(grey=next(shades)), usual_json(SPINE))
    film('both', None, usual_txt(SPINE), 'txt')
    film('either', jpeg(grey=next(shades)), b'{')
    film('either', None, usual_txt(SPINE), 'txt')
    film('turned', exif_turned(), usual_json(SPINE))
    film('copy', jpeg(grey=77), usual_json(SPINE))
    files['T/images/val/copy2.jpg'] = jpeg(grey=77)
    files['T/labels/val/copy2.txt'] = usual_txt(SPINE)
    files['T/images/val/good.jpg'] = jpeg(grey=78)
    files['T/labels/val/good.json'] = usual_json(SPINE)
    files['Test/good.jpg'] = jpeg(grey=79)
    files['U/images/train/good.jpg'] = jpeg(grey=80)
    shifted = SPINE.copy()
    shifted[..., 0] -= shifted[..., 0].min() + 1
    film('clamped', jpeg(grey=next(shades)), usual_json(shifted))
    expected.update(
        image_unreadable=2,
        image_without_label=1,
        label_without_image=1,
        json_and_txt=1,
        json_unusable=1,
        image_turned=1,
        image_repeated=1,
        file_duplicated=1,
        patient_in_two_splits=1,
        test_film_seen=1,
        corner_clamped=1,
    )
    report = convert_mendeley(write_tree(tmp_path / 'src', files), tmp_path / 'out')

    never_here = {'member_unsafe', 'member_corrupt', 'member_too_large'}
    assert {kind for kind in KINDS if not expected[kind]} == never_here
    assert {kind: report.count(kind) for kind in KINDS} == expected
    written = json.loads((tmp_path / 'out/conversion_report.json').read_text())
    assert written['faults']['bow_tie'] == {
        'count': 1,
        'effect': 'vertebra left out',
        'meaning': 'two sides of the quad cross',
        'items': [{'file': f'{IMAGES}bow_tie.jpg', 'split': 'train', 'vertebra': 0}],
    }
    (both,) = written['faults']['json_and_txt']['items']
    assert (both['agree'], both['largest_distance_px']) == (True, 0.0)
    # Left out: four kinds of labels, two unreadable images, one without labels.
    assert written['totals']['films left out'] == 7
    names = [
        i['file_name']
        for s in ('train', 'val')
        for i in load(tmp_path / 'out', s)['images']
    ]
    assert 'train/labels_unreadable.jpg' not in names
    on_disk = list((tmp_path / 'out/images').rglob('*.jpg'))
    assert len(on_disk) == written['totals']['films'] == len(names) + 1


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
            r'not one film is usable \(1 image_unreadable\)',
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


@pytest.mark.real
def test_real_films(real_data, tmp_path):
    report = convert_mendeley(real_data / 'mendeley_lateral6', tmp_path / 'out')
    assert report.items == {}
    assert (report.totals['films'], report.totals['vertebrae']) == (6, 36)
    assert report.totals['encoding'] == {
        'BL-BR-TL-TR': {'films': 4, 'vertebrae': 25},
        'TL-BL-BR-TR': {'films': 2, 'vertebrae': 11},
    }
