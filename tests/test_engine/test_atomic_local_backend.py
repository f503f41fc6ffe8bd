from pathlib import Path

import pytest
from mmengine.fileio import get_file_backend

import spondylo_mmpose.engine.registration  # noqa: F401


def test_config_finds_it_and_it_writes(tmp_path):
    backend = get_file_backend(tmp_path, backend_args={'backend': 'atomic'})
    backend.put(b'weights', tmp_path / 'new' / 'a.pth')
    backend.put_text('é', tmp_path / 'b.txt')
    assert backend.get(tmp_path / 'new' / 'a.pth') == b'weights'
    assert backend.get_text(tmp_path / 'b.txt') == 'é'


def test_a_stop_while_writing_leaves_the_previous_file(tmp_path, monkeypatch):
    backend = get_file_backend(tmp_path, backend_args={'backend': 'atomic'})
    backend.put(b'old', tmp_path / 'a.pth')

    def stopped(path, content):
        with path.open('wb') as file:
            file.write(content[:1])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, 'write_bytes', stopped)
    with pytest.raises(KeyboardInterrupt):
        backend.put(b'new', tmp_path / 'a.pth')
    assert (tmp_path / 'a.pth').read_bytes() == b'old'
    assert [p.name for p in tmp_path.iterdir()] == ['a.pth']
