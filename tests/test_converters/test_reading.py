import io
import json

from PIL import Image

from spondylo_mmpose.converters.conversion_report import KINDS

from .helpers import (
    IMAGES,
    LABELS,
    convert_mendeley,
    encode,
    jpeg,
    json_bytes,
    json_labels,
    load,
    make_spine,
    usual_json,
    usual_txt,
    write_tree,
)

SPINE = make_spine()


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


def gif():
    """An image that Pillow reads and OpenCV does not."""
    buffer = io.BytesIO()
    Image.new('L', (640, 640), 7).save(buffer, 'GIF')
    return buffer.getvalue()


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
    'side_overlong': json_with(
        points(3, lambda p: [[p[0][0] - 180, p[0][1], 1], *p[1:]])
    ),
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
    # A name that tells its patient: equal ones are no accident.
    good = '3209-F-073Y1'
    film(good, jpeg(grey=next(shades)), usual_json(SPINE))
    film('cut_image', jpeg()[:-400], usual_json(SPINE))
    film('no_image_inside', b'text', usual_json(SPINE))
    film('gif_inside', gif(), usual_json(SPINE))
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
    files[f'T/images/val/{good}.jpg'] = jpeg(grey=78)
    files[f'T/labels/val/{good}.json'] = usual_json(SPINE)
    files[f'Test/{good}.jpg'] = jpeg(grey=79)
    files[f'U/images/train/{good}.jpg'] = jpeg(grey=80)
    shifted = SPINE.copy()
    shifted[..., 0] -= shifted[..., 0].min() + 1
    film('clamped', jpeg(grey=next(shades)), usual_json(shifted))
    expected.update(
        image_unreadable=3,
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
    assert never_here <= {kind for kind in KINDS if not expected[kind]}
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
    # Left out: four kinds of labels, three unreadable images, one without labels.
    assert written['totals']['films left out'] == 8
    names = [
        i['file_name']
        for s in ('train', 'val')
        for i in load(tmp_path / 'out', s)['images']
    ]
    assert 'train/labels_unreadable.jpg' not in names
    on_disk = list((tmp_path / 'out/images').rglob('*.jpg'))
    assert len(on_disk) == written['totals']['films'] == len(names) + 1
