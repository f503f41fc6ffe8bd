import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.dataset import pseudo_collate
from mmpose.datasets.transforms import (
    GetBBoxCenterScale,
    LoadImage,
    PackPoseInputs,
    RandomFlip,
    TopdownAffine,
)
from torch.utils.data import DataLoader

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset
from spondylo_mmpose.datasets import LoadRadiograph, SpondyloDataset
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


def build(root, pipeline=(), **settings):
    return SpondyloDataset(
        ann_file='annotations/train.json',
        data_root=str(root),
        data_prefix={'img': 'images/'},
        pipeline=list(pipeline),
        **settings,
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
    dataset = build(root, [LoadRadiograph(), PackPoseInputs(meta_keys=keys)])
    sample = dataset[1]['data_samples'].to_dict()
    assert sample['film']['source'] == 'buu'
    assert sample['vertebra']['order'] == 1


def test_flip_swaps_the_sides(root):
    flip = RandomFlip(prob=1.0, direction='horizontal')
    sample = build(root, [LoadRadiograph(), flip])[0]
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
        LoadRadiograph(),
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
        (lambda root, c: c['images'][0].pop('width'), 'a.png has no width and'),
        (lambda root, c: c['images'][0].update(height='9'), 'no width and height'),
        (lambda root, c: c['images'][0].update(pixel_spacing_mm=0.2), 'two numbers'),
        (lambda root, c: c['images'][0].update(pixel_spacing_mm=[1, 0]), 'above 0'),
        (
            lambda root, c: c['images'][0].update(original_size=['9', 9]),
            'original_size',
        ),
        (
            lambda root, c: c['images'][0].update(
                pixel_spacing_estimate={'mm': [1, 1]}
            ),
            'pixel_spacing_estimate that has not',
        ),
        (lambda root, c: c['categories'][0]['keypoints'].reverse(), 'corners are not'),
        (lambda root, c: c['images'][0].update(file_name='../a.png'), 'leads out'),
        (lambda root, c: c['images'][0].update(height=0), 'no width and height'),
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
        build(root, [LoadRadiograph()])[0]


def test_vertebrae_of_a_film_share_one_decode(root):
    dataset = build(root, [LoadRadiograph()])
    path = dataset.get_data_info(0)['img_path']
    assert path not in dataset.film_cache
    first = dataset[0]['img']
    assert path in dataset.film_cache
    # What the disk holds now is not looked at again.
    Path(path).write_bytes(b'text')
    assert (dataset[1]['img'] == first).all()
    assert (dataset.get_subset([1])[0]['img'] == first).all()


def test_a_size_that_is_wrong_in_the_file_does_no_harm(root):
    content = json.loads((root / 'annotations/train.json').read_text())
    content['images'][0].update(width=120, height=160)
    write(root, content)
    dataset = build(root, [LoadRadiograph()])
    for _ in range(2):
        assert dataset[0]['img'].shape == (120, 160, 3)


def test_room_for_no_film(root):
    dataset = build(root, [LoadRadiograph()], film_cache_mib=0)
    assert len(dataset.film_cache) == 0
    assert dataset[0]['img'].shape == (120, 160, 3)


def test_workers_leave_films_to_the_next_epoch(root):
    dataset = build(root, [LoadRadiograph(), PackPoseInputs(meta_keys=('id',))])
    loader = DataLoader(dataset, batch_size=2, num_workers=1, collate_fn=pseudo_collate)
    path = dataset.get_data_info(0)['img_path']
    (first,) = loader
    assert path in dataset.film_cache
    Path(path).write_bytes(b'text')
    (second,) = loader  # of another worker
    assert (first['inputs'][0] == second['inputs'][0]).all()


def test_a_pickled_data_set_decodes_for_itself(root):
    dataset = build(root, [LoadRadiograph()])
    expected = dataset[0]['img']
    spawned = pickle.loads(pickle.dumps(dataset))
    assert (spawned[0]['img'] == expected).all()
    assert len(spawned.film_cache) == 0


def test_other_readers_of_a_broken_film_are_explained(root):
    dataset = build(root, [LoadImage()])
    Path(dataset.get_data_info(0)['img_path']).write_bytes(b'')
    with pytest.raises(SpondyloError, match=r'a\.png: is empty; copy'):
        dataset[0]
