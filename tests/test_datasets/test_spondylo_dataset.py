import json

import cv2
import numpy as np
import pytest
from mmpose.datasets.transforms import (
    GetBBoxCenterScale,
    LoadImage,
    PackPoseInputs,
    RandomFlip,
    TopdownAffine,
)

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset
from spondylo_mmpose.datasets import SpondyloDataset
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import CORNERS

QUAD = np.array([[20.5, 60], [70, 62], [22, 90], [72, 93.25]])
SPINE = np.array([QUAD, QUAD - [0, 45]])


@pytest.fixture
def root(tmp_path):
    film = Film('train/a.png', 160, 120, 'train', SPINE, patient_id='p1', source='buu')
    (tmp_path / 'images' / 'train').mkdir(parents=True)
    (tmp_path / 'annotations').mkdir()
    cv2.imwrite(str(tmp_path / 'images/train/a.png'), np.full((120, 160), 90, np.uint8))
    write(tmp_path, coco_dataset([film], DatasetInfo('test')))
    return tmp_path


def write(root, content):
    (root / 'annotations' / 'train.json').write_text(json.dumps(content))


def build(root, pipeline=()):
    return SpondyloDataset(
        ann_file='annotations/train.json',
        data_root=str(root),
        data_prefix={'img': 'images/'},
        pipeline=list(pipeline),
    )


def test_metainfo():
    info = SpondyloDataset._load_metainfo()
    assert tuple(info['keypoint_id2name'].values()) == CORNERS
    assert info['flip_indices'] == [1, 0, 3, 2]
    assert len(info['skeleton_links']) == 4
    assert info['sigmas'].shape == (4,)


def test_one_sample_is_one_vertebra(root):
    dataset = build(root)
    assert len(dataset) == 2
    sample = dataset[0]
    assert sample['keypoints'][0] == pytest.approx(QUAD)
    assert sample['bbox'][0].tolist() == [20.5, 60, 72, 93.25]
    assert sample['vertebra']['order'] == 0
    assert sample['vertebra']['level'] == 'S1'
    assert dataset[1]['vertebra']['level'] == 'L5'
    assert sample['film']['patient_id'] == 'p1'
    assert sample['film']['pixel_spacing_mm'] is None


def test_film_and_vertebra_reach_the_metric(root):
    keys = ('id', 'img_path', 'raw_ann_info', 'film', 'vertebra')
    dataset = build(root, [LoadImage(), PackPoseInputs(meta_keys=keys)])
    sample = dataset[1]['data_samples'].to_dict()
    assert sample['film']['source'] == 'buu'
    assert sample['vertebra']['order'] == 1


def test_flip_swaps_the_sides(root):
    flip = RandomFlip(prob=1.0, direction='horizontal')
    sample = build(root, [LoadImage(), flip])[0]
    mirrored = QUAD[[1, 0, 3, 2]].copy()
    mirrored[:, 0] = 160 - 1 - mirrored[:, 0]
    assert sample['keypoints'][0] == pytest.approx(mirrored)
    assert sample['keypoints'][0, 0, 0] < sample['keypoints'][0, 1, 0]


def test_crop_moves_pixels_and_corners_together(root):
    # A bright dot on a corner must stay under that corner in the crop.
    film = np.zeros((120, 160), np.uint8)
    film[62, 70] = 255
    cv2.imwrite(str(root / 'images/train/a.png'), film)
    crop = [
        LoadImage(),
        GetBBoxCenterScale(padding=1.5),
        TopdownAffine(input_size=(256, 256), use_udp=True),
    ]
    sample = build(root, crop)[0]
    y, x = np.unravel_index(sample['img'][..., 0].argmax(), (256, 256))
    assert [x, y] == pytest.approx(sample['transformed_keypoints'][0, 1], abs=1.0)


@pytest.mark.parametrize(
    ('break_it', 'message'),
    [
        (lambda root, c: c.pop('categories'), 'is no COCO file'),
        (lambda root, c: c['categories'][0]['keypoints'].pop(), 'four corners'),
        (lambda root, c: c.update(annotations=[]), 'no labelled vertebra'),
        (lambda root, c: c.update(images=1), 'is no COCO file'),
        (lambda root, c: c.update(annotations='abc'), 'is no COCO file'),
        (lambda root, c: c.update(categories=[1]), 'is no COCO file'),
        (lambda root, c: c['info'].update(format_version='2.0'), 'version 2.0'),
        (lambda root, c: c['images'][0].pop('file_name'), 'no file_name'),
        (lambda root, c: c['annotations'][1].pop('bbox'), 'annotation 1 has no box'),
        (lambda root, c: c['annotations'][1].update(bbox=[1, 2, 0, 4]), 'no box'),
        (lambda root, c: c['annotations'][1].update(image_id=9), 'to no image'),
        (lambda root, c: c['annotations'][1].update(keypoints=['a'] * 12), 'corners'),
        (lambda root, c: c['annotations'][0]['keypoints'].pop(), 'four corners'),
        (lambda root, c: (root / 'images/train/a.png').unlink(), 'are missing'),
    ],
)
def test_faulty_data_set_is_one_line(root, break_it, message):
    content = json.loads((root / 'annotations/train.json').read_text())
    break_it(root, content)
    write(root, content)
    with pytest.raises(SpondyloError, match=message):
        build(root)


def test_missing_or_cut_annotation_file(root):
    path = root / 'annotations' / 'train.json'
    path.write_text(path.read_text()[:200])
    with pytest.raises(SpondyloError, match='cannot be read as JSON'):
        build(root)
    path.unlink()
    with pytest.raises(SpondyloError, match='SPONDYLO_DATA'):
        build(root)


@pytest.mark.parametrize('cut', [True, False])
def test_a_film_that_is_no_image_is_named(root, cut):
    _, jpeg = cv2.imencode('.jpg', np.full((120, 160), 90, np.uint8))
    content = jpeg.tobytes()[:400] if cut else b'text'
    (root / 'images/train/a.png').write_bytes(content)
    with pytest.raises(SpondyloError, match=r'a\.png: cannot be read as an image'):
        build(root, [LoadImage()])[0]
