import pytest
import torch
from torch import nn

from spondylo_mmpose.engine.checkpoint import (
    check_fits,
    check_resumable,
    load_checkpoint_file,
)
from spondylo_mmpose.errors import SpondyloError


class Evil:
    def __reduce__(self):
        return print, ('code from the file ran',)


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'weights.pth'


def test_fitting_checkpoint_passes(path):
    torch.save({'state_dict': nn.Linear(2, 3).state_dict()}, path)
    check_fits(path, nn.Linear(2, 3))


def test_weights_of_a_wrapped_model_fit(path):
    state = {f'module.{k}': v for k, v in nn.Linear(2, 3).state_dict().items()}
    torch.save({'state_dict': state}, path)
    check_fits(path, nn.Linear(2, 3))


@pytest.mark.parametrize('other', [nn.Linear(2, 4), nn.Conv2d(1, 1, 1, bias=False)])
def test_checkpoint_of_another_model_is_refused(path, other):
    torch.save({'state_dict': other.state_dict()}, path)
    with pytest.raises(SpondyloError, match=r'weights\.pth: does not fit the config'):
        check_fits(path, nn.Linear(2, 3))


@pytest.mark.parametrize('content', [b'', b'hello', b'junk', b'PK\x03\x04 cut'])
def test_file_that_is_no_checkpoint(path, content):
    path.write_bytes(content)
    with pytest.raises(SpondyloError, match=r'weights\.pth: is no') as error:
        load_checkpoint_file(path)
    assert '\n' not in str(error.value)


def test_cut_checkpoint(path):
    torch.save({'state_dict': nn.Linear(50, 50).state_dict()}, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(SpondyloError, match='is no readable checkpoint'):
        load_checkpoint_file(path)


def test_missing_file_and_missing_weights(path):
    with pytest.raises(SpondyloError, match='no such checkpoint'):
        load_checkpoint_file(path)
    for content in ([1, 2], {}, {'state_dict': 3}):
        torch.save(content, path)
        with pytest.raises(SpondyloError, match='holds no state_dict'):
            load_checkpoint_file(path)


def test_weights_alone_cannot_be_resumed(path):
    whole = {
        'state_dict': nn.Linear(2, 3).state_dict(),
        'meta': {},
        'optimizer': {},
        'param_schedulers': [],
    }
    torch.save(whole, path)
    check_resumable(path, nn.Linear(2, 3))
    with pytest.raises(SpondyloError, match='does not fit'):
        check_resumable(path, nn.Linear(2, 4))
    del whole['optimizer']
    torch.save(whole, path)
    with pytest.raises(SpondyloError, match=r'lacks optimizer; .* load_from='):
        check_resumable(path, nn.Linear(2, 3))


def test_code_in_a_checkpoint_is_refused_and_not_run(path, capsys):
    torch.save({'state_dict': {}, 'meta': Evil()}, path)
    with pytest.raises(SpondyloError, match='refused'):
        load_checkpoint_file(path)
    assert capsys.readouterr().out == ''
