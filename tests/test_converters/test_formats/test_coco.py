"""COCO files: what is read of them, and what they must not hide."""

import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset

from ..helpers import make_spine
from ..samples import films, images, of_coco
from .helpers import dump, read

SOUND = of_coco()


def content():
    return coco_dataset(films('train'), DatasetInfo(''))


def read_changed(change, **more):
    changed = content()
    change(changed)
    return read('coco', SOUND | {'annotations/train.json': dump(changed)} | more)


def test_lower_plate_of_a_steep_sacrum_may_run_from_right_to_left():
    # On a stretched film an S1 of this shape is whole, and neither mirrored nor
    # upside down.
    spine = make_spine(6, 40)
    sacrum = [[318.7, 413.0], [353.5, 364.9], [386.3, 412.8], [382.6, 380.9]]
    spine = np.concatenate([[sacrum], spine[1:] - spine[1].mean(0) + [298.6, 364.0]])
    film = Film('train/a.png', 640, 640, 'train', spine, patient_id='a')
    label = dump(coco_dataset([film], DatasetInfo('')))
    found, report = read(
        'coco', {'annotations/train.json': label, **images('images/train')}
    )
    assert 'order_disagrees' not in report.counts()
    np.testing.assert_array_equal(found['train/a'].film.corners[0], sacrum)
