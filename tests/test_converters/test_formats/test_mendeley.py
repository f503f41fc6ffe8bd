"""Whose films they are: labels of this layout are written for many data sets."""

import json

import pytest

from spondylo_mmpose.converters.coco import CC_BY_4

from ..helpers import (
    convert_mendeley,
    jpeg,
    load,
    make_spine,
    two_films,
    usual_txt,
    write_tree,
)

SPINE = make_spine()
OFFICIAL = 'Spondylolisthesis Vertebral Landmark Dataset'


def yolo(*stems, split='train'):
    files = {}
    for grey, stem in enumerate(stems, 80):
        files[f'{split}/images/{stem}.jpg'] = jpeg(grey=grey)
        files[f'{split}/labels/{stem}.txt'] = usual_txt(SPINE)
    return files


def converted(tmp_path, files, split='train'):
    convert_mendeley(write_tree(tmp_path / 'src', files), tmp_path / 'out')
    return load(tmp_path / 'out', split)


EXPORTED = ('3209-F-073Y1_jpg.rf.ab', '4411-M-029Y1_jpg.rf.cd')


@pytest.mark.parametrize(
    'files',
    [
        two_films(),
        {name.replace('Train/Keypointrcnn_data/', ''): content
         for name, content in two_films().items()},
        yolo(*EXPORTED, 'mine'),
        {'Keypointrcnn_data/' + name: content for name, content in
         yolo('a', 'b').items()},
    ],
)  # fmt: skip
def test_signs_of_the_data_set(tmp_path, files):
    made = converted(tmp_path, files)
    assert made['info']['description'] == OFFICIAL
    assert made['info']['contributor'].startswith('Karla Reyes')
    assert [licence['name'] for licence in made['licenses']] == [CC_BY_4.name]


@pytest.mark.parametrize(
    'stems',
    [
        ('a', 'b'),
        ('a_jpg.rf.0a', 'b_jpg.rf.0b'),
        (EXPORTED[0], 'mine'),
        ('3209-F-073Y1', '4411-M-029Y1'),  # BUU's own, which has another licence
    ],
)
def test_films_of_others_get_no_author_and_no_licence(tmp_path, stems):
    made = converted(tmp_path, yolo(*stems))
    assert made['info']['description'] == 'YOLO-pose labels'
    assert (made['info']['url'], made['info']['contributor']) == ('', '')
    assert made['licenses'] == []
    assert 'license' not in made['images'][0]


def test_size_is_the_original_one_of_unlabelled_test_films_only(tmp_path):
    files = {**two_films(), 'Test/3729-F-067Y1.jpg': jpeg(130, 210, 96)}
    files |= yolo('3730-F-067Y1', split='Test')
    films = converted(tmp_path / 'a', files, 'test')['images']
    assert [film['original_size'] for film in films] == [[130, 210], None]
    files = {**yolo('a', 'b'), 'Test/c.jpg': jpeg(grey=7)}
    (film,) = converted(tmp_path / 'b', files, 'test')['images']
    assert film['original_size'] is None


def test_names_of_two_splits_are_no_leak(tmp_path):
    files = yolo('0', '1') | yolo('0', split='valid')
    src = write_tree(tmp_path / 'src', files)
    report = convert_mendeley(src, tmp_path / 'out')
    assert set(report.counts()) == {'image_repeated'}  # hand-made films are alike
    (film,) = load(tmp_path / 'out', 'val')['images']
    assert film['patient_id'] == 'valid/images/0'


@pytest.mark.parametrize('text', ['{', '[]', '{"attribution": "mine"}'])
def test_damaged_report_of_an_export_is_passed_over(tmp_path, text):
    made = converted(tmp_path, yolo('a') | {'export_report.json': text.encode()})
    assert made['info']['description'] == 'YOLO-pose labels'


def test_export_says_whose_films_they_are(tmp_path):
    told = {'description': 'Our films', 'url': 'https://example.org', 'licence': ''}
    report = json.dumps({'attribution': told}).encode()
    made = converted(tmp_path, two_films() | {'export_report.json': report})
    assert made['info']['description'] == 'Our films'
    assert made['info']['url'] == 'https://example.org'
    assert made['licenses'] == []


def test_classes_named_after_levels_name_the_vertebrae(tmp_path):
    # Listed from above, T12 to L5; the film shows no S1.
    lines = usual_txt(SPINE).decode().splitlines()
    text = '\n'.join(f'{i}{line[1:]}' for i, line in enumerate(lines)).encode()
    files = yolo('a') | {'train/labels/a.txt': text}
    files['data.yaml'] = b'names: [T12, L1, L2, L3, L4, L5]'
    made = converted(tmp_path, files)
    levels = [a['level'] for a in made['annotations']]
    assert levels == ['L5', 'L4', 'L3', 'L2', 'L1', 'T12']
    assert {a['level_origin'] for a in made['annotations']} == {'file'}
