import hashlib
import zipfile

import pytest

from spondylo_mmpose.converters import archive
from spondylo_mmpose.converters.archive import MemberError, open_source
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError

from .helpers import write_tree


def zip_of(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, 'w', compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


MEMBERS = {'d/b.jpg': b'two', 'd/a.jpg': b'one', '__MACOSX/d/._a.jpg': b'x'}


def test_folder_and_zip_have_the_same_members(tmp_path):
    (tmp_path / 'f/d').mkdir(parents=True)
    (tmp_path / 'f/d/a.jpg').write_bytes(b'one')
    (tmp_path / 'f/d/b.jpg').write_bytes(b'two')
    (tmp_path / 'f/.hidden.jpg').write_bytes(b'x')
    file = zip_of(tmp_path / 'd.zip', MEMBERS)
    for path in (tmp_path / 'f', file):
        with open_source(path) as source:
            assert source.names == ['d/a.jpg', 'd/b.jpg']
            assert source.file_names == {'a.jpg', 'b.jpg'}
            assert source.read('d/b.jpg') == b'two'


@pytest.mark.parametrize('compression', [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_in_a_zip_and_in_a_folder(tmp_path, compression):
    inner = zip_of(tmp_path / 'Dataset.zip', MEMBERS)
    outer = zip_of(
        tmp_path / 'outer.zip',
        {'read me.txt': b'', 'top/Dataset.zip': inner.read_bytes()},
        compression,
    )
    (tmp_path / 'folder').mkdir()
    inner.rename(tmp_path / 'folder/Dataset.zip')
    with open_source(outer) as source:
        assert source.read('d/a.jpg') == b'one'
        assert source.digests == {
            'outer.zip': hashlib.sha256(outer.read_bytes()).hexdigest()
        }
    with open_source(tmp_path / 'folder') as source:
        assert source.read('d/a.jpg') == b'one'
        assert list(source.digests) == ['Dataset.zip']


def test_paths_out_of_the_folder_are_never_read(tmp_path):
    names = ['../up.jpg', '/root.jpg', 'a/../../b.jpg', 'C:/x.jpg', 'bell\a.jpg']
    file = zip_of(tmp_path / 'z.zip', dict.fromkeys([*names, 'ok.jpg'], b'x'))
    with open_source(file) as source:
        assert source.names == ['ok.jpg']
        assert source.unsafe == sorted(names)


def test_member_with_a_wrong_checksum(tmp_path):
    file = zip_of(tmp_path / 'z.zip', {'a.jpg': b'A' * 50}, zipfile.ZIP_STORED)
    file.write_bytes(file.read_bytes().replace(b'AAAA', b'AABA', 1))
    with open_source(file) as source, pytest.raises(MemberError) as caught:
        source.read('a.jpg')
    assert caught.value.kind == 'member_corrupt'


def test_member_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, 'MAX_MEMBER', 10)
    (tmp_path / 'f').mkdir()
    (tmp_path / 'f/a.jpg').write_bytes(b'x' * 11)
    for path in (tmp_path / 'f', zip_of(tmp_path / 'z.zip', {'a.jpg': b'x' * 11})):
        with open_source(path) as source, pytest.raises(MemberError) as caught:
            source.read('a.jpg')
        assert caught.value.kind == 'member_too_large'


def test_links_are_not_followed(tmp_path):
    (tmp_path / 'secret.jpg').write_bytes(b'x')
    (tmp_path / 'f').mkdir()
    (tmp_path / 'f/a.jpg').symlink_to(tmp_path / 'secret.jpg')
    (tmp_path / 'f/folder').symlink_to(tmp_path)
    (tmp_path / 'f/.hidden').symlink_to(tmp_path)
    with open_source(tmp_path / 'f') as source:
        assert source.names == []
        # Or one would look for them in vain.
        assert source.unsafe == ['a.jpg', 'folder']
    with pytest.raises(SpondyloError, match=r'no films found \(2 links'):
        convert(FORMATS['mendeley'], tmp_path / 'f', tmp_path / 'out')


@pytest.mark.parametrize(
    ('content', 'message'), [(None, 'does not exist'), (b'text', 'as a zip archive')]
)
def test_missing_source_and_no_zip(tmp_path, content, message):
    path = tmp_path / 'x'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpondyloError, match=message), open_source(path):
        pass


def test_broken_inner_zip(tmp_path):
    outer = zip_of(tmp_path / 'outer.zip', {'Dataset.zip': b'PK nothing'})
    with pytest.raises(SpondyloError, match=r'Dataset\.zip'), open_source(outer):
        pass


@pytest.mark.parametrize('film', ['a.dcm', 'b/a.TIFF', 'a.bmp'])
def test_zip_beside_films_of_any_kind_is_not_the_data_set(tmp_path, film):
    files = {film: b'x', 'old.zip': b'no zip at all'}
    with open_source(write_tree(tmp_path, files)) as source:
        assert source.names == sorted(files)


def test_several_zips_are_refused_by_name(tmp_path):
    src = write_tree(tmp_path, {'a.zip': b'', 'b/c.zip': b'', 'readme.txt': b''})
    message = 'holds 2 zip archives and no film'
    with pytest.raises(SpondyloError, match=message), open_source(src):
        pass
