import os
import sys

import pytest
from bootstrap.process import SetupError
from bootstrap.state import (
    INSTALLING,
    Stamp,
    decide,
    digest_of,
    inspect,
    installing,
    locked,
    write_stamp,
)

STAMP = Stamp('digest', '/checkout', '3.11')


@pytest.fixture
def venv(tmp_path):
    """A whole environment, as far as files tell."""
    folder = tmp_path / '.venv'
    (folder / 'bin').mkdir(parents=True)
    (folder / 'pyvenv.cfg').touch()
    (folder / 'bin' / 'python').symlink_to(sys.executable)
    write_stamp(folder, STAMP)
    return folder


def decision(venv, digest='digest', root='/checkout', python=None):
    return decide(inspect(venv), digest, root, python)


def test_nothing_there(tmp_path):
    assert decision(tmp_path / '.venv') == 'create'


def test_complete(venv):
    assert decision(venv) == 'ready'
    assert decision(venv, python='3.11') == 'ready'


def test_requirements_changed(venv):
    assert decision(venv, digest='other') == 'update'


def test_interrupted_while_compiling(venv):
    (venv / 'spondylo_setup.json').unlink()
    assert decision(venv) == 'update'


@pytest.mark.parametrize('stamp', ['', '{"digest": 1', '[]', '{"other": 1}'])
def test_damaged_stamp_is_none(venv, stamp):
    (venv / 'spondylo_setup.json').write_text(stamp)
    assert decision(venv) == 'update'


def test_killed_while_installing(venv):
    with pytest.raises(KeyboardInterrupt), installing(venv):
        raise KeyboardInterrupt
    assert decision(venv) == 'rebuild'


def test_pip_failed_by_itself(venv):
    with pytest.raises(SetupError), installing(venv):
        raise SetupError('no network')
    assert not (venv / INSTALLING).exists()


def test_interpreter_was_removed(venv):
    (venv / 'bin' / 'python').unlink()
    (venv / 'bin' / 'python').symlink_to('/no/such/python')
    assert decision(venv) == 'rebuild'


def test_checkout_was_moved(venv):
    assert decision(venv, root='/elsewhere') == 'rebuild'


def test_other_python_wanted(venv):
    assert decision(venv, python='3.10') == 'rebuild'


def test_half_made_folder_is_replaced_but_not_a_strangers(tmp_path):
    folder = tmp_path / '.venv'
    folder.mkdir()
    with pytest.raises(SetupError, match='is not a virtual environment; move it away'):
        decision(folder)
    (folder / INSTALLING).touch()
    assert decision(folder) == 'rebuild'


class TestDigest:
    @pytest.fixture
    def files(self, tmp_path):
        for name, text in [('a.txt', 'one'), ('b.txt', 'two')]:
            (tmp_path / name).write_text(text)
        return [tmp_path / 'a.txt', tmp_path / 'b.txt']

    def test_order_does_not_matter(self, files):
        assert digest_of(files) == digest_of(files[::-1])

    def test_content_and_name_matter(self, files):
        before = digest_of(files)
        files[0].write_text('One')
        assert digest_of(files) != before
        files[0].write_text('one')
        assert digest_of(files) == before
        renamed = files[0].rename(files[0].with_name('c.txt'))
        assert digest_of([renamed, files[1]]) != before

    def test_boundaries_matter(self, files):
        before = digest_of(files)
        files[0].write_text('onet')
        files[1].write_text('wo')
        assert digest_of(files) != before

    def test_missing_file(self, tmp_path):
        with pytest.raises(SetupError, match=r'absent\.txt: cannot be read'):
            digest_of([tmp_path / 'absent.txt'])


def test_lock_is_exclusive_and_freed(tmp_path):
    waited = []

    def waiting():
        waited.append(True)
        raise InterruptedError  # instead of waiting for ever

    path = tmp_path / 'cache' / 'lock'
    with locked(path, waiting):
        with pytest.raises(InterruptedError), locked(path, waiting):
            pass
        assert waited == [True]
    with locked(path, waiting) as descriptor:
        assert os.fstat(descriptor).st_size == 0
    assert waited == [True]
