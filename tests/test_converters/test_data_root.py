import pytest

from spondylo_mmpose.converters.data_root import read_root
from spondylo_mmpose.errors import SpondyloError
from tests.helpers import edit_json
from tests.test_statistics.helpers import film, write_set


@pytest.fixture
def root(tmp_path):
    return write_set(tmp_path / 'set', [film('train/a.png'), film('val/b.png')])


def own_split(root):
    """The film of the official training split, for validation."""
    folder = root / 'annotations' / 'kfold' / 'fold0'
    folder.mkdir(parents=True)
    text = (root / 'annotations' / 'train.json').read_text()
    (folder / 'val.json').write_text(text)
    return folder


def test_official_splits_by_default(root):
    data = read_root(root)
    assert [f.file_name for f in data.films] == ['train/a.png', 'val/b.png']
    assert [path.name for path in data.files] == ['train.json', 'val.json']
    assert data.images == root / 'images'


def test_named_files_and_folders(root):
    own_split(root)
    names = [f.file_name for f in read_root(root, ['val']).films]
    assert names == ['val/b.png']
    data = read_root(root, ['kfold/fold0'])
    # The file's name tells the split, whatever the entry repeats.
    assert [(f.file_name, f.split) for f in data.films] == [('train/a.png', 'val')]


def test_one_file(root):
    data = read_root(own_split(root) / 'val.json')
    assert data.images == root / 'images'
    assert len(data.films) == 1


def test_a_film_counts_once(root):
    own_split(root)
    with pytest.raises(SpondyloError, match=r'1 of its films stand in .*train\.json'):
        read_root(root, ['train', 'kfold/fold0'])


@pytest.mark.parametrize(
    ('path', 'names', 'message'),
    [
        ('nowhere', [], 'no such folder'),
        ('set/images', [], 'no converted data set'),
        ('set', ['fold'], r'fold\.json: no such annotation file'),
        ('set', ['kfold'], 'holds none of'),
        ('set', ['../set'], 'name a folder or file in'),
        ('set/annotations/train.json', ['val'], 'is one annotation file'),
        ('lone.json', [], 'does not lie below'),
    ],
)
def test_wrong_names(root, path, names, message):
    own_split(root)
    (root.parent / 'lone.json').write_text('{}')
    with pytest.raises(SpondyloError, match=message):
        read_root(root.parent / path, names)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'pixel_spacing_mm': [0, 1]}, 'pixel_spacing_mm that is not two numbers'),
        ({'original_size': [1, 2, 3]}, 'original_size that is not two numbers'),
        ({'width': 9.5}, 'no width and height'),
        ({'age': 'old'}, 'age that is no number'),
        ({'sex': 'X'}, 'sex that is none of M, F'),
        ({'source': 3}, 'source that is no text'),
    ],
)
def test_faulty_facts(root, changes, message):
    path = root / 'annotations' / 'train.json'
    edit_json(path, lambda content: content['images'][0].update(changes))
    with pytest.raises(
        SpondyloError, match=rf'train\.json: image train/a\.png .*{message}'
    ):
        read_root(root)


def test_a_level_is_text(root):
    path = root / 'annotations' / 'train.json'
    edit_json(path, lambda content: content['annotations'][1].update(level=5))
    with pytest.raises(SpondyloError, match='annotation 1 has a level that is no text'):
        read_root(root)
