"""A small sound data set in each raw format, in memory."""

import csv
import io
import json

from PIL import Image

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset
from spondylo_mmpose.converters.formats.csv_table import COLUMNS
from spondylo_mmpose.exporters.base import PlacedFilm
from spondylo_mmpose.exporters.csv_table import rows_of
from spondylo_mmpose.spine.anatomy import AROUND

from .helpers import make_spine, usual_json, usual_txt
from .spine_sets import (
    BODIES,
    SIZE,
    frontal_spine,
    landmark_row,
    plate_rows,
    rows_csv,
)
from .test_formats import test_cvat as cvat
from .test_formats import test_label_studio as label_studio
from .test_formats import test_labelme as labelme
from .test_formats.helpers import dump

SPINES = [make_spine(5, 30), make_spine(6, 45, facing='right'), make_spine(7, 50, 1.2)]
LEVELS = ['S1', 'L5', 'L4', 'L3', 'L2', 'L1', 'T12']


def picture(grey, width=640, height=640):
    buffer = io.BytesIO()
    Image.new('L', (width, height), grey).save(buffer, 'PNG', compress_level=1)
    return buffer.getvalue()


IMAGES = [picture(60), picture(70), picture(80)]


def mendeley(labels, suffix):
    files = {}
    for name, split, image, spine in zip('abc', ('train', 'train', 'val'), IMAGES,
                                         SPINES, strict=True):  # fmt: skip
        files[f'D/images/{split}/{name}.png'] = image
        files[f'D/labels/{split}/{name}.{suffix}'] = labels(spine)
    return files


def films(split):
    return [
        Film(f'{split}/{name}.png', 640, 640, split, spine, patient_id=name)
        for name, spine in zip('abc', SPINES, strict=True)
    ]


def images(folder):
    return {f'{folder}/{n}.png': i for n, i in zip('abc', IMAGES, strict=True)}


def of_coco():
    content = coco_dataset(films('train'), DatasetInfo(''))
    return {'annotations/train.json': dump(content), **images('images/train')}


def of_csv():
    text = io.StringIO(newline='')
    table = csv.DictWriter(text, COLUMNS, restval='')
    table.writeheader()
    for film in films('train'):
        table.writerows(rows_of(PlacedFilm(film, 'x', f'images/{film.file_name}')))
    return {'vertebrae.csv': text.getvalue().encode(), **images('images/train')}


def of_labelme():
    files = images('set')
    for name, spine in zip('abc', SPINES, strict=True):
        shapes = [labelme.polygon(q[AROUND], n) for q, n in
                  zip(spine, LEVELS, strict=False)]  # fmt: skip
        label = labelme.label(shapes, imagePath=f'{name}.png')
        files[f'set/{name}.json'] = dump(label)
    return files


def of_cvat():
    entries = []
    for name, spine in zip('abc', SPINES, strict=True):
        shapes = [
            cvat.shape('polygon', quad[AROUND], level)
            for quad, level in zip(spine, LEVELS, strict=False)
        ]
        shapes[0] = cvat.skeleton(spine[0], 'S1')
        entries.append(cvat.image(shapes, f'{name}.png'))
    return {'annotations.xml': cvat.xml(*entries), **images('images')}


def of_label_studio():
    tasks = []
    for name, spine in zip('abc', SPINES, strict=True):
        results = []
        for i, (quad, level) in enumerate(zip(spine, LEVELS, strict=False)):
            result = label_studio.polygon(quad, level, f'r{i}')
            result |= {'original_width': 640, 'original_height': 640}
            result['value']['points'] = (quad[AROUND] / 6.4).tolist()
            results.append(result)
        annotation = label_studio.annotation(results)
        tasks.append(
            label_studio.task([annotation], f'/data/upload/1/0a1b2c3d-{name}.png')
        )
    return {'export.json': json.dumps(tasks).encode(), **images('images')}


def of_buu():
    files = {}
    for place, name in enumerate(('3001-F-060Y1', '3002-M-051Y1', '3003-F-044Y1')):
        files[f'buu/LA/{name}.png'] = IMAGES[place]
        files[f'buu/LA/{name}.csv'] = rows_csv(plate_rows(BODIES + 4 * place))
    return files


def of_aasce():
    names = [f'sunhl-1th-0{i}-Jan-2017-{i} A AP.png' for i in (1, 2, 3)]
    spines = [frontal_spine() + 5 * i for i in range(3)]
    tables = {
        'filenames': '\n'.join(names),
        'landmarks': '\n'.join(landmark_row(s) for s in spines),
        'angles': '\n'.join(['30.5,20,10'] * 3),
    }
    files = {f'A/labels/training/{k}.csv': v.encode() for k, v in tables.items()}
    for i, name in enumerate(names):
        files[f'A/data/training/{name}'] = picture(50 + i, *SIZE)
    return files


SAMPLES = {
    'mendeley json': mendeley(usual_json, 'json'),
    'mendeley txt': mendeley(usual_txt, 'txt'),
    'coco': of_coco(),
    'csv': of_csv(),
    'labelme': of_labelme(),
    'cvat': of_cvat(),
    'label_studio': of_label_studio(),
    'buu': of_buu(),
    'aasce': of_aasce(),
}
