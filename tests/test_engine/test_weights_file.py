import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mmengine.runner import CheckpointLoader
from safetensors.torch import save_file

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.engine.weights_file import write_weights
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import file_digest

FACTS = {'meta': {'epoch': 3, 'seed': None}, 'config': 'Größe.py'}


def weights():
    shared = torch.arange(6.0).reshape(2, 3)
    return {
        'a.weight': shared,
        'again.weight': shared,
        'turned': torch.arange(24.0).reshape(1, 2, 3, 4).transpose(1, 2),
        'half': torch.tensor([0.1, float('nan')], dtype=torch.bfloat16),
        'steps': torch.tensor(7),
        'nothing': torch.zeros(0, 4),
    }


@pytest.fixture
def path(tmp_path):
    return write_weights(tmp_path / 'w.safetensors', weights(), FACTS)


def test_what_was_written_is_read_by_us_and_by_mmengine(path):
    for content in (
        load_checkpoint_file(path),
        CheckpointLoader.load_checkpoint(str(path), 'cpu'),
    ):
        state = content.pop('state_dict')
        assert content == FACTS
        assert state.keys() == weights().keys()
        for name, value in weights().items():
            assert state[name].dtype == value.dtype
            torch.testing.assert_close(
                state[name], value, rtol=0, atol=0, equal_nan=True
            )


def test_the_same_weights_are_the_same_file(path, tmp_path):
    other = dict(reversed(weights().items()))
    again = write_weights(
        tmp_path / 'v.safetensors', other, dict(reversed(FACTS.items()))
    )
    assert file_digest(again) == file_digest(path)
    other['steps'] = torch.tensor(8)
    assert file_digest(write_weights(again, other, FACTS)) != file_digest(path)


@given(st.data())
def test_no_changed_byte_goes_unnoticed(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp('changed')
    path = write_weights(folder / 'w.safetensors', weights(), FACTS)
    content = bytearray(path.read_bytes())
    begin = len(content) - 8 * 6 if data.draw(st.booleans()) else 0
    place = data.draw(st.integers(begin, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    named = path.with_name(f'w-{file_digest(path)[:8]}.safetensors')
    named.write_bytes(content)
    with pytest.raises(SpondyloError, match=r'SHA-256 does not begin') as error:
        load_checkpoint_file(named)
    assert '\n' not in str(error.value)


def test_changed_weights_are_noticed_under_any_name(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(SpondyloError, match='not those that were published'):
        load_checkpoint_file(path)


@pytest.mark.parametrize('length', [0, 5, 100, -1])
def test_a_file_cut_short_is_one_line(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(SpondyloError, match=r'w\.safetensors: .*cut short') as error:
        load_checkpoint_file(path)
    assert '\n' not in str(error.value)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(SpondyloError, match='no such checkpoint'):
        load_checkpoint_file(tmp_path / 'none.safetensors')


def test_safetensors_of_others_are_weights_too(tmp_path):
    path = tmp_path / 'theirs.safetensors'
    save_file({'a': torch.ones(2)}, path, {'format': 'pt'})
    content = load_checkpoint_file(path)
    assert list(content) == ['state_dict']
    assert content['state_dict']['a'].tolist() == [1, 1]


def test_nothing_but_tensors_is_written(tmp_path):
    with pytest.raises(SpondyloError, match=r'only tensors .* extra is none'):
        write_weights(tmp_path / 'w.safetensors', {'extra': {}}, {})
    assert list(tmp_path.iterdir()) == []
