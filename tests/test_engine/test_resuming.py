import pytest
import torch
from mmengine.config import Config

from spondylo_mmpose.engine.resuming import (
    changes_since,
    check_same_data,
    how_to_resume,
    told_data,
)
from spondylo_mmpose.engine.training_facts import RECIPE_VARIABLES, data_facts
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import write_json

from ..test_splits.helpers import film, write_root


@pytest.fixture(autouse=True)
def without_variables(monkeypatch):
    for name in RECIPE_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def config(root, checkpoint, splits=('train', 'val')):
    loaders = {
        f'{split}_dataloader': {
            'dataset': {'data_root': str(root), 'ann_file': f'annotations/{split}.json'}
        }
        for split in splits
    }
    return Config({**loaders, 'load_from': str(checkpoint), 'resume': True})


@pytest.fixture
def roots(tmp_path):
    """Two data sets that train on the same film and validate others."""
    return [
        write_root(tmp_path / name, [film('train/a.jpg', 'p1'), film(val, 'p2')])
        for name, val in (('one', 'val/b.jpg'), ('two', 'val/c.jpg'))
    ]


@pytest.fixture
def checkpoint(tmp_path, roots):
    """A checkpoint of a run on the first of them."""
    path = tmp_path / 'run' / 'epoch_1.pth'
    write_json(
        path.parent / 'training.json',
        {
            'data': data_facts(config(roots[0], path)),
            'starts': [{'environment': {'SPONDYLO_SPLIT': 'cv/fold0'}}],
        },
    )
    return path


def test_a_run_goes_on_with_its_own_data(roots, checkpoint, tmp_path):
    assert [len(entries) for entries in told_data(checkpoint).values()] == [1, 1]
    check_same_data(config(roots[0], checkpoint))
    # Files that were moved are the same files.
    moved = roots[0].rename(tmp_path / 'moved')
    check_same_data(config(moved, checkpoint))


def test_other_data_are_refused_with_the_difference_and_the_mend(
    roots, checkpoint, monkeypatch
):
    monkeypatch.setenv('SPONDYLO_SPLIT', 'cv/fold1')
    monkeypatch.setenv('SPONDYLO_DATA', 'other')
    with pytest.raises(SpondyloError) as caught:
        check_same_data(config(roots[1], checkpoint))
    message = str(caught.value)
    before, now = (
        data_facts(config(root, checkpoint))['val'][0]['sha256'][:8] for root in roots
    )
    assert (
        f'val was val.json of 1 films (SHA-256 {before}), is val.json of 1 films '
        f'(SHA-256 {now}); unset SPONDYLO_DATA, set SPONDYLO_SPLIT=cv/fold0 as at its '
        'last start, or begin'
    ) in message
    assert 'train was' not in message
    assert '\n' not in message


def test_changed_files_are_refused_where_the_environment_is_the_same(
    roots, checkpoint, monkeypatch
):
    monkeypatch.setenv('SPONDYLO_SPLIT', 'cv/fold0')
    with pytest.raises(SpondyloError, match='of its last start, unchanged, or begin'):
        check_same_data(config(roots[1], checkpoint))


def test_what_cannot_be_compared_passes(roots, checkpoint, tmp_path):
    check_same_data(config(roots[1], checkpoint, splits=['train']))
    check_same_data(config(roots[1], tmp_path / 'elsewhere' / 'epoch_1.pth'))
    for damaged in ('no JSON', '[]', '{"data": {"val": [{}]}}', '{"data": []}'):
        (checkpoint.parent / 'training.json').write_text(damaged)
        assert told_data(checkpoint) == {}
        check_same_data(config(roots[1], checkpoint))
    assert told_data(None) == {}


def test_settings_are_compared_with_those_of_the_last_start(tmp_path):
    checkpoint, now = tmp_path / 'epoch_1.pth', Config({'train_cfg': {'a': 2}})
    assert changes_since(None, now) == []
    assert changes_since(checkpoint, now) == []
    before = {'config': {'text': 'train_cfg = dict(a=1)'}}
    write_json(tmp_path / 'training.json', before)
    assert [one.setting for one in changes_since(checkpoint, now)] == ['train_cfg.a']
    write_json(tmp_path / 'training.json', {'config': None})
    assert changes_since(checkpoint, now) == []


def test_how_to_resume(tmp_path):
    assert 'no checkpoint was written yet' in how_to_resume(tmp_path, 'a.py')
    torch.save({'state_dict': {}}, tmp_path / 'epoch_3.pth')
    told = how_to_resume(tmp_path, 'a.py')
    assert 'epoch_3.pth' in told
    assert f'"tools/train.py a.py --work-dir {tmp_path} --resume"' in told


def test_how_to_resume_names_the_data(tmp_path, monkeypatch):
    monkeypatch.setenv('SPONDYLO_SPLIT', 'cv/fold0')
    monkeypatch.setenv('SPONDYLO_DATA', 'my data')
    told = how_to_resume(tmp_path, 'a.py')
    assert "\"SPONDYLO_DATA='my data' SPONDYLO_SPLIT=cv/fold0 tools/train.py" in told
