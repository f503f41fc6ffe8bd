import pytest

from spondylo_mmpose.phantom.writer import write_phantoms


@pytest.fixture(scope='session')
def faulty(tmp_path_factory):
    """Raw phantoms with every fault planted."""
    folder = tmp_path_factory.mktemp('audit') / 'faulty'
    write_phantoms(folder, 6, seed=3, faults=True, workers=2)
    return folder
