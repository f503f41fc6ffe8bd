import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils import io
from spondylo_mmpose.utils.folder_lock import alone_in


@pytest.mark.parametrize(
    'text', ['{"a": [1, 2', '', '{"a": NaN}', '[Infinity]', '{"a": 1} x', '[' * 100_000]
)
def test_broken_json_is_one_line_that_names_the_file(tmp_path, text):
    path = tmp_path / 'labels.json'
    path.write_text(text)
    with pytest.raises(SpondyloError, match=r'labels\.json: cannot be read') as error:
        io.read_json(path)
    assert '\n' not in str(error.value)


def test_missing_json_and_wrong_bytes(tmp_path):
    with pytest.raises(SpondyloError, match='No such file'):
        io.read_json(tmp_path / 'none.json')
    path = tmp_path / 'latin.json'
    path.write_bytes(b'"\xe9"')
    with pytest.raises(SpondyloError, match='cannot be read'):
        io.read_json(path)


def test_nan_becomes_null(tmp_path):
    path = io.write_json(
        tmp_path / 'new' / 'x.json', {'a': float('nan'), 'b': [float('inf'), 1.5]}
    )
    assert json.loads(path.read_text()) == {'a': None, 'b': [None, 1.5]}
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_json_round_trip(tmp_path_factory, value):
    path = tmp_path_factory.mktemp('json') / 'x.json'
    assert io.read_json(io.write_json(path, value)) == value


def test_names_that_are_no_utf8_come_back_from_json(tmp_path):
    name = os.fsdecode(b'film \xff\xc3.png')
    path = io.write_json(tmp_path / 'x.json', {name: ['脊柱', name]})
    assert '脊柱' in path.read_text(encoding='utf-8')
    assert io.read_json(path) == {name: ['脊柱', name]}


def test_a_failure_leaves_the_old_file_and_no_rubbish(tmp_path):
    path = tmp_path / 'x.txt'
    path.write_text('old')
    with pytest.raises(RuntimeError), io.atomic_file(path) as temporary:
        temporary.write_text('half')
        raise RuntimeError
    assert path.read_text() == 'old'
    assert [p.name for p in tmp_path.iterdir()] == ['x.txt']


def test_unwritable_target_is_named(tmp_path):
    blocker = tmp_path / 'file'
    blocker.write_text('')
    with pytest.raises(SpondyloError, match='cannot be written'):
        io.write_json(blocker / 'x.json', 1)
    with (
        pytest.raises(SpondyloError, match='cannot be written'),
        io.atomic_dir(blocker / 'x'),
    ):
        pass


def test_atomic_dir_appears_whole_or_not_at_all(tmp_path):
    out = tmp_path / 'out'
    with pytest.raises(RuntimeError), io.atomic_dir(out) as temporary:
        (temporary / 'a').write_text('half')
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with io.atomic_dir(out) as temporary:
        (temporary / 'a').write_text('whole')
        assert not out.exists()
    assert (out / 'a').read_text() == 'whole'


def test_atomic_dir_does_not_overwrite_without_force(tmp_path):
    (tmp_path / 'out').mkdir()
    with io.atomic_dir(tmp_path / 'out') as temporary:  # empty: fine
        (temporary / 'a').write_text('1')
    with (
        pytest.raises(SpondyloError, match='--force'),
        io.atomic_dir(tmp_path / 'out'),
    ):
        pass
    with io.atomic_dir(tmp_path / 'out', force=True) as temporary:
        (temporary / 'b').write_text('2')
    assert [p.name for p in (tmp_path / 'out').iterdir()] == ['b']
    (tmp_path / 'file').write_text('')
    with (
        pytest.raises(SpondyloError, match='is a file'),
        io.atomic_dir(tmp_path / 'file'),
    ):
        pass


def test_a_folder_that_no_earlier_run_wrote_is_never_replaced(tmp_path):
    out = tmp_path / 'out'
    (out / 'mine').mkdir(parents=True)
    known = ['report.json', 'picture_*.png']
    with (
        pytest.raises(SpondyloError, match=r'no report.json or picture_\*.png'),
        io.atomic_dir(out, force=True, known_by=known),
    ):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ['out']
    assert [p.name for p in out.iterdir()] == ['mine']
    (out / 'picture_1.png').write_text('old')
    with io.atomic_dir(out, force=True, known_by=known) as temporary:
        (temporary / 'new').write_text('new')
    assert [p.name for p in out.iterdir()] == ['new']


def test_a_folder_without_a_name_of_its_own_is_never_emptied(tmp_path, monkeypatch):
    (tmp_path / 'here').mkdir()
    (tmp_path / 'here' / 'precious').write_text('old')
    monkeypatch.chdir(tmp_path / 'here')
    for name in ('.', '..', tmp_path):
        with (
            pytest.raises(SpondyloError, match='current folder'),
            io.atomic_dir(name, force=True),
        ):
            pass
    assert (tmp_path / 'here' / 'precious').read_text() == 'old'


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / 'real').mkdir()
    (tmp_path / 'link').symlink_to(tmp_path / 'real')
    with io.atomic_dir(tmp_path / 'link') as temporary:
        (temporary / 'a').write_text('1')
    assert (tmp_path / 'link').is_symlink()
    assert (tmp_path / 'real' / 'a').read_text() == '1'


def test_the_old_folder_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path, monkeypatch
):
    out = tmp_path / 'out'
    out.mkdir()
    (out / 'a').write_text('old')
    replace = Path.replace

    def refuse_new(self, target):
        if self.name == 'new':
            raise OSError(5, 'Input/output error')
        return replace(self, target)

    monkeypatch.setattr(Path, 'replace', refuse_new)
    with (
        pytest.raises(SpondyloError, match='out: cannot be written'),
        io.atomic_dir(out, force=True) as temporary,
    ):
        (temporary / 'a').write_text('new')
    assert (out / 'a').read_text() == 'old'
    assert [p.name for p in tmp_path.iterdir()] == ['out']


def remains(tmp_path, random, *parts):
    working = tmp_path / f'.out.{random}'
    working.mkdir()
    for part in parts:
        (working / part).mkdir()
        (working / part / 'a').write_text(part)
    return working


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_remains_of_a_killed_run_are_removed(tmp_path):
    remains(tmp_path, 'ab_d1234', 'new')
    with io.atomic_dir(tmp_path / 'out') as temporary:
        (temporary / 'a').write_text('1')
    assert names(tmp_path) == ['out']
    # What it replaced goes only where the new one took its place.
    remains(tmp_path, 'ab_d1234', 'old')
    with io.atomic_dir(tmp_path / 'out', force=True) as temporary:
        (temporary / 'a').write_text('2')
    assert names(tmp_path) == ['out']
    assert (tmp_path / 'out/a').read_text() == '2'


def test_run_killed_between_two_renames_gives_the_old_folder_back(tmp_path):
    remains(tmp_path, 'ab_d1234', 'new', 'old')
    with pytest.raises(SpondyloError, match='--force'), io.atomic_dir(tmp_path / 'out'):
        pass
    assert names(tmp_path) == ['out']
    assert (tmp_path / 'out/a').read_text() == 'old'


def test_what_may_be_somebody_elses_stays(tmp_path):
    held = remains(tmp_path, 'held5678', 'new')
    remains(tmp_path, 'mine5678', 'mine')
    remains(tmp_path, 'both5678', 'new', 'mine')
    remains(tmp_path, 'begun567')  # perhaps just begun
    remains(tmp_path, 'longer56789', 'new')
    (tmp_path / 'elsewhere/new').mkdir(parents=True)
    (tmp_path / '.out.link5678').symlink_to(tmp_path / 'elsewhere')
    (tmp_path / '.other.ab_d1234/new').mkdir(parents=True)
    before = names(tmp_path)
    with alone_in(held), io.atomic_dir(tmp_path / 'out'):
        pass
    assert names(tmp_path) == sorted([*before, 'out'])
    assert (tmp_path / 'elsewhere/new').is_dir()
    # A run does not take the work of another for remains.
    with io.atomic_dir(tmp_path / 'x') as one:
        with io.atomic_dir(tmp_path / 'x') as other:
            (other / 'a').write_text('other')
        assert one.is_dir()
        (tmp_path / 'x/a').unlink()


def test_names_that_no_file_system_takes(tmp_path):
    long = tmp_path / ('x' * 300)
    with (
        pytest.raises(SpondyloError, match='too long'),
        io.atomic_dir(long),
    ):
        pass
    with pytest.raises(SpondyloError, match='too long'):
        io.check_writable(long)


def test_check_writable(tmp_path):
    io.check_writable(tmp_path / 'new' / 'x.json')
    assert list((tmp_path / 'new').iterdir()) == []
    with pytest.raises(SpondyloError, match='new: is a folder'):
        io.check_writable(tmp_path / 'new')
    (tmp_path / 'file').write_text('')
    with pytest.raises(SpondyloError, match='cannot be written'):
        io.check_writable(tmp_path / 'file' / 'x.json')


def test_make_folder(tmp_path):
    assert io.make_folder(tmp_path / 'a' / 'b', '--out').is_dir()
    io.make_folder(tmp_path / 'a', '--out')
    (tmp_path / 'file').write_text('')
    for path in (tmp_path / 'file', tmp_path / 'file' / 'x'):
        with pytest.raises(SpondyloError, match='another with --out'):
            io.make_folder(path, '--out')
