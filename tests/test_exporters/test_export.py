import json
import shutil

import numpy as np
import pytest
from PIL import Image

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.data_root import read_root
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.exporters.export import export_dataset
from spondylo_mmpose.exporters.registry import EXPORTERS
from tests.helpers import edit_json
from tests.test_exporters.helpers import hard_films, spine, write_root
from tests.test_imaging.helpers import dicom


@pytest.fixture
def root(tmp_path):
    return write_root(tmp_path / 'root', hard_films())


def files(folder):
    return sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file()
    )


def test_another_split_becomes_a_data_set_of_its_own(tmp_path, root):
    films = [
        Film('train/same.png', 640, 640, 'val', spine(4)),
        Film('val/same.png', 640, 640, 'val', spine(3)),
        Film('test/same.png', 640, 640, 'val', spine(5)),
    ]
    aside = write_root(tmp_path / 'aside', films)
    shutil.copytree(aside / 'annotations', root / 'annotations/folds/0')
    out = tmp_path / 'out'
    report = export_dataset('coco', root, out, annotations='folds/0')
    assert report.films == {'val': 3}
    assert report.vertebrae == {'val': 12}
    # Three stems meet in one folder.
    assert report.renamed == {
        'train/same.png': 'images/val/same-2.png',
        'val/same.png': 'images/val/same-3.png',
    }
    sizes = {f.file_name: len(f.corners) for f in read_root(out).films}
    assert sizes == {'val/same.png': 5, 'val/same-2.png': 4, 'val/same-3.png': 3}
    for old, new in {'test/same.png': 'images/val/same.png', **report.renamed}.items():
        assert (out / new).read_bytes() == (root / 'images' / old).read_bytes()
    assert '2 films have new names, listed in export_report.json' in report.summary(out)


def test_splits_of_an_earlier_output_are_not_replaced(tmp_path, root):
    out = tmp_path / 'out'
    export_dataset('coco', root, out)
    export_dataset('coco', root, out, force=True)
    (out / 'annotations' / 'r70').mkdir()
    with pytest.raises(SpondyloError, match='since annotations/r70 would be lost'):
        export_dataset('coco', root, out, force=True)
    assert (out / 'annotations' / 'r70').is_dir()


def test_stems_that_some_disks_cannot_tell_apart(tmp_path):
    names = ['train/A.png', 'train/a.jpg', 'train/\u00e9.png', 'train/e\u0301.png']
    films = [Film(name, 640, 640, 'train', spine(3)) for name in names]
    root = write_root(tmp_path / 'root', films)
    report = export_dataset('mendeley', root, tmp_path / 'out')
    stems = [
        name.split('/')[-1].removesuffix('.json')
        for name in files(tmp_path / 'out')
        if '/labels/' in name
    ]
    assert sorted(stems) == ['A', 'a-2', 'e\u0301', '\u00e9-2']
    assert len(report.renamed) == 2


def test_report_says_where_the_images_come_from(tmp_path, root):
    export_dataset('csv', root, tmp_path / 'out')
    report = json.loads((tmp_path / 'out/export_report.json').read_text())
    assert report['attribution']['licence'] == 'CC BY 4.0'
    assert report['attribution']['description'] == 'made by hand'
    assert report['films'] == {'train': 2, 'val': 1, 'test': 2}


def test_linked_images_take_no_room_and_none_writes_labels_only(tmp_path, root):
    export_dataset('yolo-pose', root, tmp_path / 'linked', images='link')
    linked = tmp_path / 'linked/images/val/same.png'
    assert linked.samefile(root / 'images/val/same.png')
    shutil.rmtree(root / 'images')
    export_dataset('yolo-pose', root, tmp_path / 'none', images='none')
    assert files(tmp_path / 'none') == [
        'data.yaml',
        'export_report.json',
        'labels/test/labelled.txt',
        'labels/train/same.txt',
        'labels/train/Ä b.1, "c".txt',
        'labels/val/same.txt',
    ]


@pytest.mark.parametrize('name', EXPORTERS)
def test_missing_image_is_told_and_nothing_is_written(tmp_path, root, name):
    (root / 'images/val/same.png').unlink()
    with pytest.raises(SpondyloError, match='1 film is missing, the first is val/sam'):
        export_dataset(name, root, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_unreadable_image_leaves_the_old_output(tmp_path, root):
    export_dataset('yolo-pose', root, tmp_path / 'out')
    before = files(tmp_path / 'out')
    (root / 'images/val/same.png').write_text('no image')
    with pytest.raises(SpondyloError, match=r'val/same\.png: .*cannot be read'):
        export_dataset('yolo-pose', root, tmp_path / 'out', force=True)
    assert files(tmp_path / 'out') == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ['out', 'root']


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda c: c['images'][0].update(file_name='../a.png'), 'leads out'),
        (lambda c: c['images'][0].update(file_name='/a.png'), 'leads out'),
        (lambda c: c['images'][0].update(width=None), 'no width and height'),
        (lambda c: c['images'][0].update(height='9'), 'no width and height'),
        (lambda c: c['images'][1].update(file_name='val/same.png'), 'train.json too'),
        (lambda c: c['categories'][0]['keypoints'].reverse(), 'corners are not'),
        (lambda c: c['annotations'][0].update(keypoints=[]), 'annotation 0'),
        (lambda c: c['annotations'][0].update(order=2), 'not sorted upward'),
    ],
)
def test_malformed_data_set_is_refused(tmp_path, root, change, message):
    edit_json(root / 'annotations/train.json', change)
    with pytest.raises(SpondyloError, match=message):
        export_dataset('coco', root, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'name': 'tfrecord'}, 'choose one of coco'),
        ({'root': 'nowhere'}, 'no such folder'),
        ({'root': 'root/images'}, 'no converted data set'),
        ({'annotations': '../x'}, 'name a folder'),
        ({'annotations': 'absent'}, r'absent\.json: no such annotation file'),
        ({'images': 'move'}, 'one of copy, link, none'),
        ({'out': 'root/out'}, 'lies in the source'),
        ({'out': '.'}, 'holds the source'),
    ],
)
def test_wrong_arguments_are_one_line(tmp_path, root, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    given = {'name': 'coco', 'root': 'root', 'out': 'out', **arguments}
    with pytest.raises(SpondyloError, match=message) as error:
        export_dataset(**given)
    assert '\n' not in str(error.value)


def test_image_of_a_format_that_pillow_lacks_becomes_png_for_labelme(tmp_path):
    film = Film('train/a.dcm.png', 640, 640, 'train', spine())
    root = write_root(tmp_path / 'root', [film])
    content = dicom(np.arange(640 * 640, dtype='<u4').astype('<u2').reshape(640, 640))
    (root / 'images/train/a.dcm.png').write_bytes(content)
    report = export_dataset('labelme', root, tmp_path / 'out')
    assert report.converted == ['train/a.dcm.png']
    with Image.open(tmp_path / 'out/train/a.dcm.png') as image:
        assert (image.format, image.mode) == ('PNG', 'L')
