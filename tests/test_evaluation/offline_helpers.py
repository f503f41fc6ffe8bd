"""A small annotated data set, and predictions for it, in every form."""

import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset
from spondylo_mmpose.utils.io import write_json

SPINE = np.array(
    [
        # S1, L5, L4: rectangles of 40 x 20 px, one above the other.
        [[x, y], [x + 40, y], [x, y + 20], [x + 40, y + 20]]
        for x, y in ((50, 150), (45, 120), (44, 90))
    ],
    dtype=float,
)


def three_films():
    """Films a/one.png, a/two.png, b/three.png with 3, 3 and 2 vertebrae."""
    return [
        Film('a/one.png', 200, 220, 'test', SPINE, patient_id='p1'),
        Film('a/two.png', 200, 220, 'test', SPINE + [10, 5], patient_id='p2'),
        Film(
            'b/three.png', 300, 220, 'test', SPINE[:2], patient_id='p2',
            pixel_spacing_mm=(0.5, 0.5),
        ),
    ]  # fmt: skip


def write_truth(folder, films=None, name='test.json'):
    content = coco_dataset(three_films() if films is None else films, DatasetInfo('x'))
    return write_json(folder / name, content)


def samples_of(content, predicted, root='/data/images/'):
    """What a model that was given the boxes would dump.

    Args:
        content: Decoded annotation file.
        predicted: ``(4, 2)`` px for each annotation, by its id.
    """
    images = {image['id']: image for image in content['images']}
    return [
        {
            'id': annotation['id'],
            'img_path': root + images[annotation['image_id']]['file_name'],
            'raw_ann_info': annotation,
            'film': images[annotation['image_id']],
            'vertebra': {'level': annotation['level'], 'order': annotation['order']},
            'pred_instances': {
                'keypoints': predicted[annotation['id']][None],
                'keypoint_scores': np.full((1, 4), 0.5, np.float32),
            },
        }
        for annotation in content['annotations']
        if annotation['id'] in predicted
    ]


def shifted(content, shift):
    """The true corners of each annotation, moved by ``shift`` (px)."""
    return {
        a['id']: np.array(a['keypoints']).reshape(4, 3)[:, :2] + shift
        for a in content['annotations']
    }
