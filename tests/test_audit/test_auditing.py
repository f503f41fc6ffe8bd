import json
import shutil

import cv2
import pytest

from spondylo_mmpose.audit.auditing import audit, reading
from spondylo_mmpose.audit.findings import Finding
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.formats.coco import Coco
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.writer import write_phantoms

from ..helpers import edit_json
from ..test_converters.helpers import make_spine, usual_json, write_tree


def audited(src, *others, raw_format=None):
    with reading(src, raw_format) as read:
        if not others:
            return audit(read)
        with reading(others[0]) as other:
            return audit(read, other)


def test_every_planted_fault_is_found_and_nothing_else(faulty):
    planted = json.loads((faulty / 'planted_faults.json').read_text())
    found = audited(faulty).findings
    open_ = list(found)
    for fault in planted:
        match = [
            f for f in open_ if f.kind == fault['kind'] and fault['file'] in f.files
        ]
        assert len(match) == 1, fault
        open_.remove(match[0])
    assert open_ == []


def test_planted_vertebra_is_named(faulty):
    findings = {f.kind: f for f in audited(faulty).findings}
    for kind in ('corner_outside', 'not_finite', 'corner_missing', 'bow_tie'):
        assert findings[kind].detail['vertebra'] == 1, kind
    copies = findings['export_copies']
    assert len(copies.files) == 3
    assert len(set(copies.detail['vertebrae'])) == 1


def test_clean_phantoms_are_clean_raw_and_converted(tmp_path):
    write_phantoms(tmp_path / 'raw', 6, seed=5, workers=2)
    convert(FORMATS['mendeley'], tmp_path / 'raw', tmp_path / 'coco')
    raw, coco = audited(tmp_path / 'raw'), audited(tmp_path / 'coco')
    assert (raw.format, coco.format) == ('mendeley', 'coco')
    assert raw.findings == coco.findings == []
    assert raw.status(strict=True) == 0
    for name in ('split', 'source', 'vertebrae', 'demographics', 'known'):
        assert raw.tables[name] == coco.tables[name], name


def test_conversion_mends_what_is_not_about_patients(faulty, tmp_path):
    convert(FORMATS['mendeley'], faulty, tmp_path / 'coco')
    kinds = {finding.kind for finding in audited(tmp_path / 'coco').findings}
    assert kinds == {'patient_in_two_splits', 'test_film_seen', 'export_copies'}


@pytest.fixture
def clean(phantoms, tmp_path):
    """Converted phantoms whose content may be changed."""
    return shutil.copytree(phantoms, tmp_path / 'coco')


def test_film_under_another_name_in_another_split(clean):
    (val,) = sorted((clean / 'images/val').iterdir())
    train = sorted((clean / 'images/train').iterdir())[0]
    film = cv2.imread(str(val), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(train), film[:, ::-1])
    (finding,) = audited(clean).findings
    assert finding.kind == 'film_in_two_splits'
    assert sorted(finding.files) == [
        f'images/train/{train.name}',
        f'images/val/{val.name}',
    ]
    assert finding.detail['mirrored'] is True


def test_films_to_keep_together_carry_converted_names(clean):
    first, second = sorted((clean / 'images/train').iterdir())[:2]
    shutil.copyfile(first, second)
    result = audited(clean)
    assert [f.kind for f in result.findings] == ['film_repeated']
    assert result.copies == [[f'train/{first.name}', f'train/{second.name}']]


@pytest.mark.parametrize('field', ['patient_id', 'group'])
def test_patient_or_group_in_two_splits_of_a_converted_set(clean, field):
    def same(content):
        content['images'][0][field] = 'p'

    edit_json(clean / 'annotations/train.json', same)
    edit_json(clean / 'annotations/val.json', same)
    (finding,) = audited(clean).findings
    assert finding.kind == 'patient_in_two_splits'
    assert [file.split('/')[1] for file in finding.files] == ['val', 'train']


def test_faults_of_a_converted_set_are_found(clean):
    def spoil(content):
        a, b, c, *_ = content['annotations']
        a['keypoints'][0] = 5000
        b['bbox'] = [0, 0, 10, 10]
        points = c['keypoints']
        points[0:3], points[3:6] = points[3:6], points[0:3]
        content['images'][2]['width'] += 1

    edit_json(clean / 'annotations/train.json', spoil)
    found = {(f.kind, f.detail.get('vertebra')) for f in audited(clean).findings}
    assert found == {
        ('corner_outside', 0),
        ('box_disagrees', 1),
        ('bow_tie', 2),
        ('size_disagrees', None),
    }


def test_films_of_another_data_set_are_found_by_patient_and_by_image(clean, tmp_path):
    # Film 0 of seed 8 is in both; raw phantoms bear other patient numbers.
    write_phantoms(tmp_path / 'other', 1, seed=8, layout='coco', val_share=0)
    result = audited(clean, tmp_path / 'other')
    (finding,) = result.findings
    assert finding.kind == 'film_in_other_set'
    assert result.status() == 2


def test_named_split_is_audited_on_its_own(clean):
    named = clean / 'annotations/mine'
    named.mkdir()
    shutil.copyfile(clean / 'annotations/val.json', named / 'val.json')
    result = audited(clean, raw_format=Coco('mine'))
    assert list(result.tables['split']) == ['val']
    assert result.tables['files']['images'] == 1
    with pytest.raises(SpondyloError, match=r'no films.*expected annotations/nosuch/'):
        audited(clean, raw_format=Coco('nosuch'))


def test_labels_alone_and_strange_folders(tmp_path):
    tree = {'labels/train/a.json': usual_json(make_spine())}
    with pytest.raises(SpondyloError, match=r'known format.* with --format$'):
        audited(write_tree(tmp_path / 'a', tree))
    (tmp_path / 'empty').mkdir()
    with pytest.raises(SpondyloError, match=r'known format.* with --format$'):
        audited(tmp_path / 'empty')
    with pytest.raises(SpondyloError, match='does not exist'):
        audited(tmp_path / 'absent')


def test_finding_lists_all_its_files():
    assert Finding('bow_tie', 'a', {'also': ['b']}).files == ['a', 'b']


@pytest.mark.real
def test_six_real_films_are_clean(real_data):
    result = audited(real_data / 'mendeley_lateral6')
    assert result.findings == []
    assert result.tables['files'] == {
        'images': 6,
        'with labels': 6,
        'labels without image': 0,
        'usable films': 6,
        'usable vertebrae': 36,
    }
    assert result.tables['boxes'] == {'loose': 2, 'tight': 4}
    assert {k: v['films'] for k, v in result.tables['encoding'].items()} == {
        'BL-BR-TL-TR': 4,
        'TL-BL-BR-TR': 2,
    }
